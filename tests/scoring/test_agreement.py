"""Two judges of the same thing, and totals of people beside those of the machine."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from svcscore.decisions import Decision, Review
from svcscore.scoring.agreement import Pair, Totals, concordance, second_reviews, totals_error
from svcscore.scoring.agreement_bootstrap import effective_size, weighted_mean, weighted_share


def pairs_of(table):
    """A pair for each count of a table of first by second, each in an interaction of its own."""
    cells = [(i, j) for (i, j), n in np.ndenumerate(np.array(table)) for _ in range(n)]
    return [Pair(interaction_id=f"i{n:04}", first=i, second=j) for n, (i, j) in enumerate(cells)]


def review(decision=Decision.CONFIRM, reviewer="甲", at="2026-03-02T10:00:00Z", **fields):
    return Review(
        interaction_id="i1", finding_id="f1", decision=decision, reviewer=reviewer, at=at, **fields
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_kappas_are_those_of_scikit_learn(weighted):
    rng = np.random.default_rng(3)
    first = rng.integers(0, 4, 300)
    second = np.clip(first + rng.integers(-1, 2, 300), 0, 3)
    weights = rng.uniform(1, 5, 300) if weighted else np.ones(300)
    found = concordance(
        [
            Pair(interaction_id=f"i{n}", first=a, second=b, weight=w)
            for n, (a, b, w) in enumerate(zip(first, second, weights, strict=True))
        ],
        4,
        ordinal=True,
    )
    for name, kind in (("kappa", None), ("linear", "linear"), ("quadratic", "quadratic")):
        expected = cohen_kappa_score(first, second, weights=kind, sample_weight=weights)
        estimate = getattr(found, name)
        assert estimate.value == pytest.approx(expected)
        assert estimate.low < expected < estimate.high


def test_ac1_of_a_rare_category():
    """118 of 125 both yes, 5 and 2 apart: agreed 0.944, π = 243/250, chance 2·0.972·0.028."""
    found = concordance(pairs_of([[118, 5], [2, 0]]), 2, ordinal=False)
    chance = 2 * 0.972 * 0.028
    assert found.ac1.value == pytest.approx((0.944 - chance) / (1 - chance))
    assert found.ac1.value == pytest.approx(0.9408, abs=5e-5)
    assert found.kappa.value == pytest.approx(-0.0234, abs=5e-5)
    assert found.linear is None


def test_ac1_of_three_categories():
    """Gwet's table of three abstractions: π = .13, .255, .615; chance ½·Σ π(1−π) = .269925."""
    found = concordance(pairs_of([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 3, ordinal=False)
    assert found.raw.value == pytest.approx(0.89)
    assert found.ac1.value == pytest.approx((0.89 - 0.269925) / (1 - 0.269925))
    assert found.kappa.value == pytest.approx(0.7964094, abs=1e-7)


def test_kappa_is_not_defined_where_all_is_one_category():
    found = concordance(pairs_of([[9, 0], [0, 0]]), 2, ordinal=True)
    assert (found.kappa, found.linear, found.quadratic) == (None, None, None)
    assert found.ac1.value == 1.0


def test_pairs_of_one_interaction_are_one_witness():
    alone = pairs_of([[60, 20], [20, 60]])
    together = [
        Pair(interaction_id=f"i{n // 20}", first=p.first, second=p.second)
        for n, p in enumerate(alone)
    ]
    apart = concordance(alone, 2, ordinal=False).raw
    joint = concordance(together, 2, ordinal=False).raw
    assert joint.units == 8
    assert joint.high - joint.low > 2 * (apart.high - apart.low)


def test_the_same_seed_gives_the_same_intervals():
    pairs = pairs_of([[30, 5], [7, 20]])
    assert concordance(pairs, 2, ordinal=True, seed=4) == concordance(
        pairs[::-1], 2, ordinal=True, seed=4
    )
    assert concordance(pairs, 2, ordinal=True, seed=4) != concordance(pairs, 2, ordinal=True)


def test_one_interaction_says_nothing_of_its_doubt():
    one = np.ones(1)
    found = weighted_share(one, one, 2 * one, 0, "t")
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
    assert weighted_mean(one, one, 0, "t") is None
    assert concordance(pairs_of([[1, 0], [0, 0]]), 2, ordinal=True).raw is None


def test_no_pairs():
    assert concordance([], 3, ordinal=True).raw is None
    assert totals_error([]).absolute is None


@pytest.mark.parametrize(("place", "categories"), [(2, 2), (-1, 2), (0, 1)])
def test_impossible_categories(place, categories):
    with pytest.raises(ValueError, match="categor"):
        concordance([Pair(interaction_id="i", first=place, second=0)], categories, ordinal=True)


def test_a_blind_review_is_paired_with_the_first():
    first = review()
    pairs = list(
        second_reviews(
            [
                first,
                review(Decision.OVERTURN, "乙", "2026-03-03T10:00:00Z", blind=True),
                # settled by a third, after both: no witness of how two agree
                review(Decision.OVERTURN, "丙", "2026-03-04T10:00:00Z", supersedes=first.id),
            ],
            weight=2.5,
        )
    )
    assert pairs == [Pair(interaction_id="i1", first=0, second=1, weight=2.5)]


def test_a_slip_that_was_taken_back_does_not_count():
    slip = review(Decision.OVERTURN)
    right = review(at="2026-03-02T10:01:00Z", supersedes=slip.id)
    blind = review(reviewer="乙", at="2026-03-03T10:00:00Z", blind=True)
    assert [(p.first, p.second) for p in second_reviews([slip, right, blind])] == [(0, 0)]
    gone = review(Decision.WITHDRAW, "乙", "2026-03-03T11:00:00Z", blind=True, supersedes=blind.id)
    assert list(second_reviews([right, blind, gone])) == []


def test_nobody_agrees_with_himself():
    blind = review(at="2026-03-03T10:00:00Z", blind=True)
    assert list(second_reviews([review(), blind])) == []
    assert list(second_reviews([blind])) == []


def test_error_of_totals():
    rows = [
        Totals(interaction_id=f"i{n}", machine=80.0 + apart, human=80.0, weight=weight)
        for n, (apart, weight) in enumerate([(4, 1), (-2, 1), (0, 2), (6, 1)])
    ]
    found = totals_error(rows)
    assert found.absolute.value == pytest.approx(12 / 5)
    assert found.bias.value == pytest.approx(8 / 5)
    assert found.absolute.low <= 2.4 <= found.absolute.high


def test_intervals_of_a_mean_cover():
    rng = np.random.default_rng(11)
    inside = 0
    for seed in range(400):
        values, weights = rng.exponential(5.0, 60), rng.uniform(1, 4, 60)
        found = weighted_mean(weights, values, seed, "t")
        inside += found.low <= 5.0 <= found.high
    assert 0.85 <= inside / 400 <= 0.93


def test_all_right_is_not_beyond_doubt():
    ones = np.ones(10)
    found = weighted_share(ones, ones, ones, 0, "t")
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.05 ** (1 / 10))
    none = weighted_share(ones, 0 * ones, ones, 0, "t")
    assert (none.low, none.high) == pytest.approx((0.0, 1 - 0.05 ** (1 / 10)))


def test_effective_size():
    assert effective_size(np.array([2.0, 2.0, 2.0])) == pytest.approx(3)
    assert effective_size(np.array([1.0, 3.0])) == pytest.approx(1.6)
    assert effective_size(np.array([])) == 0
