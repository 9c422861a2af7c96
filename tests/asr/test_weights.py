"""Where weights are found, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_models import (
    BASE,
    FILES,
    REVISION,
    UNPACKAGED,
    damage,
    isolate,
    link,
    refusal,
    tiny,
    write,
)

from svcscore.asr import cache
from svcscore.asr.hub import hub_cache
from svcscore.asr.manifest import load_manifest
from svcscore.asr.weights import find_asr, list_models, locate, named_speaker_encoder, verify


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The real base, joined once for this module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        isolate(monkeypatch, tmp_path_factory.mktemp("joined"))
        return find_asr(None).path


@pytest.fixture(autouse=True)
def _isolated(real, monkeypatch, tmp_path):
    """A cache for each test, in which base lies already."""
    isolate(monkeypatch, tmp_path)
    (tmp_path / "cache" / "models").mkdir(parents=True)
    (tmp_path / "cache" / "models" / "base").symlink_to(real)
    (tmp_path / "cache" / "stamps").symlink_to(real.parents[1] / "stamps")


# the order of places


def test_order_of_places(monkeypatch, tmp_path):
    model, weights = tiny(), write(tmp_path / "weights")
    links = {name: weights / name for name in FILES}
    assert (locate(model).status, locate(model).path) == ("missing", None)
    pinned = link(hub_cache() / "models--owner--tiny" / "snapshots" / REVISION, links)
    assert (locate(model).path, locate(model).source) == (pinned, "hub cache")
    write(cache.folder_of("tiny"))
    assert (locate(model).path, locate(model).source) == (cache.folder_of("tiny"), "cache")
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(weights))
    assert (locate(model).path, locate(model).source) == (weights, "SVCSCORE_MODEL_DIR")
    named = write(weights / "tiny")
    assert locate(model).path == named


def test_a_damaged_copy_is_not_passed_over(monkeypatch, tmp_path):
    model = tiny()
    write(hub_cache() / "models--owner--tiny" / "snapshots" / REVISION)
    damage(write(tmp_path / "dir" / "tiny") / "config.json")
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(tmp_path / "dir"))
    assert (locate(model).status, locate(model).source) == ("corrupt", "SVCSCORE_MODEL_DIR")


def test_a_damaged_copy_in_our_own_cache_is_looked_past():
    damage(write(cache.folder_of("tiny")) / "model.bin")
    assert (locate(tiny()).status, locate(tiny()).source) == ("corrupt", "cache")
    write(hub_cache() / "models--owner--tiny" / "snapshots" / REVISION)
    assert (locate(tiny()).status, locate(tiny()).source) == ("ok", "hub cache")


def test_the_hugging_face_cache_with_the_real_base(real, monkeypatch, tmp_path):
    """As the hub's client lays it out: blobs, and links to them from the snapshot."""
    blobs = tmp_path / "elsewhere" / "models--Systran--faster-whisper-base" / "blobs"
    blobs.mkdir(parents=True)
    for file in BASE.files:
        os.link(real / file.name, blobs / file.sha256)
    links = {file.name: Path("../../blobs") / file.sha256 for file in BASE.files}
    snapshot = link(blobs.parent / "snapshots" / BASE.hub.revision, links)
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(tmp_path / "empty"))
    assert locate(UNPACKAGED).status == "missing"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    found = locate(UNPACKAGED)
    assert (found.path, found.status, found.source) == (snapshot, "ok", "hub cache")
    snapshot.rename(snapshot.with_name("b" * 40))  # the same files at another revision
    assert locate(UNPACKAGED).path == snapshot.with_name("b" * 40)


