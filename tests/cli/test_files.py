"""Names of files that people are called by."""

import pytest

from svcscore.cli.files import file_name


def test_plain_ids_stay_as_they_are():
    assert file_name("report", "B01", "2026-11") == "report-B01-2026-11"
    assert file_name("张三") == "张三"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", "x" * 300, 'a"<b>', "a\n"])
def test_others_stay_within_their_folder(name):
    made = file_name(name)
    assert made
    assert not set(made) & set('/\\"<>\n')
    assert made not in {".", ".."}
    assert len(made) < 80


def test_different_ids_have_different_files():
    names = ["a/b", "a_b", "a b", "x" * 300, "x" * 301, "..", ""]
    assert len({file_name(name) for name in names}) == len(names)
