"""Weights carried by tarball: what goes out comes in, and nothing else does."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from contextlib import suppress

import pytest
from small_models import BASE, FILES, UNPACKAGED, damage, isolate, tiny, write

from svcscore.asr import cache
from svcscore.asr.archive import export_model, import_archive
from svcscore.asr.check import faults
from svcscore.asr.manifest import load_manifest
from svcscore.asr.weights import find_asr, locate
from svcscore.errors import OutputError, WeightsError


@pytest.fixture(autouse=True)
def _isolated(monkeypatch, tmp_path):
    isolate(monkeypatch, tmp_path)


def member(name, content=b"", **fields):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for field, value in fields.items():
        setattr(entry, field, value)
    return entry, content


def archive_of(path, *members):
    with tarfile.open(path, "w") as tar:
        for entry, content in members:
            tar.addfile(entry, io.BytesIO(content))
    return path


def listing(model=None):
    return member("manifest.json", (model or tiny()).model_dump_json().encode())


def honest():
    return [member(f"tiny/{name}", content) for name, content in FILES.items()]


def refused(path, *, code="weights.archive"):
    """The message with which `path` is refused; the cache stays without the model."""
    with pytest.raises(WeightsError) as caught:
        import_archive(path, [tiny()])
    assert caught.value.code == code
    assert caught.value.path == str(path)
    assert not cache.folder_of("tiny").exists()
    staging = cache.cache_folder() / "staging"
    assert not staging.exists() or not list(staging.iterdir())
    return caught.value.message


def test_the_real_base_goes_to_another_machine_and_is_found(monkeypatch, tmp_path):
    export_model(BASE, find_asr(None).path, tmp_path / "base.tar")
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(tmp_path / "other"))
    assert locate(UNPACKAGED).status == "missing"
    assert import_archive(tmp_path / "base.tar", load_manifest().models) == BASE
    found = locate(UNPACKAGED)
    assert (found.status, found.source) == ("ok", "cache")
    assert found.path == tmp_path / "other" / "models" / "base"
    assert faults(BASE, found.path, fresh=True) == ()


def test_the_same_files_give_the_same_archive_and_the_manifest_tells_all(tmp_path):
    folder = write(tmp_path / "tiny")
    export_model(tiny(), folder, tmp_path / "one.tar")
    (folder / "model.bin").touch()
    export_model(tiny(), folder, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as tar:
        assert tar.getnames() == ["manifest.json", *(f"tiny/{name}" for name in FILES)]
        manifest = tar.extractfile("manifest.json").read().decode()
    assert tiny().main.sha256 in manifest
    assert '"licence": "MIT"' in manifest


def test_damaged_weights_are_not_exported(tmp_path):
    folder = write(tmp_path / "tiny")
    damage(folder / "config.json")
    with pytest.raises(WeightsError, match=r"config\.json .*weights\.corrupt"):
        export_model(tiny(), folder, tmp_path / "out.tar")
    assert not (tmp_path / "out.tar").exists()


@pytest.mark.parametrize("place", ["nowhere/out.tar", "file/out.tar"])
def test_an_archive_that_cannot_be_written(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as caught:
        export_model(tiny(), write(tmp_path / "tiny"), tmp_path / place)
    assert caught.value.code == "output.unwritable"


def test_import_takes_the_place_of_a_damaged_copy(tmp_path):
    damage(write(cache.folder_of("tiny")) / "model.bin")
    import_archive(archive_of(tmp_path / "a.tar", listing(), *honest()), [tiny()])
    assert locate(tiny()).status == "ok"


OUTSIDE = (
    "../../tiny.txt", "/tiny.txt", "tiny/../../x", "tiny/extra.py", "model.bin", "./tiny/model.bin",
    "tiny\\model.bin", "manifest.json",
)  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_members_that_the_manifest_does_not_name(tmp_path, name):
    path = archive_of(tmp_path / "a.tar", listing(), member(name, b"x"), *honest())
    assert "unexpected or repeated member" in refused(path)
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"a.tar", "tiny.lock"}


@pytest.mark.parametrize(
    "fields",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "manifest.json"},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.FIFOTYPE},
        {"type": tarfile.CHRTYPE},
    ],
    ids=["symlink", "hardlink", "folder", "pipe", "device"],
)
def test_members_that_are_no_plain_files(tmp_path, fields):
    path = archive_of(
        tmp_path / "a.tar", listing(), member("tiny/model.bin", **fields), *honest()[1:]
    )
    assert "no plain file" in refused(path)


def test_members_of_other_sizes_or_bytes(tmp_path):
    weights = FILES["model.bin"]
    for content, words in ((weights[:-1], "bytes, not"), (weights[:-1] + b"?", "SHA-256")):
        other = member("tiny/model.bin", content)
        path = archive_of(tmp_path / "a.tar", listing(), other, *honest()[1:])
        assert words in refused(path)


def test_members_that_are_lacking_or_twice_there(tmp_path):
    path = archive_of(tmp_path / "a.tar", listing(), *honest()[1:])
    assert "lacks tiny/model.bin" in refused(path)
    path = archive_of(tmp_path / "b.tar", listing(), *honest(), honest()[0])
    assert "repeated" in refused(path)


def test_a_manifest_that_is_not_ours(tmp_path):
    cases = {
        "does not know": [listing(tiny("stranger")), *honest()],
        "is not the one": [listing(tiny(files={**FILES, "config.json": b"[]"})), *honest()],
        "is not valid": [member("manifest.json", b'{"name": "../x"}'), *honest()],
        "does not begin": honest(),
        "too large": [member("manifest.json", b" " * (1 << 20) + b"x"), *honest()],
    }
    for words, members in cases.items():
        assert words in refused(archive_of(tmp_path / "a.tar", *members))
    assert "does not begin" in refused(archive_of(tmp_path / "empty.tar"))


def test_files_that_are_no_tarball(tmp_path):
    whole = archive_of(tmp_path / "whole.tar", listing(), *honest()).read_bytes()
    cases = {
        "text": b"hello" * 300,
        "empty": b"",
        "cut": whole[: whole.index(FILES["model.bin"]) + 3000],
        "zipped": gzip.compress(whole),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name)
    refused(tmp_path / "nowhere")
    refused(tmp_path)


def test_no_damage_goes_unseen(tmp_path):
    """Bytes turned anywhere: the archive is refused, or what is installed is sound."""
    whole = archive_of(tmp_path / "whole.tar", listing(), *honest()).read_bytes()
    random_ = random.Random(3)
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(random_.randint(1, 4)):
            content[random_.randrange(min(len(content), 4096))] = random_.randrange(256)
        (tmp_path / "bad.tar").write_bytes(content)
        with suppress(WeightsError):  # any other error fails the test
            import_archive(tmp_path / "bad.tar", [tiny()])
            assert faults(tiny(), cache.folder_of("tiny"), fresh=True) == ()
