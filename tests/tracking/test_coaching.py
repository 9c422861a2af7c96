"""A card holds what repeats, the worst first, with places where it can be heard; or nothing."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.spans import Span
from svcscore.tracking.coaching import (
    Clip,
    ItemResult,
    Outcome,
    Served,
    coaching_card,
    share_interval,
)
from svcscore.tracking.coaching_words import ADVICE, COURTESY, advice


def result(n, outcome, item="farewell", probability=0.95, **fields):
    clip = Clip(
        interaction_id=f"i{n:03}",
        finding_id=f"f{n:03}-{item}",
        at="2026-03-02T09:00:00+08:00",
        span=Span(float(n), n + 2.0),
        heard="再见",
        probability=probability,
    )
    defaults = {"title": f"题 {item}", "code": f"voice.{item}", "cost": 0.0, "clips": (clip,)}
    if outcome is Outcome.MISSED:
        defaults["cost"] = 4.0
    return ItemResult(item=item, outcome=outcome, **(defaults | fields))


def served(n, *items, **fields):
    at = f"2026-03-{2 + n // 24:02}T{n % 24:02}:00:00+08:00"
    return Served(interaction_id=f"i{n:03}", at=at, items=items, **fields)


def visits(outcomes, **fields):
    """One visit a letter: x missed, o met, - not applicable."""
    of = {"x": Outcome.MISSED, "o": Outcome.MET, "-": Outcome.NOT_APPLICABLE}
    return [served(n, result(n, of[letter], **fields)) for n, letter in enumerate(outcomes)]


def card(history):
    return coaching_card("T001", "王芳", history)


def test_four_of_twenty_repeat_and_three_do_not():
    (item,) = card(visits("xoooo" * 4)).items
    assert (item.missed, item.applied) == (4, 20)
    assert (item.low, item.high) == pytest.approx(
        proportion_confint(4, 20, alpha=0.1, method="wilson")
    )
    assert item.points == 16.0
    assert card(visits("xoooo" * 3 + "ooooo")).items == ()


def test_only_where_it_applied_counts():
    (item,) = card(visits("x----" * 4 + "o")).items
    assert (item.missed, item.applied) == (4, 5)


def test_what_was_given_up_long_ago_is_not_brought_up():
    assert card(visits("x" * 30 + "o" * 20)).items == ()


def test_the_order_of_the_input_does_not_matter():
    history = visits("xxoxoxoooxox")
    assert card(history) == card(history[::-1])


def test_two_clear_clips_of_different_visits_and_one_done_well():
    history = visits("xoxoxo")
    history += [
        served(6, result(6, Outcome.MISSED, probability=0.6)),
        served(7, result(7, Outcome.MET, probability=0.7)),
    ]
    (item,) = card(history).items
    assert [clip.interaction_id for clip in item.clips] == ["i004", "i002"]
    assert item.well.interaction_id == "i005"


def test_never_done_well():
    (item,) = card(visits("xxxx", clips=())).items
    assert item.clips == ()
    assert item.well is None


def test_at_most_three_the_costliest_first():
    history = [
        served(n, *[result(n, Outcome.MISSED, item=name, cost=cost) for name, cost in
                    (("greeting", 2), ("thanks", 5), ("apology", 1), ("answer", 3))])
        for n in range(5)
    ]  # fmt: skip
    assert [item.item for item in card(history).items] == ["thanks", "answer", "greeting"]


def test_a_red_line_comes_first_when_it_occurs_again():
    def breach(n, code="forbidden.impatience", **fields):
        return result(n, Outcome.MISSED, item="x", code=code, title="不耐烦", **fields)

    history = visits("xxxxx")
    red = [
        served(10 + n, breaches=(breach(10 + n, red_line=True), breach(10 + n))) for n in range(2)
    ]
    minor = [served(20 + n, breaches=(breach(20 + n, code="forbidden.command"),)) for n in range(3)]
    first, second = card([*history, *red, *minor]).items
    assert (first.code, first.red_line, first.breach) == ("forbidden.impatience", True, True)
    assert (first.missed, first.applied, first.points) == (2, 10, 16.0)
    assert first.well is None
    assert second.item == "farewell"
    assert card([*history, red[0]]).items == (second,)


def test_praise_is_for_what_is_nearly_always_done():
    steady = [
        served(n, result(n, Outcome.MET, item="greeting"), result(n, Outcome.MET if n % 10 else Outcome.MISSED))
        for n in range(20)
    ]  # fmt: skip
    praise = card(steady).praise
    assert praise[0] == "「题 greeting」最近 20 次中做到 20 次，请保持。"
    assert "做到 18 次" in praise[1]
    assert card(visits("o" * 9)).praise == ()


def test_nobody_was_served():
    empty = card([])
    assert (empty.interactions, empty.items, empty.praise, empty.first) == (0, (), (), "")


@pytest.mark.parametrize(("hits", "of"), [(0, 5), (5, 5), (2, 20)])
def test_interval_is_that_of_wilson(hits, of):
    expected = proportion_confint(hits, of, alpha=0.1, method="wilson")
    assert share_interval(hits, of) == pytest.approx(expected, abs=1e-9)


def test_every_code_that_can_be_on_a_card_has_its_advice():
    known = load_taxonomy(data_folder("lexicons")).codes
    other = advice("bank.own")
    # signals are measured, and on no rubric
    without = {code for code in known if advice(code) is other and not code.startswith("signal.")}
    assert without == set()
    assert advice("flow.teller.return").instead != advice("flow.teller.welcome").instead
    assert advice(COURTESY) is ADVICE[COURTESY]