def test_other_bytes_in_the_hugging_face_cache(tmp_path):
    snapshots = hub_cache() / "models--owner--tiny" / "snapshots"
    damage(write(snapshots / ("b" * 40)) / "model.bin")
    assert locate(tiny()).status == "missing"  # another revision may be another model
    damage(write(snapshots / REVISION) / "model.bin")
    assert locate(tiny()).status == "corrupt"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HF_HUB_CACHE": "", "HF_HOME": "/b"}, "/b/hub"),
        ({"HF_HOME": "", "XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ({"HF_HOME": "", "XDG_CACHE_HOME": "", "HOME": "/d"}, "/d/.cache/huggingface/hub"),
    ],
)
def test_where_the_hugging_face_cache_is(monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert hub_cache() == Path(expected)


# what was asked for


def test_a_folder_of_other_weights_is_taken_as_it_is(tmp_path):
    found = find_asr(write(tmp_path / "our-own"))
    assert (found.name, found.status, found.source) == ("our-own", "ok", "path")
    assert found.sha256 == tiny().main.sha256
    assert find_asr(str(tmp_path / "our-own")) == found


def test_a_folder_of_known_weights_is_known(real):
    found = find_asr(str(real))
    assert (found.name, found.path, found.source) == ("base", real, "path")


@pytest.mark.parametrize(
    "lacking", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"]
)
def test_a_folder_that_lacks_a_file(tmp_path, lacking):
    (write(tmp_path / "half") / lacking).unlink()
    error = refusal(find_asr, tmp_path / "half")
    assert error.code == "weights.missing"
    assert lacking in error.message


def test_a_folder_of_something_else(tmp_path):
    write(tmp_path / "torch", {**FILES, "model.bin": b"PK\x03\x04"})
    assert refusal(find_asr, tmp_path / "torch").code == "weights.corrupt"


@pytest.mark.parametrize("asked", ["tiny", "./nowhere", "speaker-encoder", "courtesy"])
def test_a_name_that_nobody_knows(asked):
    error = refusal(find_asr, asked)
    assert (error.code, error.path) == ("weights.missing", asked)
    assert "base, small, medium" in error.remedy


def test_a_model_that_is_not_here_comes_with_the_commands_that_get_it():
    error = refusal(find_asr, "small")
    assert error.code == "weights.missing"
    assert "svcscore models fetch small" in error.remedy
    assert "svcscore models import" in error.remedy


def test_a_known_name_is_not_a_folder_of_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "base")
    assert find_asr("base").source == "packages"
    assert find_asr("./base").source == "path"


def test_model_dir_holds_one_model_or_many(monkeypatch, tmp_path):
    own = write(tmp_path / "models" / "own")
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(own))
    assert (find_asr(None).path, find_asr(None).source) == (own, "SVCSCORE_MODEL_DIR")
    assert find_asr("base").source == "packages"  # asked by name, another does not do
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(own.parent))
    assert find_asr("own").path == own
    assert find_asr(None).source == "packages"
    listed = {entry.name: entry for entry in list_models()}
    assert (listed["own"].path, listed["own"].sha256) == (own, tiny().main.sha256)
    (own / "config.json").unlink()
    assert {entry.name: entry.status for entry in list_models()}["own"] == "corrupt"


def test_known_weights_in_model_dir_must_be_the_published_ones(real, monkeypatch, tmp_path):
    link(tmp_path / "dir" / "base", {file.name: real / file.name for file in BASE.files})
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(tmp_path / "dir"))
    assert find_asr(None).path == tmp_path / "dir" / "base"
    (tmp_path / "dir" / "base" / "config.json").unlink()
    (tmp_path / "dir" / "base" / "config.json").write_text("{}")
    error = refusal(find_asr, None)
    assert (error.code, error.path) == ("weights.corrupt", str(tmp_path / "dir" / "base"))


def test_model_dir_that_is_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("SVCSCORE_MODEL_DIR", str(tmp_path / "nowhere"))
    assert refusal(find_asr, None).code == "weights.missing"


# the speaker encoder, the list, the manifest


def test_another_speaker_encoder_may_be_named(monkeypatch, tmp_path):
    assert named_speaker_encoder() is None
    own = tmp_path / "own.onnx"
    monkeypatch.setenv("SVCSCORE_SPEAKER_ENCODER", str(own))
    assert refusal(named_speaker_encoder).code == "weights.missing"
    own.touch()
    assert named_speaker_encoder() == own


def test_every_model_is_listed():
    listed = list_models()
    manifest = load_manifest()
    names = [entry.name for entry in (*manifest.models, *manifest.carried)]
    assert [entry.name for entry in listed] == names
    for entry in listed:
        assert (entry.path is not None) == (entry.status != "missing")
    statuses = {entry.name: entry.status for entry in listed}
    assert (statuses["base"], statuses["speaker-encoder"], statuses["small"]) == (
        "ok",
        "ok",
        "missing",
    )


def test_verify_tells_what_is_there_and_what_was_asked():
    assert {"base", "speaker-encoder"} <= {entry.name for entry in verify()}
    assert "small" not in {entry.name for entry in verify()}
    assert [(entry.name, entry.status) for entry in verify("small")] == [("small", "missing")]
    assert [entry.name for entry in verify("courtesy")] == ["courtesy"]
    assert refusal(verify, "tiny").code == "weights.missing"


def test_the_default_needs_nothing_but_packages():
    embedded = {model.name for model in load_manifest().models if model.distributions}
    assert embedded == {"base"}
    for model in load_manifest().models:
        assert model.distributions or model.hub is not None, model.name
