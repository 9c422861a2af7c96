import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from statsmodels.regression.mixed_linear_model import MixedLM

from svcscore.tracking.day_means import day_means, levels
from svcscore.tracking.shrinkage import BETWEEN_SCALE, pool


def test_the_pooled_means_are_those_of_a_mixed_model():
    rng = np.random.default_rng(3)
    tellers, days = 20, 24
    unit = np.repeat(np.arange(tellers), days * 8)
    day = np.tile(np.repeat(np.arange(days), 8), tellers)
    keep = rng.random(unit.size) < np.linspace(0.15, 1, tellers)[unit]
    effect = rng.normal(0, 2, (tellers, days))
    total = rng.normal(75, 4, tellers)[unit] + effect[unit, day] + rng.normal(0, 8, unit.size)
    unit, day, total = unit[keep], day[keep], total[keep]
    frame = pd.DataFrame({"total": total, "teller": unit, "day": day})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MixedLM.from_formula(
            "total ~ 1", frame, groups="teller", re_formula="1", vc_formula={"day": "0 + C(day)"}
        ).fit(method="lbfgs")
    assert model.converged
    theirs = np.array([model.random_effects[u].iloc[0] for u in range(tellers)])
    theirs += model.fe_params.iloc[0]
    means = day_means(unit, day.astype("datetime64[D]"), total, tellers)
    level = levels(means)
    ours = pool(level.mean, level.variance, np.zeros(tellers, int))
    assert means.within_all == pytest.approx(model.scale, rel=0.02)
    assert means.day_all == pytest.approx(model.vcomp[0], rel=0.4)
    assert ours.between == pytest.approx(float(model.cov_re.iloc[0, 0]) ** 0.5, rel=0.01)
    assert ours.mean == pytest.approx(theirs, abs=0.25)
    assert np.abs(ours.mean - theirs).max() < np.abs(level.mean - theirs).max() / 3


def test_between_maximises_the_restricted_likelihood():
    rng = np.random.default_rng(4)
    noise = rng.uniform(0.5, 9, 40)
    mean = rng.normal(70, 3, 40) + np.sqrt(noise) * rng.standard_normal(40)

    def loss(between):
        precision = 1 / (noise + between**2)
        centre = (precision * mean).sum() / precision.sum()
        return 0.5 * (
            -np.log(precision).sum()
            + np.log(precision.sum())
            + (precision * (mean - centre) ** 2).sum()
        )

    best = minimize_scalar(loss, bounds=(0, 20), method="bounded").x
    found = pool(mean, noise, np.zeros(40, int)).between
    assert found == pytest.approx(best, abs=BETWEEN_SCALE / 100)


def test_the_fewer_the_interactions_the_more_is_drawn():
    mean = np.array([90.0, 88.0, 75.0, 74.0, 76.0, 73.0, 77.0])
    variance = np.array([100.0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])
    pooled = pool(mean, variance, np.zeros(7, int))
    assert pooled.mean[1] > pooled.mean[0]
    assert pooled.mean[1] == pytest.approx(88, abs=0.5)
    assert pooled.high[0] - pooled.low[0] > 5 * (pooled.high[1] - pooled.low[1])


def test_groups_have_means_of_their_own():
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], 20)
    mean = np.where(group == 0, 60.0, 90.0) + rng.normal(0, 2, 40)
    pooled = pool(mean, np.full(40, 16.0), group)
    assert pooled.mean[:20].max() < 70 < 80 < pooled.mean[20:].min()
    assert pooled.between < 4


def test_one_alone_is_what_was_observed():
    pooled = pool(np.array([80.0]), np.array([4.0]), np.array([0]))
    assert pooled.mean[0] == pytest.approx(80)
    assert pooled.low[0] == pytest.approx(80 - 1.645 * 2, abs=0.01)
    assert pooled.between is None


@pytest.mark.parametrize("mean", [[], [np.nan], [np.nan, np.nan]])
def test_nothing_known(mean):
    pooled = pool(np.array(mean, float), np.array(mean, float), np.zeros(len(mean), int))
    assert np.isnan(pooled.mean).all()
    assert pooled.draws.shape[1] == len(mean)


def test_what_is_unknown_does_not_touch_the_others():
    mean, variance = np.array([70.0, 75.0, 82.0]), np.full(3, 4.0)
    alone = pool(mean, variance, np.zeros(3, int))
    more = pool(np.append(mean, np.nan), np.append(variance, np.nan), np.zeros(4, int))
    assert more.mean[:3].tolist() == alone.mean.tolist()
    assert np.isnan(more.mean[3])


def test_draws_are_of_the_same_posterior_as_the_intervals():
    rng = np.random.default_rng(6)
    pooled = pool(rng.normal(70, 4, 12), rng.uniform(0.2, 6, 12), np.zeros(12, int), seed=1)
    assert pooled.draws.mean(axis=0) == pytest.approx(pooled.mean, abs=0.35)
    assert np.quantile(pooled.draws, 0.05, axis=0) == pytest.approx(pooled.low, abs=0.6)
    again = pool(rng.normal(70, 4, 12), rng.uniform(0.2, 6, 12), np.zeros(12, int), seed=1)
    assert again.draws.tolist() != pooled.draws.tolist()


def test_intervals_hold_nine_times_in_ten():
    rng = np.random.default_rng(7)
    held = []
    for _ in range(300):
        between, tellers = rng.uniform(1, 6), int(rng.integers(6, 30))
        noise = 90 / np.exp(rng.uniform(np.log(10), np.log(300), tellers))
        level = rng.normal(75, between, tellers)
        seen = level + np.sqrt(noise) * rng.standard_normal(tellers)
        pooled = pool(seen, noise, np.zeros(tellers, int))
        held.append(np.mean((pooled.low <= level) & (level <= pooled.high)))
    assert 0.88 <= np.mean(held) <= 0.92
