import pytest

from svcscore.errors import InputError
from svcscore.intake.discover import discover
from svcscore.intake.rttm import read_rttm
from svcscore.records import Role, Speech
from svcscore.spans import Span

LINES = """\
;; made by another tool
SPKR-INFO visit 1 <NA> <NA> <NA> unknown 客户 <NA> <NA>
SPEAKER visit 1 2.500 1.250 <NA> <NA> 客户 0.91 <NA>
SPEAKER visit 1 0.000 2.000 <NA> <NA> teller <NA> <NA>

SPEAKER visit 2 3.000 0.500 <NA> <NA> S7 <NA> <NA>
"""


def written(tmp_path, text, name="visit.rttm"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_lines_are_read_by_start_and_a_role_in_the_name_counts(tmp_path):
    assert read_rttm(written(tmp_path, LINES)) == (
        Speech(span=Span(0, 2), name="teller", role=Role.TELLER),
        Speech(span=Span(2.5, 3.75), name="客户", role=Role.CUSTOMER),
        Speech(span=Span(3, 3.5), name="S7", channel=1),
    )


def test_the_lines_of_this_recording_are_taken_out_of_many(tmp_path):
    both = LINES + "SPEAKER other 1 9.0 1.0 <NA> <NA> X <NA> <NA>\n"
    assert len(read_rttm(written(tmp_path, both))) == 3
    with pytest.raises(InputError, match="2 recordings, none of them called third"):
        read_rttm(written(tmp_path, both, "third.rttm"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SPEAKER visit 1 0.0 1.0", "line 1: 5 fields"),
        ("SPEAKER visit 1 x 1.0 <NA> <NA> A <NA> <NA>", "are numbers"),
        ("SPEAKER visit 0 0.0 1.0 <NA> <NA> A <NA> <NA>", "channel 0"),
        ("SPEAKER visit 1 -1 1.0 <NA> <NA> A <NA> <NA>", "from 0 on"),
        ("SPEAKER visit 1 0 nan <NA> <NA> A <NA> <NA>", "from 0 on"),
        ("hello world", "'hello' is no type"),
    ],
)
def test_faults_name_the_line(tmp_path, line, told):
    with pytest.raises(InputError, match=told) as caught:
        read_rttm(written(tmp_path, line))
    assert caught.value.code == "rttm.invalid"


def test_another_encoding(tmp_path):
    path = tmp_path / "visit.rttm"
    path.write_bytes("SPEAKER visit 1 0 1 <NA> <NA> 客户 <NA> <NA>".encode("gb18030"))
    with pytest.raises(InputError) as caught:
        read_rttm(path)
    assert caught.value.code == "rttm.invalid"


def test_it_is_found_beside_its_recording_and_a_fault_concerns_that_one_only(tmp_path):
    for name in ("visit.wav", "other.wav"):
        (tmp_path / name).write_bytes(b"x")
    written(tmp_path, LINES)
    written(tmp_path, "SPEAKER other", "other.rttm")
    plan = discover([str(tmp_path)])
    (item,) = plan.items
    assert (item.path.name, len(item.context.speakers)) == ("visit.wav", 3)
    assert [failed.code for failed in plan.failed] == ["rttm.invalid"]
