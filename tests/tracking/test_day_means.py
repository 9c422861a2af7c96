import numpy as np
import pytest

from svcscore.tracking.day_means import day_means, levels


def simulated(*, units=30, days=60, each=20, day_sd=3.0, within=8.0, seed=1):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), days * each)
    day = np.tile(np.repeat(np.arange(days), each), units)
    effect = rng.normal(0, day_sd, (units, days))
    total = 70 + effect[unit, day] + rng.normal(0, within, unit.size)
    return unit, day.astype("datetime64[D]"), total, effect


def test_means_of_days():
    unit = np.array([1, 0, 0, 1, -1, 0])
    day = np.array(["2026-03-03"] * 3 + ["2026-03-02"] * 3, "datetime64[D]")
    means = day_means(unit, day, np.array([60.0, 70.0, 80.0, np.nan, 1.0, 90.0]), 3)
    assert means.unit.tolist() == [0, 0, 1]
    assert means.day.astype(str).tolist() == ["2026-03-02", "2026-03-03", "2026-03-03"]
    assert means.count.tolist() == [1, 2, 1]
    assert means.mean.tolist() == [90.0, 75.0, 60.0]
    assert means.spans().tolist() == [0, 2, 3, 3]


def test_the_two_variances_are_found():
    unit, day, total, _ = simulated()
    means = day_means(unit, day, total, 30)
    assert means.within_all**0.5 == pytest.approx(8, rel=0.02)
    assert means.day_all**0.5 == pytest.approx(3, rel=0.05)
    assert np.mean(means.variance) == pytest.approx(9 + 64 / 20, rel=0.05)


def test_a_shift_of_the_level_is_not_taken_for_day_effects():
    unit, day, total, _ = simulated()
    shifted = day >= np.datetime64(30, "D")
    few = day_means(unit, day, total - 12 * (shifted & (unit < 3)), 30)
    assert few.day_all == pytest.approx(9, rel=0.25)
    # the usual analysis of variance would say about 9 + 36
    everybody = day_means(unit, day, total - 12 * shifted, 30)
    assert everybody.day_all < 20


def test_days_that_resemble_each_other_count_for_fewer():
    rng = np.random.default_rng(4)
    unit, day, total, _ = simulated(units=60, days=200, each=10, day_sd=0.0)
    effect = np.zeros((60, 200))
    fresh = 3 * np.sqrt(1 - 0.5**2) * rng.standard_normal((60, 200))
    effect[:, 0] = 3 * rng.standard_normal(60)
    for t in range(1, 200):
        effect[:, t] = 0.5 * effect[:, t - 1] + fresh[:, t]
    total = total + effect[unit, day.astype(int)]
    level = levels(day_means(unit, day, total, 60))
    # the mean of many such days varies as if there were a third as many
    expected = (9 * 1.5 / 0.5 + 64 / 10) / 200
    assert level.variance.mean() == pytest.approx(expected, rel=0.2)
    assert np.mean((level.mean - 70) ** 2) == pytest.approx(expected, rel=0.4)


def test_a_unit_that_varies_more_has_larger_variances():
    unit, day, total, _ = simulated(day_sd=0.0)
    wild = unit == 7
    total = np.where(wild, 70 + 2 * (total - 70), total)
    means = day_means(unit, day, total, 30)
    assert means.within[7] > 2.5 * np.median(means.within)


def test_the_variance_of_a_level_is_that_of_its_days():
    sizes = []
    estimates = []
    for seed in range(60):
        unit, day, total, _ = simulated(units=10, days=12, seed=seed)
        level = levels(day_means(unit, day, total, 10))
        estimates += (level.mean - 70).tolist()
        sizes += level.variance.tolist()
    assert np.mean(np.square(estimates)) == pytest.approx(np.mean(sizes), rel=0.15)


def test_few_days_widen_the_interval():
    unit, day, total, _ = simulated(units=1, days=3)
    assert day_means(unit, day, total, 1).widening > 2
    unit, day, total, _ = simulated()
    assert day_means(unit, day, total, 30).widening < 1.01


@pytest.mark.parametrize("total", [[], [80.0]])
def test_hardly_anything(total):
    day = np.full(len(total), np.datetime64("2026-03-02"))
    means = day_means(np.zeros(len(total), int), day, np.array(total), 2)
    assert (means.within_all, means.day_all) == (None, None)
    level = levels(means)
    assert np.isnan(level.variance).all()
    assert level.scored.tolist() == [len(total), 0]
    assert np.isnan(level.mean[1])


def test_one_total_a_day_is_enough_to_tell():
    rng = np.random.default_rng(3)
    day = np.arange(200).astype("datetime64[D]")
    means = day_means(np.zeros(200, int), day, rng.normal(70, 5, 200), 1)
    assert means.within_all is None
    assert levels(means).variance[0] == pytest.approx(25 / 200, rel=0.25)
