"""A file is complete when it has stood still, with its sidecar, by our own clock."""

import os

from svcscore.intake.arrivals import Arrivals
from svcscore.intake.discover import discover


def look(arrivals, folder, now):
    items = discover([str(folder)]).items
    return [item.path.name for item in arrivals.complete(items, now)]


def test_a_growing_file_is_waited_for(tmp_path):
    path, arrivals = tmp_path / "a.wav", Arrivals(10)
    path.write_bytes(b"1")
    assert look(arrivals, tmp_path, 0) == []
    path.write_bytes(b"12")
    assert look(arrivals, tmp_path, 9) == []
    assert look(arrivals, tmp_path, 18) == []
    assert look(arrivals, tmp_path, 19) == ["a.wav"]


def test_a_sidecar_that_comes_later_begins_the_wait_anew(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"1")
    arrivals = Arrivals(10)
    look(arrivals, tmp_path, 0)
    (tmp_path / "a.json").write_text('{"staff_id": "T1"}', encoding="utf-8")
    assert look(arrivals, tmp_path, 10) == []
    assert look(arrivals, tmp_path, 20) == ["a.wav"]


def test_the_clock_of_the_recorder_does_not_count(tmp_path):
    path, arrivals = tmp_path / "a.wav", Arrivals(10)
    path.write_bytes(b"1")
    os.utime(path, (4_000_000_000, 4_000_000_000))
    look(arrivals, tmp_path, 0)
    assert look(arrivals, tmp_path, 10) == ["a.wav"]


def test_another_file_of_the_same_name_is_new(tmp_path):
    path, arrivals = tmp_path / "a.wav", Arrivals(10)
    path.write_bytes(b"1")
    look(arrivals, tmp_path, 0)
    assert look(arrivals, tmp_path, 10) == ["a.wav"]
    path.unlink()
    assert look(arrivals, tmp_path, 11) == []
    path.write_bytes(b"1")
    assert look(arrivals, tmp_path, 12) == []


def test_temporary_names_are_no_recordings(tmp_path):
    for name in ("a.wav.part", ".b.wav", "c.wav.filepart", "d.wav.crdownload", "e.tmp"):
        (tmp_path / name).write_bytes(b"1")
    arrivals = Arrivals(0)
    assert look(arrivals, tmp_path, 0) == []
