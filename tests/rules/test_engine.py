import logging
from dataclasses import replace

import pytest
from rule_cases import engine, heard, rule, said

from svcscore.records import Kind, Match, Role, Severity, Status, Verdict
from svcscore.rules import watch
from svcscore.rules.kinds import phrase
from svcscore.rules.watch import Watch
from svcscore.spans import Span

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER
GREETING = rule("voice.greeting", "您好", opening={"seconds": 10, "turns": 2})
FAREWELL = rule("voice.farewell", "再见", closing={"seconds": 10, "turns": 2})
HURRY = rule("forbidden.impatience", "急什么")
SILENT = rule("signal.silence", kind="measure", signal="silence", limit=30, severity="minor")
TALK = [(TELLER, "存多少"), (CUSTOMER, "五千"), (TELLER, "存好了")]


class Ear:
    """A second listen that answers the same to everything, and remembers what it was asked."""

    def __init__(self, score=1.0):
        self.score = score
        self.calls = []

    def __call__(self, probes):
        self.calls.append(tuple(probes))
        return [self.score] * len(probes)


# ---------------------------------------------------------------- credits that are always expected


def only(findings, code):
    return next(f for f in findings if f.code == code)


def test_what_is_always_expected_and_not_heard_is_absent():
    (absence,) = engine(GREETING).judge(said(*TALK))
    assert (absence.verdict, absence.match) == (Verdict.ABSENT, Match.ABSENCE)
    assert absence.evidence == ()
    assert absence.status is Status.CONFIRMED
    assert absence.probability > 0.9
    assert "来有迎声" in absence.why


def test_one_absence_a_code():
    other = {**GREETING, "id": "test.other", "phrases": ["欢迎光临"]}
    assert len(engine(GREETING, other).judge(said(*TALK))) == 1
    assert heard(engine(GREETING, other).judge(said((TELLER, "欢迎光临")))) == ["voice.greeting"]


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, Verdict.ABSENT),
        ({"complete": False}, Verdict.UNSURE),
        ({"unheard": (Span(0.1, 0.3),)}, Verdict.UNSURE),
        ({"unheard": (Span(90.0, 95.0),)}, Verdict.ABSENT),
    ],
)
def test_too_bad_to_tell_is_unsure(fields, verdict):
    lines = [*TALK, (CUSTOMER, "一" * 500), (TELLER, "好")]
    (absence,) = engine(GREETING).judge(said(*lines, **fields))
    assert absence.verdict is verdict
    assert (absence.status is Status.REVIEW) == (verdict is Verdict.UNSURE)


def test_the_closing_window_is_looked_at_for_a_farewell():
    lines = [*TALK, (CUSTOMER, "一" * 500), (TELLER, "好"), (TELLER, "行")]
    for unheard, verdict in (
        (Span(0.1, 0.3), Verdict.ABSENT),
        (Span(104.0, 105.0), Verdict.UNSURE),
    ):
        (absence,) = engine(FAREWELL).judge(said(*lines, unheard=(unheard,)))
        assert absence.verdict is verdict


def test_without_words_of_staff_an_absence_is_unsure():
    (absence,) = engine(GREETING).judge(said((CUSTOMER, "有人吗")))
    assert absence.verdict is Verdict.UNSURE


def test_an_absence_is_less_sure_where_roles_are():
    sure = said(*TALK)
    turns = tuple(replace(turn, staff_probability=0.6) for turn in sure.turns)
    unsure = engine(GREETING).judge(replace(sure, turns=turns))[0]
    assert unsure.probability < engine(GREETING).judge(sure)[0].probability
    assert unsure.status is Status.REVIEW


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (Kind.COUNTER, {"voice.greeting", "flow.teller.welcome"}),
        (Kind.LOBBY, {"voice.greeting", "flow.lobby.welcome"}),
        (Kind.MANAGER, {"voice.greeting", "flow.manager.welcome"}),
        (Kind.SALON, set()),
        (Kind.INTERNAL, set()),
    ],
)
def test_posts(kind, codes):
    flows = [rule(f"flow.{post}.welcome", "您好") for post in ("teller", "lobby", "manager")]
    everything = engine(GREETING, *flows)
    assert {f.code for f in everything.judge(said(*TALK, kind=kind))} == codes
    greeted = everything.judge(said((TELLER, "您好"), kind=kind))
    assert set(heard(greeted)) == codes


