"""What holds whatever is said, with the packaged lexicon."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_cases import said

from svcscore.records import STAFF_ROLES, Match, Polarity, Role, Severity, Status, Verdict
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import load_lexicon
from svcscore.scoring.rubric import load_rubric
from svcscore.scoring.scorecard import scorecard

FEW = settings(max_examples=40, deadline=None)


@cache
def packaged():
    return load_lexicon(data_folder("lexicons"))


@cache
def whole():
    return Engine(packaged())


@cache
def backwards():
    lexicon = packaged()
    packs = tuple(
        pack.model_copy(update={"rules": pack.rules[::-1]}) for pack in lexicon.packs[::-1]
    )
    return Engine(replace(lexicon, packs=packs))


@cache
def sentences():
    """Sentences that rules are about: their examples and counter-examples."""
    return tuple(
        text
        for rule in packaged().rules
        for dialogue in (*rule.examples, *rule.counter_examples)
        for _, text in dialogue.turns
    )


def judge(lines, engine=None):
    return (engine or whole()).judge(said(*lines))


def same(finding):
    """What must not change when text is only written in another manner."""
    return (
        finding.code,
        finding.rule,
        finding.verdict,
        finding.severity,
        finding.status,
        round(finding.probability, 6),
        tuple((e.turn, round(e.span.start, 6), round(e.span.end, 6)) for e in finding.evidence),
    )


roles = st.sampled_from([Role.TELLER, Role.CUSTOMER, Role.UNKNOWN, Role.SUPERVISOR, Role.MACHINE])
spoken_text = st.deferred(lambda: st.sampled_from(sentences()))
dialogues = st.lists(st.tuples(roles, spoken_text), min_size=1, max_size=6)


@FEW
@given(dialogues, st.text(alphabet="，。！？、 …", min_size=1, max_size=3), st.integers(1, 4))
def test_punctuation_never_matters(lines, mark, step):
    other = []
    for role, text in lines:
        marked = "".join(c + mark if i % step == 0 else c for i, c in enumerate(text))
        other.append((role, marked + mark))
    assert [same(f) for f in judge(lines)] == [same(f) for f in judge(other)]


@FEW
@given(dialogues)
def test_the_polite_you_never_matters(lines):
    plain = [(role, text.replace("您", "你")) for role, text in lines]
    polite = [(role, text.replace("你", "您")) for role, text in lines]
    assert [same(f) for f in judge(plain)] == [same(f) for f in judge(polite)]


@FEW
@given(st.lists(spoken_text, min_size=1, max_size=6))
def test_the_words_of_customers_never_cost_the_staff(texts):
    findings = judge([(Role.CUSTOMER, text) for text in texts])
    assert not [f for f in findings if f.polarity is Polarity.BREACH]


@FEW
@given(st.lists(spoken_text, min_size=1, max_size=6))
def test_machines_earn_and_cost_nothing(texts):
    findings = judge([(Role.MACHINE, text) for text in texts])
    assert not [f for f in findings if f.verdict in {Verdict.MET, Verdict.BREACHED}]


@FEW
@given(dialogues)
def test_without_audio_no_red_line_is_confirmed(lines):
    assert not [
        f
        for f in judge(lines)
        if f.severity is Severity.RED_LINE and f.match is not Match.ABSENCE
        if f.status is Status.CONFIRMED
    ]


@FEW
@given(st.lists(st.tuples(st.sampled_from(sorted(STAFF_ROLES)), spoken_text), max_size=4))
def test_nobody_known_is_never_final(lines):
    unknown = [(Role.UNKNOWN, text) for _, text in lines]
    assert not [
        f
        for f in judge(unknown)
        if f.verdict is Verdict.BREACHED and f.status is Status.CONFIRMED
        if f.match is not Match.MEASURE
    ]


@FEW
@given(dialogues)
def test_another_breach_removes_none(lines):
    def breaches(findings):
        return {
            (f.code, f.evidence[0].span, f.evidence[0].turn)
            for f in findings
            if f.verdict is Verdict.BREACHED and f.match is not Match.MEASURE
        }

    before = breaches(judge(lines))
    after = breaches(judge([*lines, (Role.CUSTOMER, "好"), (Role.TELLER, "滚出去")]))
    assert before <= after


@cache
def breaches():
    """Sentences that break a rule whoever hears them."""
    return tuple(
        text
        for text in sentences()
        if any(f.verdict is Verdict.BREACHED for f in judge([(Role.TELLER, text)]))
        and not any(f.verdict is Verdict.MET for f in judge([(Role.TELLER, text)]))
    )


@cache
def rubric():
    return load_rubric(data_folder("lexicons") / "profiles" / "default.yaml", None)


def total(lines):
    interaction = said(*lines)
    return scorecard(interaction, whole().judge(interaction), (), rubric()).total


@FEW
@given(dialogues, st.deferred(lambda: st.sampled_from(breaches())), st.data())
def test_another_breach_never_raises_the_score(lines, breach, data):
    at = data.draw(st.integers(0, len(lines)))
    before = total(lines)
    after = total([*lines[:at], (Role.TELLER, breach), *lines[at:]])
    if before is not None:
        assert after <= before + 1e-6


@FEW
@given(st.lists(spoken_text, min_size=1, max_size=4))
def test_what_customers_say_costs_nothing(texts):
    answers = [(Role.TELLER, "您好，请问您今天办理什么业务")]
    customers = [*answers, *((Role.CUSTOMER, text) for text in texts)]
    assert not [f for f in judge(customers) if f.verdict is Verdict.BREACHED]


@FEW
@given(dialogues)
def test_the_order_of_rules_does_not_matter(lines):
    assert judge(lines) == judge(lines, backwards())


@FEW
@given(st.lists(st.tuples(st.sampled_from(list(Role)), st.text(max_size=60)), max_size=5))
def test_any_text_can_be_judged(lines):
    for finding in judge(lines):
        assert 0 <= finding.probability <= 1


@FEW
@given(dialogues)
def test_evidence_is_what_stands_there(lines):
    interaction = said(*lines)
    for finding in whole().judge(interaction):
        for evidence in finding.evidence:
            if evidence.matcher is not Match.MEASURE:
                turn = interaction.turns[evidence.turn]
                assert evidence.heard in turn.text
                assert turn.span.start - 1e-9 <= evidence.span.start
                assert evidence.span.end <= turn.span.end + 1e-9


def test_ids_are_unique():
    ids = [f.id for f in judge([(Role.TELLER, text) for text in sentences()[:400]])]
    assert len(set(ids)) == len(ids)


def test_examples_of_all_packs():
    from svcscore.rules.check import check

    assert [str(failure) for failure in check(packaged())] == []


@pytest.mark.parametrize("rule", packaged().rules, ids=lambda rule: rule.id)
def test_every_rule_says_what_a_reviewer_needs(rule):
    assert rule.why.strip()
    assert rule.source.strip()
