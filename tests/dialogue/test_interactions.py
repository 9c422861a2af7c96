from svcscore.dialogue.interactions import interactions
from svcscore.records import Context, Kind, Role, Visit
from svcscore.spans import Span
from svcscore.testing.records import make_dialogue, make_turn

T, C, M = Role.TELLER, Role.CUSTOMER, Role.MACHINE
FIRST = make_dialogue((T, "您好请坐请问您办理什么业务"), (C, "我取五千"), (T, "请收好请慢走再见"))
LENGTH = FIRST[-1].span.end


def second(start, *, speaker="S3"):
    lines = make_dialogue(
        (T, "您好请问您办什么业务"), (C, "我要挂失"), (T, "请慢走再见"), start=start
    )
    return tuple(
        make_turn(
            turn.text,
            start=turn.span.start,
            index=len(FIRST) + 1 + i,
            role=turn.role,
            speaker=speaker if turn.role is C else "S1",
        )
        for i, turn in enumerate(lines)
    )


def found(turns, context=Context(), duration=300.0, unheard=()):  # noqa: B008 - frozen
    return interactions("r1", turns, context, duration, unheard)


def test_one_visit():
    (one,) = found(FIRST)
    assert one.turns == FIRST
    assert one.kind is Kind.COUNTER
    assert (one.opened_by, one.closed_by, one.complete) == ("start", "end", True)
    assert len(one.id) == 16


def test_two_visits_are_told_apart_without_a_queue_system():
    call = make_turn("请A零一三号到二号窗口", start=LENGTH + 2, index=len(FIRST), role=M)
    one, two = found((*FIRST, call, *second(LENGTH + 8)))
    assert one.turns == FIRST
    assert one.closed_by == "farewell"
    assert two.opened_by == "greeting"
    assert two.turns[0] == call
    assert one.id != two.id


def test_a_pause_while_work_is_done_is_no_boundary():
    turns = (
        make_turn("请您稍等我去授权", index=0),
        make_turn("好的", start=2, index=1, role=C),
        make_turn("不好意思让您久等了", start=45, index=2),
        make_turn("没事", start=48, index=3, role=C),
    )
    assert len(found(turns)) == 1


def test_a_call_in_the_lobby_is_no_boundary():
    turns = make_dialogue(
        (T, "您先坐这儿休息一下"),
        (M, "请A零二五号到三号窗口"),
        (C, "是在叫我吗"),
        (T, "还没到您呢"),
    )
    assert len(found(turns, Context(kind=Kind.LOBBY))) == 1


def test_visits_of_the_queue_system_are_taken():
    visits = (Visit(span=Span(0, LENGTH + 1)), Visit(span=Span(LENGTH + 7, LENGTH + 30)))
    call = make_turn("请A零一三号到二号窗口", start=LENGTH + 2, index=len(FIRST), role=M)
    one, two = found((*FIRST, call, *second(LENGTH + 8)), Context(visits=visits))
    assert (one.opened_by, one.closed_by) == ("sidecar", "sidecar")
    assert one.span == visits[0].span
    assert [turn.text for turn in two.turns] == [turn.text for turn in second(0)]


def test_a_visit_that_the_recording_cuts_off_is_incomplete():
    visits = (Visit(span=Span(0, 400)),)
    (one,) = found(FIRST, Context(visits=visits))
    assert not one.complete
    assert one.span.end == 300.0


def test_what_is_said_between_visits_is_kept_apart():
    visits = (Visit(span=Span(0, LENGTH)), Visit(span=Span(LENGTH + 60, LENGTH + 90)))
    between = make_turn("小李把凭证递给我", start=LENGTH + 20, index=len(FIRST))
    three = found((*FIRST, between, *second(LENGTH + 62)), Context(visits=visits))
    assert [i.opened_by for i in three] == ["sidecar", "pause", "sidecar"]
    assert three[1].turns == (between,)


def test_a_meeting_is_internal_and_a_talk_to_many_a_salon():
    meeting = make_dialogue(
        (T, "各位同事早上好现在开始晨会"), (T, "昨天网点的服务情况通报一下"), (T, "禁止说等着")
    )
    talk = make_dialogue(
        (T, "各位叔叔阿姨大家上午好打扰大家几分钟"), (T, "今天跟大家分享一下存款保险"), (C, "好")
    )
    assert found(meeting, Context(kind=Kind.LOBBY))[0].kind is Kind.INTERNAL
    assert found(talk, Context(kind=Kind.LOBBY))[0].kind is Kind.SALON


def test_unheard_speech_belongs_to_where_it_is():
    spans = (Span(1, 2), Span(LENGTH + 1, LENGTH + 4), Span(LENGTH + 100, LENGTH + 110))
    (one,) = found(FIRST, unheard=spans)
    assert one.unheard == spans[:2]
    assert one.span.end == LENGTH + 4


def test_ids_are_stable_within_a_second():
    moved = tuple(
        make_turn(t.text, start=t.span.start + 0.2, index=t.index, role=t.role) for t in FIRST
    )
    assert found(FIRST)[0].id == found(moved)[0].id


def test_nothing_said():
    assert found(()) == ()
