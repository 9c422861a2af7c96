from dataclasses import replace

import pytest
from rule_cases import engine, rule, said

from svcscore.records import Match, Role, Severity, Verdict
from svcscore.spans import Span

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER


def measured(signal, limit=3, **fields):
    defaults = {"kind": "measure", "signal": signal, "limit": limit, "severity": "minor"}
    return rule(
        f"signal.{signal}", **{**defaults, "examples": [], "counter_examples": [], **fields}
    )


def at(interaction, *starts):
    """The interaction with its turns begun at `starts`."""
    turns = []
    for turn, start in zip(interaction.turns, starts, strict=True):
        shift = start - turn.span.start
        moved = [
            replace(w, span=Span(w.span.start + shift, w.span.end + shift)) for w in turn.words
        ]
        span = Span(start, start + turn.span.length)
        turns.append(replace(turn, span=span, words=tuple(moved)))
    end = max(turn.span.end for turn in turns)
    return replace(interaction, turns=tuple(turns), span=Span(0.0, end))


def judge(spec, interaction):
    return engine(spec).judge(interaction)


def test_greeting():
    spec = measured("greeting_latency")
    talk = said((CUSTOMER, "有人吗"), (TELLER, "您好"))
    (finding,) = judge(spec, at(talk, 1.0, 9.0))
    assert finding.evidence[0].span == Span(1.0, 9.0)
    assert (finding.match, finding.verdict) == (Match.MEASURE, Verdict.BREACHED)
    assert finding.severity is Severity.MINOR
    assert finding.evidence[0].phrase == "8.0 秒"
    assert not judge(spec, at(talk, 1.0, 3.5))
    assert not judge(spec, replace(at(talk, 1.0, 9.0), complete=False))


def test_greeting_counts_from_the_visit_where_it_is_known():
    spec = measured("greeting_latency")
    talk = replace(at(said((TELLER, "您好")), 6.0), span=Span(1.0, 7.0))
    assert not judge(spec, talk)
    (finding,) = judge(spec, replace(talk, opened_by="sidecar"))
    assert finding.evidence[0].span == Span(1.0, 6.0)


@pytest.mark.parametrize(
    ("question", "expected"),
    [("卫生间在哪儿", True), ("这个能办吗", True), ("请问一下", True), ("我取一万", False)],
)
def test_answers(question, expected):
    talk = at(said((CUSTOMER, question), (TELLER, "在那边")), 0.0, 9.0)
    assert bool(judge(measured("answer_latency"), talk)) is expected


def test_answer_in_time():
    talk = said((CUSTOMER, "这个能办吗"), (TELLER, "能"))
    assert not judge(measured("answer_latency"), at(talk, 0.0, 2.0))
    assert not judge(measured("answer_latency"), at(said((CUSTOMER, "能办吗")), 0.0))


def test_silence_unless_it_was_announced():
    spec = measured("silence", 30, unless_before=["稍等"])
    quiet = said((TELLER, "我看看"), (TELLER, "好了"))
    assert judge(spec, at(quiet, 0.0, 60.0))
    assert not judge(spec, at(quiet, 0.0, 20.0))
    told = said((TELLER, "请稍等"), (CUSTOMER, "好"), (TELLER, "好了"))
    assert not judge(spec, at(told, 0.0, 1.0, 60.0))


def test_speech_that_was_not_understood_is_no_silence():
    spec = measured("silence", 30)
    talk = at(said((TELLER, "我看看"), (TELLER, "好了")), 0.0, 60.0)
    assert not judge(spec, replace(talk, unheard=(Span(20.0, 25.0),)))


def test_an_interruption_is_what_both_say_at_once():
    spec = measured("interruption", 1)
    talk = said((CUSTOMER, "我想问一下这个存款到期以后怎么转"), (TELLER, "这个您到那边去办"))
    customer = talk.turns[0].span
    over = at(talk, customer.start, customer.end - 1.5)
    (finding,) = judge(spec, over)
    assert finding.evidence[0].turn == talk.turns[1].index
    assert finding.evidence[0].span.length == pytest.approx(1.5)
    assert finding.evidence[0].phrase == "1.5 秒"
    assert not judge(spec, at(talk, customer.start, customer.end - 0.5))
    assert not judge(spec, at(talk, customer.start, customer.end + 0.5))


def test_who_listens_does_not_interrupt():
    spec = measured("interruption", 0.2)
    talk = said((CUSTOMER, "我想问一下这个存款到期以后怎么转"), (TELLER, "好的"))
    assert not judge(spec, at(talk, 0.0, 1.0))
    talk = said((TELLER, "我给您说一下这个存款到期以后怎么转"), (CUSTOMER, "我知道我知道"))
    assert not judge(spec, at(talk, 0.0, 1.0))


def hurried(talk, position, times):
    """The interaction with one turn said `times` as fast."""
    turn = talk.turns[position]
    end = turn.span.start + turn.span.length / times
    quick = replace(turn, span=Span(turn.span.start, end), words=())
    texts = tuple(replace(w, span=Span(turn.span.start, end)) for w in turn.words)
    turns = list(talk.turns)
    turns[position] = replace(quick, words=texts)
    return replace(talk, turns=tuple(turns))


def test_the_rate_is_told_against_her_own():
    spec = measured("speech_rate", 1.5)
    talk = said(*((TELLER, f"这里是第{n}句说得不快也不慢的话") for n in "一二三四五"))
    assert not judge(spec, talk)
    (finding,) = judge(spec, hurried(talk, 2, 2.0))
    assert finding.evidence[0].turn == talk.turns[2].index
    assert finding.evidence[0].phrase == "2.0 倍语速"
    assert not judge(spec, hurried(talk, 2, 1.4))
    fast = talk
    for position in range(5):
        fast = hurried(fast, position, 2.0)
    assert not judge(spec, fast)


def test_a_rate_needs_others_to_be_told_against():
    spec = measured("speech_rate", 1.5)
    talk = said(*((TELLER, f"这里是第{n}句说得不快也不慢的话") for n in "一二三"))
    assert not judge(spec, hurried(talk, 1, 3.0))
