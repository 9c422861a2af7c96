import pytest

from svcscore.errors import UsageError
from svcscore.intake.discover import discover
from svcscore.intake.queue import read_queue, with_visits
from svcscore.records import Context, Visit
from svcscore.spans import Span

HEADER = "branch_id,counter_id,ticket,taken_at,called_at,ended_at\n"
ROWS = """\
B01,3,A002,2026-03-02T09:20:00,2026-03-02T09:41:00,2026-03-02T09:48:00
B01,3,A001,2026-03-02T09:10:00+08:00,2026-03-02T09:29:00+08:00,2026-03-02T09:35:00+08:00
B01,4,A003,,2026-03-02T09:31:00,2026-03-02T09:33:00
B02,3,A009,,2026-03-02T09:31:00,2026-03-02T09:33:00
,,V001,,2026-03-02T10:31:00,2026-03-02T10:33:00
B01,3,A000,,2026-03-01T09:41:00,2026-03-01T09:48:00
"""
HERE = Context(branch_id="B01", counter_id="3", occurred_at="2026-03-02T09:30:00+08:00")


def written(tmp_path, text):
    path = tmp_path / "queue.csv"
    path.write_text(text, "utf-8")
    return path


def test_rows_of_the_counter_become_visits_in_seconds_of_the_recording(tmp_path):
    context = with_visits(HERE, read_queue(written(tmp_path, HEADER + ROWS)))
    assert context.visits == (
        Visit(span=Span(0, 300), ticket="A001", waited=1140.0),  # called before it began
        Visit(span=Span(660, 1080), ticket="A002", waited=1260.0),
        Visit(span=Span(3660, 3780), ticket="V001"),  # a row that names no place fits any
    )


def test_what_the_sidecar_says_goes_first_and_without_a_time_nothing_is_known(tmp_path):
    tickets = read_queue(written(tmp_path, HEADER + ROWS))
    own = Context(visits=(Visit(span=Span(1, 2)),), occurred_at=HERE.occurred_at)
    assert with_visits(own, tickets) == own
    assert with_visits(Context(branch_id="B01"), tickets).visits == ()


def test_a_run_takes_them_for_each_recording(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x")
    (tmp_path / "a.json").write_text(
        '{"branch_id": "B01", "counter_id": "3", "occurred_at": "2026-03-02T09:30:00"}'
    )
    plan = discover([str(tmp_path / "a.wav")], queue=written(tmp_path, HEADER + ROWS))
    assert [visit.ticket for visit in plan.items[0].context.visits] == ["A001", "A002", "V001"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ticket,called_at\n", "no column 'ended_at'"),
        ("called_at,ended_at,desk\n", "unknown column 'desk'"),
        (HEADER + "B01,3,A1,,yesterday,2026-03-02T09:33:00\n", "line 2: called_at: 'yesterday'"),
        (HEADER + "B01,3,A1,,,2026-03-02T09:33:00\n", "line 2: called_at and ended_at"),
        (
            HEADER + "B01,3,A1,,2026-03-02T09:34:00,2026-03-02T09:33:00\n",
            "ends before its ticket was called",
        ),
        (
            HEADER + "B01,3,A1,2026-03-02T09:34:00,2026-03-02T09:33:00,2026-03-02T09:35:00\n",
            "called before it was taken",
        ),
        (HEADER + "B01,3\n", "another number of cells"),
        ("", "no column 'called_at'"),
    ],
)
def test_faults_name_the_line(tmp_path, text, told):
    with pytest.raises(UsageError, match=told) as caught:
        read_queue(written(tmp_path, text))
    assert caught.value.code == "queue.invalid"


def test_another_encoding_and_no_file(tmp_path):
    path = tmp_path / "queue.csv"
    path.write_bytes((HEADER + "城东,3,A1,,x,y\n").encode("gb18030"))
    with pytest.raises(UsageError) as caught:
        read_queue(path)
    assert caught.value.code == "queue.encoding"
    with pytest.raises(UsageError) as caught:
        read_queue(tmp_path / "none.csv")
    assert caught.value.code == "queue.invalid"
