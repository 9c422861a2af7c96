"""What earns, what costs, what leaves the score alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scoring_cases import DEFAULT, RUBRICS, TURNS, VISIT, breach, good, tones, voices

from svcscore.records import Kind, Role, Severity, Status, Verdict
from svcscore.scoring.scorecard import scorecard
from svcscore.testing.records import make_dialogue, make_interaction, make_turn

MET, ABSENT, UNSURE = Verdict.MET, Verdict.ABSENT, Verdict.UNSURE
FIVE = RUBRICS["five-voices-check"]
STEPS = [
    good(f"flow.teller.{step}")
    for step in ("welcome", "inquire", "receive", "process", "return", "farewell")
]


def card(findings, courtesy=(), rubric=DEFAULT, interaction=VISIT, **fields):
    return scorecard(interaction, findings, courtesy, rubric, **fields)


def line(score, item):
    return next(line for line in score.lines if line.item == item)


def test_exemplary_service_is_excellent():
    score = card([*voices(), *STEPS, good("rights.property.duty")], tones(3))
    assert score.total >= 90
    assert score.band == "优秀"
    assert not score.red_line
    assert not score.needs_review


def test_polite_service_that_says_all_is_excellent_too():
    assert card([*voices(), *STEPS], tones(2)).total >= 90


def test_rude_service_fails_even_without_a_red_line():
    lost = dict.fromkeys(("greeting", "inquiry", "thanks", "apology", "farewell"), ABSENT)
    steps = [good(step.code, ABSENT) for step in STEPS]
    score = card([*voices(**lost), *steps, breach(Severity.MAJOR)], tones(0))
    assert score.total < 60
    assert score.band == "不合格"


def test_a_red_line_fails_the_best_service():
    score = card([*voices(), *STEPS, breach()], tones(3))
    assert (score.total, score.red_line, score.needs_review) == (59, True, True)
    assert score.low <= score.high <= 59
    assert line(score, "ceiling").finding_ids == (breach().id,)
    assert "红线须人工复核：「爱办不办」" in score.reasons


def test_a_red_line_whose_words_were_deleted_is_named_by_its_code():
    kept = replace(breach(), evidence=(replace(breach().evidence[0], phrase="", heard=""),))
    reasons = card([*voices(), *STEPS, kept], tones(3)).reasons
    assert f"红线须人工复核：{kept.code}" in reasons


def test_a_red_line_in_review_caps_only_the_low_end():
    plain = card([*voices(), *STEPS], tones(3))
    score = card([*voices(), *STEPS, breach(status=Status.REVIEW, probability=0.6)], tones(3))
    assert score.total == plain.total
    assert score.low <= 59
    assert score.high > 90
    assert (score.red_line, score.needs_review) == (False, True)
    assert "疑似红线待复核：「爱办不办」（概率 60%）" in score.reasons


def test_the_example_of_the_five_voices():
    score = card(voices(thanks=ABSENT, apology=Verdict.NOT_APPLICABLE), rubric=FIVE)
    # 25 + 20 + 25 of 25 + 20 + 15 + 25: the apology was not due
    assert score.total == pytest.approx(100 * 70 / 85)
    assert line(score, "apology").applicable is False
    assert line(score, "apology").note == "未触发，不适用"


def test_what_was_not_due_is_shared_out():
    all_met = card(voices(thanks=Verdict.NOT_APPLICABLE), rubric=FIVE)
    assert all_met.total == pytest.approx(100)
    assert sum(line.possible for line in all_met.lines) == pytest.approx(100)


def test_what_cannot_be_told_neither_earns_nor_loses():
    clear = card(voices(thanks=Verdict.NOT_APPLICABLE, apology=ABSENT), rubric=FIVE)
    score = card(voices(thanks=UNSURE, apology=ABSENT), rubric=FIVE)
    assert score.total == pytest.approx(clear.total)
    assert score.low < clear.low
    assert score.high >= clear.high
    assert score.needs_review
    assert "听不清，不计分：谢声" in score.reasons


def test_heard_once_is_enough_for_a_voice_and_each_duty_counts_for_a_right():
    heard = [good("voice.thanks", id="a"), good("voice.thanks", ABSENT, id="b")]
    assert line(card(heard), "thanks").earned == pytest.approx(line(card(heard), "thanks").possible)
    told = [
        good("rights.information.duty", id="a"),
        good("rights.information.duty", ABSENT, id="b"),
    ]
    assert line(card(told), "information").earned == pytest.approx(
        line(card(told), "information").possible / 2
    )


def test_what_may_have_been_said_is_not_held_to_be_missing():
    doubt = [good("voice.thanks", UNSURE, id="a"), good("voice.thanks", ABSENT, id="b")]
    assert not line(card([good("voice.answer"), *doubt]), "thanks").applicable


def test_a_likely_hit_in_review_earns_and_an_unlikely_one_is_left_out():
    likely = card([good("voice.greeting", probability=0.7, status=Status.REVIEW)])
    assert line(likely, "greeting").applicable
    unlikely = card(
        [good("voice.greeting", probability=0.3, status=Status.REVIEW), good("voice.answer")]
    )
    assert not line(unlikely, "greeting").applicable


@pytest.mark.parametrize(("count", "cost"), [(1, 0), (2, 4), (3, 6), (5, 6)])
def test_minor_breaches_cost_when_repeated_up_to_their_cap(count, cost):
    minors = [breach(Severity.MINOR, id=f"m{i}") for i in range(count)]
    plain, score = card(voices()), card([*voices(), *minors])
    assert plain.total - score.total == pytest.approx(cost)
    notes = [line.note for line in score.lines if line.item == "minor"]
    assert notes[0] == ("未重复出现，不扣分" if count == 1 else "")
    assert sum(line.earned for line in score.lines) == pytest.approx(score.total)


@pytest.mark.parametrize(("count", "cost"), [(1, 5), (3, 15), (4, 15)])
def test_major_breaches_cost_each_time_up_to_their_cap(count, cost):
    majors = [breach(Severity.MAJOR, id=f"m{i}") for i in range(count)]
    assert card(voices()).total - card([*voices(), *majors]).total == pytest.approx(cost)


def test_what_awaits_review_costs_nothing_yet():
    score = card([*voices(), breach(Severity.MAJOR, status=Status.REVIEW)])
    assert score.total == pytest.approx(card(voices()).total)
    assert line(score, "major").note == "待复核，暂不扣分"
    assert score.needs_review


def test_a_breach_that_cannot_be_told_costs_nothing_and_asks_for_review():
    score = card([*voices(), breach(verdict=UNSURE)])
    assert score.total == pytest.approx(card(voices()).total)
    assert score.low <= 59
    assert (score.red_line, score.needs_review) == (False, True)


@pytest.mark.parametrize("fields", [{"status": Status.REJECTED}, {"role": Role.CUSTOMER}])
def test_rejected_findings_and_customers_cost_nothing(fields):
    assert card([*voices(), breach(**fields)], tones(2)) == card(voices(), tones(2))


def test_what_the_customer_says_earns_nothing():
    said = good("voice.thanks", role=Role.CUSTOMER)
    assert card([good("voice.answer"), said]) == card([good("voice.answer")])


def test_each_post_has_its_own_steps():
    lobby = make_interaction(
        make_dialogue((Role.LOBBY_MANAGER, "您好请问办理什么业务")), kind=Kind.LOBBY
    )
    items = {line.item for line in card([good("flow.lobby.triage")], interaction=lobby).lines}
    assert "lobby-triage" in items
    assert not {item for item in items if item.startswith(("teller-", "manager-"))}


@pytest.mark.parametrize(("level", "worth"), [(0, 0), (1, 35), (2, 85), (3, 100)])
def test_tone_is_the_mean_worth_of_the_turns(level, worth):
    score = card([good("voice.greeting")], tones(level, 1.0))
    tone = line(score, "tone")
    assert 100 * tone.earned / tone.possible == pytest.approx(worth)
    assert tone.note == "依据 3 段员工发言的态度"


def test_turns_weigh_by_how_surely_they_are_the_staffs():
    turns = [
        make_turn("好的", index=0, staff_probability=0.9, speaker="A"),
        make_turn("快点", start=2, index=1, staff_probability=0.3, speaker="B"),
    ]
    score = card([], tones(0, 1.0)[:1], interaction=make_interaction(turns))
    assert score.total == 0
    both = [*tones(0, 1.0)[:1], *tones(3, 1.0)[:1]]
    both = [both[0], type(both[1])(turn=1, probabilities=both[1].probabilities)]
    assert card([], both, interaction=make_interaction(turns)).total == pytest.approx(
        100 * 0.3 / 1.2
    )


def test_courtesy_of_customers_is_not_asked():
    foreign = type(tones(0)[0])(turn=1, probabilities=(1.0, 0.0, 0.0, 0.0))
    assert card(voices(), [foreign]) == card(voices())


@pytest.mark.parametrize(
    ("interaction", "reason", "review"),
    [
        (make_interaction(TURNS, kind=Kind.INTERNAL), "不评分", False),
        (make_interaction(TURNS, kind=Kind.SALON), "不评分", False),
        (make_interaction(()), "无法判定：没有听到说话", False),
        (make_interaction(TURNS[1:2]), "无法判定：没有听到工作人员说话", True),
    ],
)
def test_what_is_not_scored(interaction, reason, review):
    score = card(voices(), interaction=interaction, unsure=("噪声大",))
    assert (score.total, score.low, score.high, score.band) == (None, None, None, None)
    assert reason in score.reasons[0]
    assert "噪声大" in score.reasons
    assert score.needs_review is review
    assert not any(dimension.applicable for dimension in score.dimensions)


def test_nothing_found_and_nothing_judged_is_not_scored():
    score = card([])
    assert score.total is None
    assert score.reasons == ("无法判定：没有可以评分的项目",)


def test_a_red_line_counts_even_where_nothing_is_scored():
    salon = make_interaction(TURNS, kind=Kind.SALON)
    score = card([breach()], interaction=salon)
    assert (score.total, score.red_line, score.needs_review) == (None, True, True)


def test_reasons_of_the_audio_ask_for_review():
    score = card([*voices(), *STEPS], tones(3), unsure=("信噪比低",))
    assert score.needs_review
    assert "信噪比低" in score.reasons


def test_the_score_never_falls_below_zero():
    lost = [good(f"voice.{v}", ABSENT) for v in ("greeting", "inquiry", "answer", "farewell")]
    score = card([*lost, *[breach(Severity.MAJOR, id=str(i)) for i in range(3)]], tones(0))
    assert score.total == 0
    assert sum(line.earned for line in score.lines) == pytest.approx(0)


def test_every_breach_has_its_line():
    findings = [breach(severity, id=severity.value) for severity in Severity]
    score = card([*voices(), *findings])
    traced = {name for line in score.lines for name in line.finding_ids}
    assert {finding.id for finding in (*voices(), *findings)} <= traced
