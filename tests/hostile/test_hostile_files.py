"""All hostile files and one good transcript in a single run of the real command."""

from __future__ import annotations

from pathlib import Path

import hostile_files
import pytest
import runs

AT_LEAST = 60


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "in"
    folder.mkdir()
    expected = hostile_files.write_all(folder)
    runs.transcript(folder / "good.json", *runs.GOOD)
    before = set(folder.parent.iterdir())
    run = runs.score(folder.parent / "out", folder, cwd=folder.parent)
    return expected, run, folder, before


def test_there_are_enough(hostile):
    assert len(hostile[0]) >= AT_LEAST


def test_the_run_ends_and_says_so_without_a_traceback(hostile):
    _, run, _, _ = hostile
    assert run.code == 3
    assert "Traceback" not in run.stderr + run.stdout


def test_the_good_one_is_done(hostile):
    assert hostile[1].recording("good.json")["status"] == "ok"


def test_every_file_is_told_once_and_no_fault_is_ours(hostile):
    expected, run, _, _ = hostile
    lines: dict[str, list[dict]] = {}
    for line in run.recordings:
        lines.setdefault(Path(line["path"]).name, []).append(line)
    untold = [
        name
        for name, fate in expected.items()
        if fate != "sidecar" and len(lines.get(shown(name), [])) != 1
    ]
    assert untold == []
    ours = [
        (line["path"], line["error"]) for line in run.recordings
        if line["error"] and line["error"]["code"].startswith("internal.")
    ]  # fmt: skip
    assert ours == []


def test_what_cannot_be_judged_failed_with_a_remedy(hostile):
    expected, run, _, _ = hostile
    fates = {shown(name): fate for name, fate in expected.items()}
    for line in run.recordings:
        name = Path(line["path"]).name
        if fates.get(name) == "failed":
            assert line["status"] in {"failed", "skipped"} or not line["speech_seconds"], name
        if line["status"] == "failed":
            assert line["error"]["message"]
            assert line["error"]["remedy"]


def test_nothing_left_the_folder(hostile):
    _, _, folder, before = hostile
    assert set(folder.parent.iterdir()) - before == {folder.parent / "out"}
    assert not list(folder.parent.glob("**/pwned*"))
    assert not list(folder.parent.glob("**/escaped*"))


def test_names_do_no_harm_in_the_page(hostile):
    page = (hostile[1].out / "report.html").read_text("utf-8")
    assert "<script>alert(1)" not in page


def shown(name):
    from svcscore.audio.files import shown as as_told

    return Path(as_told(Path(name))).name