def test_a_code_without_a_rule_is_not_missed():
    assert engine(HURRY).judge(said(*TALK)) == ()


# ---------------------------------------------------------------- kinds of interactions


def test_talks_to_many_count_misleading_claims_only():
    kinds = ["counter", "lobby", "manager", "salon"]
    claim = rule("rights.information.breach", "保本", kinds=kinds)
    rude = {**HURRY, "kinds": kinds}
    lines = [(Role.LOBBY_MANAGER, "这款保本，急什么")]
    both = engine(claim, rude, rule("marketing.breach", "急什么"))
    assert heard(both.judge(said(*lines, kind=Kind.SALON))) == ["rights.information.breach"]


def test_kinds_of_a_rule():
    lobby = {**HURRY, "kinds": ["lobby"]}
    assert not engine(lobby).judge(said((TELLER, "急什么"), kind=Kind.COUNTER))
    assert engine(lobby).judge(said((TELLER, "急什么"), kind=Kind.LOBBY))


# ---------------------------------------------------------------- the second listen


def test_it_is_asked_once_about_what_needs_it():
    ear = Ear()
    rules = [
        HURRY,
        rule("voice.thanks", "谢谢您的配合"),
        rule("forbidden.coldness", "不行", severity="minor"),
        GREETING,
    ]
    lines = [(TELLER, "您好"), (TELLER, "急什么"), (TELLER, "谢谢您的陪合，不行")]
    findings = engine(*rules).judge(said(*lines), ear)
    ((breach, credit),) = ear.calls
    assert (breach.phrase, breach.heard) == ("急什么", "急什么")
    assert (credit.phrase, credit.heard) == ("谢谢您的配合", "谢谢您的陪合")
    assert breach.channel == 0
    assert breach.span == only(findings, "forbidden.impatience").evidence[0].span
    assert only(findings, "voice.greeting").evidence[0].acoustic_score is None
    assert only(findings, "voice.thanks").evidence[0].acoustic_score == 1.0


def test_it_is_not_called_for_nothing():
    ear = Ear()
    engine(HURRY).judge(said((TELLER, "您好")), ear)
    assert not ear.calls


def test_gaps_are_asked_as_they_were_heard():
    ear = Ear()
    spec = rule("rights.information.breach", "保证您…不亏本", gates=[])
    engine(spec).judge(said((TELLER, "包证您一定不亏本")), ear)
    ((probe,),) = ear.calls
    assert (probe.phrase, probe.heard) == ("保证您一定不亏本", "包证您一定不亏本")


@pytest.mark.parametrize(
    ("text", "score", "status"),
    [
        ("急什么", 1.0, Status.CONFIRMED),
        ("急什么", None, Status.REVIEW),
        ("急什么", -0.5, Status.REVIEW),
        ("急什么", -9.0, Status.REVIEW),
        ("记什么", 1.0, Status.CONFIRMED),
        ("记什么", -0.5, Status.REVIEW),
        ("记什么", -9.0, Status.REJECTED),
    ],
)
def test_red_lines_need_both_witnesses(text, score, status):
    (finding,) = engine(HURRY).judge(said((TELLER, text)), Ear(score))
    assert finding.status is status


def test_a_rejected_credit_is_no_credit():
    spec = rule("voice.greeting", "欢迎光临")
    (finding,) = engine(spec).judge(said((TELLER, "欢迎光零")), Ear(2.0))
    assert finding.verdict is Verdict.MET
    (finding,) = engine(spec).judge(said((TELLER, "欢银光明")), Ear(-9.0))
    assert finding.verdict is Verdict.ABSENT


# ---------------------------------------------------------------- one finding a place


