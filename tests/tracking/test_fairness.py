"""A planted bias is found and put down to the machine; where there is none, none is found."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from svcscore.testing.observations import make_observations
from svcscore.testing.shifts import make_shifts
from svcscore.tracking.fairness import audit, groups_of
from svcscore.tracking.fairness_contrast import cells, holm, within_staff
from svcscore.tracking.fairness_gap import Cause, Factor, Outcome

SIMULATIONS = 300


def gap(found, factor, group, outcome):
    return next(g for g in found.gaps if (g.factor, g.group, g.outcome) == (factor, group, outcome))


def test_a_bad_microphone_is_found():
    found = audit(make_shifts(1, total=lambda c: -6.0 * (c["microphone"] == "M2")))
    bad = gap(found, Factor.MICROPHONE, "M2", Outcome.TOTAL)
    assert bad.flagged
    assert found.gaps[0] is bad
    assert bad.contrast.within
    assert bad.contrast.effect == pytest.approx(-6, abs=2)
    assert bad.shared == bad.staff == 12
    for word in (
        "麦克风「M2」",
        "同一柜员",
        f"低 {-bad.contrast.effect:.1f} 分",
        "90% 区间",
        "更换",
    ):
        assert word in bad.text
    assert sum(g.flagged for g in found.gaps) == 1
    assert "1 项差异" in found.text


def test_noise_that_costs_points_is_found():
    found = audit(make_shifts(2, total=lambda c: -7.0 * (c["snr_db"] < 15)))
    flagged = {(g.factor, g.group) for g in found.gaps if g.flagged}
    assert flagged == {(Factor.NOISE, "信噪比 10–15 dB"), (Factor.NOISE, "信噪比低于 10 dB")}


def test_voices_that_the_machine_hears_badly_are_found():
    found = audit(make_shifts(3, people=40, wrong=lambda c: 0.3 * (c["pitch_hz"] > 240)))
    bad = gap(found, Factor.PITCH, "音高 240 Hz 以上", Outcome.OVERTURNED)
    assert bad.flagged
    assert not bad.contrast.within
    assert bad.contrast.low > 0
    assert "百分点" in bad.text


def test_an_hour_in_which_people_are_tired_is_not_the_machine():
    found = audit(make_shifts(4, total=lambda c: -6.0 * (c["hour"] >= 16)))
    late = gap(found, Factor.HOUR, "16 点后", Outcome.TOTAL)
    assert late.sure
    assert late.cause is Cause.OPEN
    assert "抽听" in late.text


def test_better_people_at_a_microphone_are_not_a_better_microphone():
    """M9 is where the three best mostly sit; everybody serves at it sometimes."""
    rng = np.random.default_rng(6)
    people, days = 12, 40
    n = people * days * 5
    person, day = np.repeat(np.arange(people), days * 5), np.tile(np.repeat(np.arange(days), 5), 12)
    mostly = np.where(np.arange(people) < 3, 0.8, 0.15)
    at = (rng.random((people, days)) < mostly[:, None])[person, day]
    total = np.where(person < 3, 90, 78) + rng.normal(0, 5, n)
    found = audit(
        make_observations(
            n,
            staff=np.array([f"T{p}" for p in person]),
            day=np.datetime64("2026-03-02") + day,
            microphone=np.where(at, "M9", "M1"),
            total=total,
        )
    )
    (mic,) = [g for g in found.gaps if g.factor is Factor.MICROPHONE and g.outcome is Outcome.TOTAL]
    assert abs(mic.plain) > 5
    assert mic.cause is Cause.PEOPLE
    assert "人员不同" in mic.text


@pytest.mark.parametrize("errors", [0.01, 0.06])
def test_false_flags_are_rare_where_nothing_differs(errors):
    flagged = sure = 0
    for seed in range(SIMULATIONS):
        found = audit(make_shifts(seed, days=12, a_day=5, errors=errors))
        flagged += any(g.flagged for g in found.gaps)
        sure += any(g.sure for g in found.gaps)
    # 5 % of audits may have a false difference anywhere; 2.5 standard errors of 300 on top
    assert sure / SIMULATIONS <= 0.05 + 2.5 * (0.05 * 0.95 / SIMULATIONS) ** 0.5
    assert flagged <= sure


def test_intervals_cover():
    inside = []
    for seed in range(200):
        found = audit(make_shifts(seed, days=12, total=lambda c: -4.0 * (c["microphone"] == "M2")))
        bad = gap(found, Factor.MICROPHONE, "M2", Outcome.TOTAL)
        inside.append(bad.contrast.low <= -4 <= bad.contrast.high)
    assert 0.85 <= np.mean(inside) <= 0.95


def test_few_are_said_to_be_too_few():
    seen = make_shifts(7, people=6, days=6)
    seen.microphone[:20] = "M7"
    found = audit(seen)
    few = gap(found, Factor.MICROPHONE, "M7", Outcome.TOTAL)
    assert few.cause is Cause.TOO_FEW
    assert few.contrast is None
    assert "数据太少（20 次互动" in few.text


def test_what_is_not_known_is_left_out_and_counted():
    seen = make_shifts(8)
    seen.microphone[:100] = ""
    seen.hour[:50] = -1
    seen.snr_db[:30] = np.nan
    seen.staff[:10] = ""
    found = audit(seen)
    assert found.interactions == len(seen) - 10
    assert dict(found.unknown)[Factor.MICROPHONE] == 90
    assert dict(found.unknown)[Factor.HOUR] == 40
    assert dict(found.unknown)[Factor.NOISE] == 20
    assert "" not in {g.group for g in found.gaps}


@pytest.mark.parametrize("n", [0, 1, 40])
def test_hardly_anything(n):
    assert [g for g in audit(make_observations(n)).gaps if g.contrast] == []


def test_bands_begin_at_their_number():
    seen = make_observations(
        4,
        staff=np.array(["A", "A", "B", "C"]),
        snr_db=np.array([9.9, 10, 20, np.nan]),
        pitch_hz=np.array([100, 180, 240, np.nan]),
        hour=np.array([9, 10, 16, -1]),
    )
    assert list(groups_of(seen, Factor.NOISE))[1:] == ["信噪比 10–15 dB", "信噪比 20 dB 以上", ""]
    # A's own median is 140
    assert list(groups_of(seen, Factor.PITCH)) == [
        "音高低于 150 Hz", "音高低于 150 Hz", "音高 240 Hz 以上", ""
    ]  # fmt: skip
    assert list(groups_of(seen, Factor.HOUR)) == ["10 点前", "10–12 点", "16 点后", ""]


def test_the_contrast_is_that_of_least_squares():
    seen = make_shifts(9)
    _, staff = np.unique(seen.staff, return_inverse=True)
    _, day = np.unique(seen.day, return_inverse=True)
    inside = (seen.microphone == "M1").astype(int)
    of = cells(staff, day, inside, np.ones(len(seen)), seen.total, 0.0)
    found = within_staff(of, 1)
    design = np.column_stack([inside, np.eye(12)[staff]])
    fit = sm.OLS(seen.total, design).fit(
        cov_type="cluster", cov_kwds={"groups": staff * 100 + day, "use_correction": False}
    )
    assert found.effect == pytest.approx(fit.params[0])
    half = (found.high - found.low) / 2
    # larger for leverage and Student's t, by little with 240 person-days
    assert 1.645 * fit.bse[0] < half < 1.1 * 1.645 * fit.bse[0]


def test_holm_is_that_of_statsmodels():
    p_values = list(np.random.default_rng(1).random(20) ** 4)
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert holm([]) == []
