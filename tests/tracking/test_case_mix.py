import numpy as np
import pytest
import statsmodels.api as sm

from svcscore.testing.observations import make_observations
from svcscore.tracking.case_mix import UNKNOWN, Factor, codes, factors_of, fit


def simulated(seed=1, n=3000, tellers=8):
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, tellers, n)
    level = rng.normal(75, 5, tellers)
    # who is good serves other customers: a naive mean would mix the two up
    business = np.minimum(2, rng.poisson(0.3 + 0.2 * unit))
    load = rng.integers(0, 4, n)
    total = level[unit] + np.array([0, -4, -9.0])[business] - 1.5 * load + rng.normal(0, 6, n)
    factors = (
        Factor(name="business", levels=("a", "b", "c"), code=business),
        Factor(name="load", levels=("1", "2", "3", "4"), code=load),
    )
    return unit, total, factors, level


def dummies(code):
    return np.eye(code.max() + 1)[code]


def ols(unit, total, factors):
    design = np.column_stack([dummies(unit), *(dummies(f.code)[:, 1:] for f in factors)])
    return sm.OLS(total, design).fit()


def test_effects_are_those_of_ordinary_least_squares():
    unit, total, factors, _ = simulated()
    mix = fit(unit, total, factors, ridge=0)
    expected = ols(unit, total, factors).params[8:]
    ours = mix.effects
    found = [*(ours[1:3] - ours[0]), *(ours[4:7] - ours[3])]
    assert found == pytest.approx(expected, abs=1e-9)


def test_their_variance_is_that_of_ordinary_least_squares():
    unit, total, factors, _ = simulated()
    mix = fit(unit, total, factors, ridge=0)
    contrast = np.array([-1.0, 0, 1, 0, 0, 0, 0])
    expected = ols(unit, total, factors).cov_params()[9, 9]
    assert contrast @ mix.covariance @ contrast == pytest.approx(expected, rel=0.005)


def test_the_adjusted_mean_is_that_of_the_average_case_mix():
    unit, total, factors, level = simulated()
    adjusted = fit(unit, total, factors, ridge=0).adjusted(total)
    ours = [adjusted[unit == u].mean() for u in range(8)]
    model = ols(unit, total, factors)
    everywhere = np.column_stack([dummies(f.code)[:, 1:] for f in factors])
    as_if = [
        model.predict(np.column_stack([np.tile(np.eye(8)[u], (unit.size, 1)), everywhere])).mean()
        for u in range(8)
    ]
    assert ours == pytest.approx(as_if, abs=1e-9)
    truth = level - level.mean()
    raw = np.array([total[unit == u].mean() for u in range(8)])
    error = np.abs(np.array(ours) - np.mean(ours) - truth).max()
    assert error < 1.2 < np.abs(raw - raw.mean() - truth).max()


def test_a_tellers_own_level_is_not_explained_away():
    rng = np.random.default_rng(2)
    unit = np.repeat([0, 1], 500)
    morning = unit.copy()
    total = np.where(unit == 1, 85.0, 70.0) + rng.normal(0, 5, 1000)
    mix = fit(unit, total, (Factor(name="hour", levels=("m", "a"), code=morning),))
    assert mix.effects == pytest.approx([0, 0], abs=1e-9)
    assert mix.adjusted(total) == pytest.approx(total)
    assert mix.doubt(unit, total, 2) == pytest.approx([0, 0])


def test_rare_levels_are_drawn_towards_zero():
    unit, total, factors, _ = simulated()
    code = factors[0].code.copy()
    code[code == 2] = 1
    code[:20] = 2
    total[:20] -= 40
    rare = Factor(name="business", levels=("a", "b", "c"), code=code)
    strict = fit(unit, total, (rare,), ridge=0).effects
    drawn = fit(unit, total, (rare,)).effects
    assert strict[2] < -35
    assert 0.4 < drawn[2] / strict[2] < 0.7


def test_doubt_is_larger_for_an_unusual_case_mix():
    unit, total, factors, _ = simulated(tellers=9)
    doubt = fit(unit, total, factors).doubt(unit, total, 10)
    assert doubt[8] > doubt[2]
    assert doubt[9] == 0  # a unit without rows
    assert (doubt < 0.5).all()


def test_what_is_missing_is_a_level_of_its_own():
    it = make_observations(
        4,
        kind=np.array(["counter", "", "counter", "lobby"]),
        hour=np.array([-1, 9, 10, 23]),
        load=np.array([0, 1, 3, 500]),
        snr_db=np.array([np.nan, -3.0, 5.0, 80.0]),
    )
    found = {f.name: [f.levels[c] for c in f.code] for f in factors_of(it)}
    assert found["kind"] == ["counter", UNKNOWN, "counter", "lobby"]
    assert found["hour"] == [UNKNOWN, "10点前", "10–12点", "16点后"]
    assert found["load"] == [UNKNOWN, "1–2", "3–5", "20以上"]
    assert found["noise"] == [UNKNOWN, "5 dB以下", "5–10 dB", "20 dB以上"]
    assert found["weekday"] == ["周一"] * 4


def test_the_table_leaves_out_what_does_not_vary():
    it = make_observations(400)
    rows = fit(np.zeros(400, int), it.total, factors_of(it)).table()
    assert {row.factor for row in rows} == {"hour", "weekday"}
    assert sum(row.scored for row in rows if row.factor == "hour") == 400
    assert sum(row.points * row.scored for row in rows if row.factor == "hour") == pytest.approx(0)


def test_codes_are_in_order():
    code, labels = codes(np.array(["乙", "", "A", "乙"], object))
    assert labels == ("", "A", "乙")
    assert code.tolist() == [2, 0, 1, 2]


@pytest.mark.parametrize("total", [[], [np.nan], [np.nan, 80.0]])
def test_hardly_anything(total):
    it = make_observations(len(total), total=np.array(total, float))
    mix = fit(np.zeros(len(total), int), it.total, factors_of(it))
    assert mix.adjusted(it.total) == pytest.approx(it.total, nan_ok=True)
