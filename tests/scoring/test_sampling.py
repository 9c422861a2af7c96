"""Plans take what they say with the chance they say, and say truly what that can show."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats

from svcscore.scoring.sampling import (
    Candidate,
    active,
    count,
    percentage,
    risk_weighted,
    stratified,
)
from svcscore.scoring.sampling_reach import detectable, power

DRAWS = 3000


def frame(n=60, staff=4):
    rng = np.random.default_rng(2)
    return [
        Candidate(
            interaction_id=f"i{i:03}",
            staff_id=f"T{(i * i) % 11 % staff}",
            risk=float(rng.beta(0.5, 3)),
            uncertainty=float(rng.random()),
        )
        for i in range(n)
    ]


PLANS = {
    "percentage": partial(percentage, share=0.2),
    "count": partial(count, size=12),
    "stratified": partial(stratified, size=14, least=2),
    "risk_weighted": partial(risk_weighted, size=15),
    "active": partial(active, size=15),
}
each_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


@each_plan
def test_chances_are_as_stated_and_weighted_estimates_unbiased(plan):
    candidates = frame()
    rows = {c.interaction_id: i for i, c in enumerate(candidates)}
    # violations go with risk, the worst case for an estimate that forgets the weights
    violated = np.array([c.risk + 0.3 * c.uncertainty > 0.35 for c in candidates], dtype=float)
    taken, stated = np.zeros(60), np.zeros(60)
    means, shares = [], []
    for seed in range(DRAWS):
        chosen = plan(candidates, seed=seed).chosen
        at = [rows[one.interaction_id] for one in chosen]
        weights = np.array([one.weight for one in chosen])
        taken[at] += 1
        stated[at] = [one.probability for one in chosen]
        means.append(weights @ violated[at] / 60)
        shares.append(weights @ violated[at] / weights.sum())
    assert (stated > 0).all()
    assert taken / DRAWS == pytest.approx(stated, abs=4.5 * 0.5 / DRAWS**0.5)
    assert np.mean(means) == pytest.approx(
        violated.mean(), abs=4 * np.std(means) / DRAWS**0.5 + 1e-9
    )
    # Hájek's ratio is unbiased up to 1/n
    assert np.mean(shares) == pytest.approx(violated.mean(), abs=0.02)


@each_plan
def test_the_same_seed_and_candidates_give_the_same_choice(plan):
    candidates = frame()
    assert plan(candidates, seed=3) == plan(candidates[::-1], seed=3)
    assert plan(candidates, seed=3).chosen != plan(candidates, seed=4).chosen


@each_plan
def test_sizes_and_order(plan):
    for n in (1, 2, 5, 60):
        made = plan(frame(n), seed=1)
        ids = [one.interaction_id for one in made.chosen]
        assert ids == sorted(set(ids))
        assert 1 <= len(ids) == made.reach.sampled <= n
        assert made.candidates == n
        assert all(0 < one.probability <= 1 for one in made.chosen)
        assert str(len(ids)) in made.reach.text[0]


@each_plan
def test_nothing_to_choose_from(plan):
    made = plan([], seed=1)
    assert made.chosen == ()
    assert made.reach.text == ("没有可抽的互动。",)


@each_plan
def test_an_interaction_stands_once(plan):
    with pytest.raises(ValueError, match="twice"):
        plan([*frame(), frame()[0]], seed=1)


@pytest.mark.parametrize(
    "wrong",
    [
        partial(percentage, share=0),
        partial(percentage, share=1.1),
        partial(count, size=0),
        partial(stratified, size=5, least=0),
        partial(risk_weighted, size=5, floor=0),
        partial(active, size=5, random_share=0),
    ],
)
def test_impossible_plans(wrong):
    with pytest.raises(ValueError, match="not"):
        wrong(frame(), seed=1)


def test_impossible_candidates():
    with pytest.raises(ValueError, match="risk"):
        Candidate(interaction_id="i", staff_id="T", risk=1.2, uncertainty=0)
    with pytest.raises(ValueError, match="uncertainty"):
        Candidate(interaction_id="i", staff_id="T", risk=0, uncertainty=float("nan"))


def test_a_share_is_taken_as_written():
    assert len(percentage(frame(30), 0.1, 1).chosen) == 3
    assert len(percentage(frame(31), 0.1, 1).chosen) == 4


def test_everybody_has_the_least():
    made = stratified(frame(200, staff=11), 30, 2, seed=1)
    of = {}
    for one in made.chosen:
        of[one.staff_id] = of.get(one.staff_id, 0) + 1
    assert set(of) == {c.staff_id for c in frame(200, staff=11)}
    assert min(of.values()) >= 2
    assert len(made.chosen) == 30
    assert made.reach.detectable_of_one is not None
    assert len(stratified(frame(200, staff=11), 3, 2, seed=1).chosen) == 2 * len(of)


def test_risk_is_preferred_and_nothing_is_out_of_reach():
    made = risk_weighted(frame(400), 40, seed=1)
    assert len(made.chosen) == 40
    assert made.reach.expected_risky > 1.5 * made.reach.expected_risky_at_random
    assert made.reach.effective < 40


def test_the_most_informative_are_certain():
    candidates = frame(100)
    made = active(candidates, 20, seed=1)
    top = sorted(candidates, key=lambda c: -c.uncertainty)[:14]
    certain = {one.interaction_id for one in made.chosen if one.probability == 1}
    assert certain == {c.interaction_id for c in top}
    assert {one.probability for one in made.chosen} == {1.0, 6 / 86}


@pytest.mark.parametrize(("population", "sampled"), [(60, 12), (500, 59), (20, 20), (1000, 1)])
def test_detectable_share_is_hypergeometric(population, sampled):
    violations = round(detectable(population, sampled) * population)
    assert stats.hypergeom.pmf(0, population, violations, sampled) <= 0.05 + 1e-12
    assert stats.hypergeom.pmf(0, population, violations - 1, sampled) > 0.05
    assert detectable(population, 0) is None


def test_detectable_share_of_many_is_that_of_independent_draws():
    assert 1 - (1 - detectable(200_000, 59)) ** 59 == pytest.approx(0.95, abs=1e-3)


@pytest.mark.parametrize("n", [1, 8, 30, 100])
def test_power_is_that_of_the_exact_test(n):
    least = next((c for c in range(n + 1) if stats.binom.sf(c - 1, n, 0.2) <= 0.05), None)
    expected = 0.0 if least is None else stats.binom.sf(least - 1, n, 0.4)
    assert power(n) == pytest.approx(expected)


@each_plan
def test_the_half_width_holds(plan):
    candidates = frame(400)
    half = 0.5 * np.random.default_rng(0).random(400)
    truth = (half > 0.25).astype(float)
    rows = {c.interaction_id: i for i, c in enumerate(candidates)}
    inside, width = [], None
    for seed in range(400):
        made = partial(plan.func, **(plan.keywords | ({} if "share" in plan.keywords else {"size": 60})))(
            candidates, seed=seed
        )  # fmt: skip
        weights = np.array([one.weight for one in made.chosen])
        at = [rows[one.interaction_id] for one in made.chosen]
        width = made.reach.half_width
        inside.append(abs(weights @ truth[at] / weights.sum() - truth.mean()) <= width)
    assert 0.85 <= np.mean(inside) <= 0.95


def test_a_sample_too_small_says_so():
    assert "样本太小" in "".join(count(frame(), 1, seed=1).reach.text)
