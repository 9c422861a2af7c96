"""Whether scores differ for reasons that are not the person's: microphone, noise, hour, voice, branch.

Each group is held against all others, in totals (points) and in the share of reviewed findings that
people overturned (percentage points). Where the same people worked in and out of a group, they are
compared with themselves; what remains is not their doing. All contrasts of an audit are corrected
together (Holm), so that one audit in twenty at most raises a false alarm where nothing differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from svcscore.tracking.fairness_contrast import (
    Cells,
    Codes,
    between_staff,
    cells,
    holm,
    plain_difference,
    within_staff,
)
from svcscore.tracking.fairness_gap import Cause, Factor, Gap, Outcome
from svcscore.tracking.fairness_words import describe, summary
from svcscore.tracking.observations import Column, Observations

MIN_ROWS = 30
"""Interactions or reviewed findings of a group under which nothing is concluded."""
MIN_POINTS = 2.0
"""Smaller differences of totals are told, and not flagged."""
MIN_PERCENT = 5.0
"""Smaller differences of overturned shares (percentage points) are told, and not flagged."""

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All contrasts: what is flagged first, then by certainty."""

    interactions: int
    gaps: tuple[Gap, ...]
    unknown: tuple[tuple[Factor, int], ...]
    """Interactions of which a factor is not known; they are left out there."""
    text: str
    """In Chinese."""
    voices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Groups of pitch and the ids of their people."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """One outcome laid out on all rows."""

    outcome: Outcome
    weight: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    spread: float


def audit(observations: Observations) -> Audit:
    """Compare groups of all factors in both outcomes.

    Rows without a person are left out: nobody can be compared with themselves there.
    """
    known = observations.where(observations.staff != "")
    gaps: list[Gap] = []
    unknown = []
    for factor in Factor:
        groups = groups_of(known, factor)
        unknown.append((factor, int((groups == "").sum())))
        for measure in _measures(known):
            gaps.extend(_gaps(known, factor, groups, measure))
    judged = _corrected(gaps)
    order = list(Cause)
    judged.sort(key=lambda gap: (order.index(gap.cause), gap.adjusted or 1.0, gap.group))
    return Audit(
        interactions=len(known),
        gaps=tuple(judged),
        unknown=tuple(unknown),
        text=summary(
            len(known), sum(g.flagged for g in judged), sum(g.contrast is not None for g in judged)
        ),
        voices=_voices(known),
    )


def bounds_of(factor: Factor, group: str) -> tuple[float, float] | None:
    """Where a band of noise (dB) or of hours begins and ends; None where there is no such band."""
    bands = {Factor.NOISE: _NOISE, Factor.HOUR: _HOURS}.get(factor, ())
    for (least, name), (below, _) in pairwise((*bands, (np.inf, ""))):
        if name == group:
            return least, below
    return None


def _voices(observations: Observations) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups = groups_of(observations, Factor.PITCH)
    people = np.asarray(observations.staff, dtype=np.str_)
    return tuple(
        (name, tuple(np.unique(people[groups == name]).tolist()))
        for _, name in _PITCH
        if (groups == name).any()
    )


def groups_of(observations: Observations, factor: Factor) -> Texts:
    """Name of the group of each row, [n]; empty where it is not known."""
    if factor is Factor.MICROPHONE:
        return np.asarray(observations.microphone, dtype=np.str_)
    if factor is Factor.BRANCH:
        return np.asarray(observations.branch, dtype=np.str_)
    if factor is Factor.NOISE:
        return _banded(observations.snr_db, _NOISE)
    if factor is Factor.HOUR:
        hour = np.asarray(observations.hour, dtype=np.float64)
        return _banded(np.where(hour < 0, np.nan, hour), _HOURS)
    return _banded(_own_pitch(observations), _PITCH)


_Bands = tuple[tuple[float, str], ...]
_NOISE: _Bands = (
    (-np.inf, "信噪比低于 10 dB"),
    (10, "信噪比 10–15 dB"),
    (15, "信噪比 15–20 dB"),
    (20, "信噪比 20 dB 以上"),
)
_HOURS: _Bands = (
    (0, "10 点前"),
    (10, "10–12 点"),
    (12, "12–14 点"),
    (14, "14–16 点"),
    (16, "16 点后"),
)
_PITCH: _Bands = (
    (-np.inf, "音高低于 150 Hz"),
    (150, "音高 150–200 Hz"),
    (200, "音高 200–240 Hz"),
    (240, "音高 240 Hz 以上"),
)


def _banded(values: Column, bands: _Bands) -> Texts:
    """Name of the band of each value; empty for NaN. A band begins at its number."""
    names = np.array([name for _, name in bands])
    place = np.searchsorted([least for least, _ in bands], values, side="right") - 1
    return np.where(np.isnan(values), "", names[np.clip(place, 0, len(bands) - 1)])


def _own_pitch(observations: Observations) -> Column:
    """Median pitch of the person of each row, Hz; NaN where it was never measured."""
    _, person = np.unique(observations.staff, return_inverse=True)
    pitch = np.asarray(observations.pitch_hz, dtype=np.float64)
    of = np.full(person.max(initial=-1) + 1, np.nan)
    heard = np.flatnonzero(~np.isnan(pitch))
    heard = heard[np.argsort(person[heard], kind="stable")]
    for rows in np.split(heard, np.flatnonzero(np.diff(person[heard])) + 1):
        if rows.size:
            of[person[rows[0]]] = np.median(pitch[rows])
    return of[person]


def _measures(observations: Observations) -> Iterator[_Measure]:
    scored = observations.scored
    total = np.where(scored, observations.total, 0.0)
    yield _Measure(Outcome.TOTAL, scored.astype(np.float64), total, 0.0)
    reviewed = np.asarray(observations.reviewed, dtype=np.float64)
    overturned = np.asarray(observations.overturned, dtype=np.float64)
    share = (overturned.sum() + 1) / (reviewed.sum() + 2)
    spread = 100.0 * float(np.sqrt(share * (1 - share)))
    yield _Measure(Outcome.OVERTURNED, reviewed, 100.0 * overturned, spread)


def _gaps(
    observations: Observations, factor: Factor, groups: Texts, measure: _Measure
) -> Iterator[Gap]:
    """One gap a group, not judged yet; of two groups only one, for both say the same."""
    rows = np.flatnonzero((groups != "") & (measure.weight > 0))
    names, group = np.unique(groups[rows], return_inverse=True)
    if len(names) < 2:
        return
    _, staff = np.unique(observations.staff[rows], return_inverse=True)
    _, day = np.unique(observations.day[rows], return_inverse=True)
    weight, value = measure.weight[rows], measure.value[rows]
    of = cells(staff, day, group.astype(np.intp), weight, value, measure.spread)
    places = [_worse(of, measure.outcome)] if len(names) == 2 else range(len(names))
    for place in places:
        yield _gap(of, place, str(names[place]), factor, measure.outcome)


def _worse(of: Cells, outcome: Outcome) -> int:
    difference = plain_difference(of, 0) or 0.0
    return int((difference > 0) is (outcome is Outcome.TOTAL))


def _gap(of: Cells, place: int, name: str, factor: Factor, outcome: Outcome) -> Gap:
    inside: Codes = np.unique(of.staff[of.group == place])
    outside: Codes = np.unique(of.staff[of.group != place])
    rows = int(of.weight[of.group == place].sum())
    rest = int(of.weight.sum()) - rows
    contrast = None
    if min(rows, rest) >= MIN_ROWS:
        contrast = within_staff(of, place) or between_staff(of, place)
    return Gap(
        factor=factor,
        group=name,
        outcome=outcome,
        rows=rows,
        staff=len(inside),
        shared=len(np.intersect1d(inside, outside)),
        plain=plain_difference(of, place),
        contrast=contrast,
        adjusted=None,
        cause=Cause.TOO_FEW,
        text="",
    )


def _corrected(gaps: list[Gap]) -> list[Gap]:
    """With corrected p-values, causes and sentences."""
    adjusted = iter(holm([gap.contrast.p for gap in gaps if gap.contrast is not None]))
    judged = []
    for gap in gaps:
        sure = gap if gap.contrast is None else replace(gap, adjusted=next(adjusted))
        settled = replace(sure, cause=_cause(sure))
        judged.append(replace(settled, text=describe(settled)))
    return judged


def _cause(gap: Gap) -> Cause:
    contrast = gap.contrast
    if contrast is None:
        return Cause.TOO_FEW
    least = MIN_POINTS if gap.outcome is Outcome.TOTAL else MIN_PERCENT
    if not gap.sure or abs(contrast.effect) < least:
        plain = abs(gap.plain or 0.0)
        if contrast.within and plain >= least > max(abs(contrast.low), abs(contrast.high)):
            return Cause.PEOPLE
        return Cause.NONE
    if gap.outcome is Outcome.OVERTURNED:
        # people heard the recordings: here the machine errs more often
        return Cause.MACHINE if contrast.effect > 0 else Cause.OPEN
    device = gap.factor in {Factor.MICROPHONE, Factor.NOISE}
    worse = contrast.effect < 0
    return Cause.MACHINE if device and worse and contrast.within else Cause.OPEN
