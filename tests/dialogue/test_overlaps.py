from svcscore.dialogue.overlaps import overlapped
from svcscore.records import Role
from svcscore.spans import Span
from svcscore.testing.records import make_turn


def turn(start, seconds, index, speaker, channel=0):
    return make_turn(
        "好" * round(seconds * 5), start=start, index=index, role=Role.TELLER, speaker=speaker,
        channel=channel,
    )  # fmt: skip


def test_both_turns_last_through_what_is_said_at_once():
    turns = (turn(0, 2, 0, "S1"), turn(2, 2, 1, "S2"))
    one, two = overlapped(turns, [[Span(1.6, 2.3)]])
    assert (one.span, two.span) == (Span(0, 2.3), Span(1.6, 4))
    assert (one.overlapped, two.overlapped) == (0.7, 0.7)


def test_an_answer_within_a_turn_is_only_counted():
    (one,) = overlapped((turn(0, 6, 0, "S1"),), [[Span(2, 2.5)]])
    assert one.span == Span(0, 6)
    assert one.overlapped == 0.5


def test_turns_that_are_apart_or_of_one_speaker_stay():
    apart = (turn(0, 2, 0, "S1"), turn(3, 2, 1, "S2"))
    assert [t.span for t in overlapped(apart, [[Span(1.5, 3.5)]])] == [t.span for t in apart]
    same = (turn(0, 2, 0, "S1"), turn(2, 2, 1, "S1"))
    assert [t.span for t in overlapped(same, [[Span(1.5, 2.5)]])] == [t.span for t in same]


def test_no_turn_outlasts_the_other():
    turns = (turn(0, 2, 0, "S1"), turn(2, 1, 1, "S2"))
    one, two = overlapped(turns, [[Span(0.0, 9.0)]])
    assert one.span == Span(0, 3)
    assert two.span == Span(0, 3)


def test_each_channel_has_its_own():
    turns = (turn(0, 2, 0, "S1"), turn(2, 2, 1, "S2", channel=1))
    one, two = overlapped(turns, [[Span(1.5, 2.5)], []])
    assert (one.span, two.span) == (Span(0, 2), Span(2, 4))
    assert (one.overlapped, two.overlapped) == (0.5, 0.0)
    assert overlapped(turns, []) == turns
