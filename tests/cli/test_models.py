"""``svcscore models``: what it prints, and the exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

FIELDS = {"name", "kind", "path", "sha256", "status", "source"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder for the caches of this module, so that base is joined once."""
    return tmp_path_factory.mktemp("models")


def models(place, *arguments, **variables):
    """Run the command as a user does."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SVCSCORE_", "HF_"))}
    places = {"SVCSCORE_CACHE_DIR": f"{place}/cache", "HF_HOME": f"{place}/hf"}
    return subprocess.run(
        [sys.executable, "-m", "svcscore", "models", *map(str, arguments)],
        env={**kept, **places, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
    )


def test_list_json_is_what_the_contract_says(place):
    done = models(place, "list", "--json")
    listed = json.loads(done.stdout)
    assert done.returncode == 0
    assert all(set(entry) == FIELDS for entry in listed)
    base = next(entry for entry in listed if entry["name"] == "base")
    assert (base["kind"], base["status"], base["source"]) == ("asr", "ok", "packages")
    small = next(entry for entry in listed if entry["name"] == "small")
    assert (small["status"], small["path"]) == ("missing", None)


def test_the_paths_listed_load(place):
    """By the libraries that will load them."""
    from ctranslate2.models import Whisper
    from onnxruntime import InferenceSession

    listed = {entry["name"]: entry for entry in json.loads(models(place, "list", "--json").stdout)}
    assert Whisper(listed["base"]["path"], device="cpu", compute_type="int8").is_multilingual
    session = InferenceSession(listed["speaker-encoder"]["path"])
    assert [output.name for output in session.get_outputs()] == ["embedding"]


def test_list_for_people_keeps_paths_whole(place):
    done = models(place, "list")
    folded = "".join(line[len(line) - 20 :].strip() for line in done.stdout.splitlines())
    assert done.returncode == 0
    assert f"{place}/cache/models/base" in folded
    assert "…" not in done.stdout


def test_verify(place):
    done = models(place, "verify")
    assert done.returncode == 0
    assert "base" in done.stdout
    assert models(place, "verify", "small").returncode == 1
    assert models(place, "verify", "nonsense").returncode == 1


def test_verify_tells_damage_once_and_the_next_use_mends_it(tmp_path):
    models(tmp_path, "list")
    weights = tmp_path / "cache" / "models" / "base" / "vocabulary.txt"
    weights.write_bytes(weights.read_bytes()[::-1])
    done = models(tmp_path, "verify", "base")
    assert done.returncode == 1
    assert "corrupt" in done.stdout
    assert json.loads(models(tmp_path, "list", "--json").stdout)[0]["status"] == "ok"
    assert models(tmp_path, "verify", "base").returncode == 0


def test_export_and_import(place, tmp_path):
    archive = tmp_path / "base.tar"
    assert models(place, "export", "base", archive).returncode == 0
    done = models(place, "import", archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert (place / "cache" / "models" / "base" / "model.bin").is_file()


def test_errors_are_one_line_with_code_and_remedy(place, tmp_path):
    (tmp_path / "not.tar").write_text("hello")
    for arguments, code in (
        (("import", tmp_path / "not.tar"), "weights.archive"),
        (("export", "medium", tmp_path / "medium.tar"), "weights.missing"),
        (("export", "nonsense", tmp_path / "x.tar"), "weights.missing"),
        (("export", "base", tmp_path / "nowhere" / "x.tar"), "output.unwritable"),
    ):
        done = models(place, *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("error: ")
        assert f"[{code}] → " in done.stderr
        assert done.stderr.count("\n") == 1


def test_fetch_needs_no_network_for_what_is_here_and_says_so_where_it_may_not(place):
    done = models(place, "fetch", "base", HF_HUB_OFFLINE="1")
    assert (done.returncode, done.stderr) == (0, "")
    done = models(place, "fetch", "small", HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert "[weights.download]" in done.stderr