def test_the_most_severe_rule_of_a_code_keeps_the_words():
    worse = {**HURRY, "id": "test.worse", "phrases": ["你急什么"]}
    lesser = {**HURRY, "severity": "minor"}
    (finding,) = engine(worse, lesser).judge(said((TELLER, "你急什么")))
    assert (finding.rule, finding.severity) == ("test.worse", Severity.RED_LINE)


def test_rules_of_other_codes_keep_theirs():
    other = rule("forbidden.command", "急什么")
    assert len(engine(HURRY, other).judge(said((TELLER, "急什么")))) == 2


def test_findings_come_in_the_order_of_time():
    other = rule("forbidden.abuse", "滚出去")
    lines = [(TELLER, "滚出去"), (TELLER, "急什么"), (TELLER, "滚出去")]
    codes = [f.code for f in engine(FAREWELL, HURRY, other).judge(said(*lines))]
    assert codes == [
        "forbidden.abuse",
        "forbidden.impatience",
        "forbidden.abuse",
        "voice.farewell",
    ]


def test_ids_are_those_of_the_content():
    one, again = (engine(HURRY).judge(said((TELLER, "急什么"))) for _ in range(2))
    assert one == again
    assert len(one[0].id) == 16
    moved = engine(HURRY).judge(said((TELLER, "你急什么")))
    assert moved[0].id != one[0].id
    elsewhere = replace(said((TELLER, "急什么")), id="i2")
    assert engine(HURRY).judge(elsewhere)[0].id != one[0].id


# ---------------------------------------------------------------- faults


def test_a_rule_that_fails_leaves_the_others(monkeypatch, caplog):
    def candidates(spec, *args):
        if spec.id == "test.broken":
            raise RuntimeError("broken")
        return real(spec, *args)

    real = phrase.candidates
    monkeypatch.setattr(phrase, "candidates", candidates)
    broken = {**rule("forbidden.abuse", "滚出去"), "id": "test.broken"}
    with caplog.at_level(logging.ERROR):
        findings = engine(broken, HURRY).judge(said((TELLER, "急什么，滚出去")))
    assert heard(findings) == ["forbidden.impatience"]
    assert "test.broken" in caplog.text


def test_nothing_is_missed_where_a_rule_failed(monkeypatch):
    def fail(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr(phrase, "candidates", fail)
    late = {**GREETING, "opening": None, "closing": {"turns": 1}}
    lines = [(TELLER, "您好"), *TALK]
    assert engine(late, FAREWELL).judge(said(*lines))[0].code == "voice.farewell"
    assert len(engine(late, FAREWELL).judge(said(*lines))) == 1


def test_each_rule_is_timed_and_a_slow_one_is_told(monkeypatch, caplog):
    watched = Watch("i1")
    findings = engine(HURRY, GREETING, SILENT).judge(said((TELLER, "急什么")), watch=watched)
    assert set(watched.seconds) == {HURRY["id"], SILENT["id"]}  # nothing was found for the other
    assert all(seconds >= 0 for seconds in watched.seconds.values())
    monkeypatch.setattr(watch, "SLOW", -1.0)
    with caplog.at_level(logging.WARNING):
        assert engine(HURRY, GREETING, SILENT).judge(said((TELLER, "急什么"))) == findings
    assert f"rule {HURRY['id']} took" in caplog.text


def test_nobody_said_anything():
    assert engine(HURRY).judge(said()) == ()
    (absence,) = engine(GREETING).judge(said())
    assert absence.verdict is Verdict.UNSURE


def test_a_preview_is_never_final():
    spec = {**rule("voice.thanks", "谢谢"), "status": "preview"}
    (finding,) = engine(spec).judge(said((TELLER, "谢谢")))
    assert finding.status is Status.REVIEW


def test_the_second_listen_may_be_asked_about_everything():
    auto, thorough = Ear(), Ear()
    dialogue = said((TELLER, "您好"), (CUSTOMER, "我取钱"))
    engine(GREETING).judge(dialogue, auto)
    engine(GREETING).judge(dialogue, thorough, everything=True)
    assert not any(auto.calls)
    assert [probe.phrase for call in thorough.calls for probe in call] == ["您好"]
