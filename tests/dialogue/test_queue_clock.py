import pytest

from svcscore.dialogue.queue_clock import offset_of, on_the_clock
from svcscore.records import Context, Role, Visit
from svcscore.spans import Span
from svcscore.testing.records import make_turn

T, C = Role.TELLER, Role.CUSTOMER
STARTS = (5.0, 70.0, 160.0, 220.0, 330.0)
LENGTH = 400.0


def day():
    """Five visits, each of four turns, of which the last two say farewell."""
    turns = []
    for number, start in enumerate(STARTS):
        for place, (role, text) in enumerate(
            (
                (T, "您好请问您办理什么业务"),
                (C, "我想取五千块钱"),
                (T, "请收好请慢走再见"),
                (C, "好的"),
            )
        ):
            turns.append(
                make_turn(
                    text,
                    start=start + 4 * place,
                    index=len(turns),
                    role=role,
                    speaker="S1" if role is T else f"C{number}",
                )
            )
    return tuple(turns)


def visits(offset):
    return tuple(
        Visit(span=Span(start - 1 + offset, start + 14 + offset), ticket=f"A{i}")
        for i, start in enumerate(STARTS)
    )


@pytest.mark.parametrize("offset", [0.0, 3.0, 37.0, 180.0])
def test_a_clock_that_is_ahead_is_set_back(offset):
    found = offset_of(visits(offset), day(), LENGTH)
    assert found == pytest.approx(-offset if offset > 5 else 0.0, abs=3)


def test_the_visits_are_moved_and_it_is_told():
    clocked = on_the_clock(Context(visits=visits(60.0)), day(), LENGTH)
    assert [v.ticket for v in clocked.context.visits] == ["A0", "A1", "A2", "A3", "A4"]
    assert clocked.context.visits[1].span.start == pytest.approx(69, abs=3)
    (remark,) = clocked.remarks
    assert remark.code == "queue.clock"
    assert "ahead" in remark.message


def test_visits_on_time_stay_as_they_are():
    told = on_the_clock(Context(visits=visits(0.0)), day(), LENGTH)
    assert told.context.visits == tuple(
        Visit(span=Span(max(0, v.span.start), v.span.end), ticket=v.ticket) for v in visits(0.0)
    )
    assert told.remarks == ()


def test_one_visit_cannot_tell_a_clock():
    assert offset_of(visits(60.0)[:1], day(), LENGTH) == 0.0


def test_visits_of_another_day_are_told_and_left_out():
    away = (Visit(span=Span(5000, 5100)), Visit(span=Span(6000, 6050)))
    told = on_the_clock(Context(visits=away), day(), LENGTH)
    assert told.context.visits == ()
    assert [remark.code for remark in told.remarks] == ["queue.elsewhere"]


def test_nothing_said_and_no_visits():
    assert on_the_clock(Context(), (), LENGTH).context == Context()
    assert offset_of(visits(60.0), (), LENGTH) == 0.0
