from dataclasses import replace

import pytest
from rule_cases import engine, rule, said

from svcscore.records import Role, Status


def judged(probability, **fields):
    """Status of a hit whose words have this probability."""
    spec = rule("forbidden.impatience", "急什么", severity="major", **fields)
    interaction = said((Role.CUSTOMER, "快点"), (Role.TELLER, "你急什么"))
    turn = interaction.turns[1]
    words = tuple(replace(word, probability=probability) for word in turn.words)
    turns = (interaction.turns[0], replace(turn, words=words))
    (finding,) = engine(spec).judge(replace(interaction, turns=turns))
    return finding.status


def test_hits_under_the_least_probability_are_rejected():
    assert judged(1.0, least=0.9) is Status.CONFIRMED
    assert judged(0.4, least=0.9) is Status.CONFIRMED
    assert judged(0.2, least=0.9) is Status.REJECTED
    assert judged(0.2) is not Status.REJECTED


def test_a_time_needs_a_speaker_as_sure():
    spec = rule("signal.silence", kind="measure", signal="silence", limit=1, severity="minor")
    lines = (Role.TELLER, "您好"), (Role.CUSTOMER, "好")
    interaction = said(*lines)
    late = interaction.turns[1]
    shifted = tuple(
        replace(word, span=replace(word.span, start=word.span.start + 9, end=word.span.end + 9))
        for word in late.words
    )
    last = replace(late, words=shifted, span=replace(late.span, start=9.9, end=10.1))
    slow = replace(interaction, turns=(replace(interaction.turns[0], staff_probability=0.8), last))
    assert len(engine(spec).judge(slow)) == 1
    assert engine({**spec, "least": 0.9}).judge(slow) == ()


@pytest.mark.parametrize("least", [0, 1, -0.5, 2])
def test_it_is_a_probability(least):
    with pytest.raises(ValueError, match="least"):
        engine(rule("forbidden.impatience", "急什么", least=least))
