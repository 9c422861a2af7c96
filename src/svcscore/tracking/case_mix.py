"""Totals as they would be on the average case mix.

Least squares with an effect for each member of staff and one for each level of each factor. The effects of
the factors are so learned from the same person under different conditions (the "within" estimator of panel
data; Frisch and Waugh 1933): somebody who is good, and only works in the morning, does not make mornings
look good, and is not marked down for them. What nobody shares (a lobby manager never sits at a counter)
cannot be compared, and is not adjusted.

Rare levels are drawn towards zero (ridge; Hoerl and Kennard 1970). A missing value is a level of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcscore.tracking.observations import Column, Observations
from svcscore.tracking.tracking_records import CaseEffect

RIDGE = 20.0
"""A level with as many rows has half of its effect."""
UNKNOWN = "未知"
_HOURS = ((10, "10点前"), (12, "10–12点"), (14, "12–14点"), (16, "14–16点"), (24, "16点后"))
_LOADS = ((3, "1–2"), (6, "3–5"), (11, "6–10"), (21, "11–20"), (np.inf, "20以上"))
_NOISES = (
    (5, "5 dB以下"),
    (10, "5–10 dB"),
    (15, "10–15 dB"),
    (20, "15–20 dB"),
    (np.inf, "20 dB以上"),
)
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factor:
    """One condition of service: `code` [n] picks from `levels`."""

    name: str
    levels: tuple[str, ...]
    code: Column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseMix:
    """What the conditions are worth. Levels of all factors stand one after another, [p]."""

    factors: tuple[Factor, ...]
    effects: Column
    """Points, [p]; each factor's effects average zero over the scored rows."""
    covariance: Column
    """Of `effects`, [p, p]."""
    scored: Column
    """Scored rows of each level, [p]."""

    def adjusted(self, total: Column) -> Column:
        """`total` less what its conditions were worth, [n]."""
        result = total.astype(float)
        for factor, effects in self._of_each():
            result -= effects[factor.code]
        return result

    def doubt(self, unit: Column, total: Column, units: int) -> Column:
        """Variance that the effects' own uncertainty puts into the adjusted mean of each unit, [units]."""
        rows = (unit >= 0) & ~np.isnan(total)
        table = _crosstab(self.factors, unit, rows, units)
        count = np.maximum(np.bincount(unit[rows], minlength=units), 1)
        share = table / count[:, None]
        overall = self.scored / max(1.0, float(np.count_nonzero(~np.isnan(total))))
        gap = np.where(table.sum(axis=1, keepdims=True) > 0, share - overall, 0.0)
        variance: Column = np.maximum(0.0, np.einsum("ij,jk,ik->i", gap, self.covariance, gap))
        return variance

    def table(self) -> tuple[CaseEffect, ...]:
        """The effects of levels that occur, of factors with more than one such."""
        rows: list[CaseEffect] = []
        start = 0
        for factor, effects in self._of_each():
            scored = self.scored[start : start + effects.size]
            start += effects.size
            if np.count_nonzero(scored) < 2:
                continue
            rows += (
                CaseEffect(factor=factor.name, level=level, scored=int(count), points=float(points))
                for level, count, points in zip(factor.levels, scored, effects, strict=True)
                if count
            )
        return tuple(rows)

    def _of_each(self) -> list[tuple[Factor, Column]]:
        ends = np.cumsum([len(factor.levels) for factor in self.factors])
        return list(zip(self.factors, np.split(self.effects, ends[:-1]), strict=True))


def codes(values: Column) -> tuple[Column, tuple[str, ...]]:
    """Code of each text, [n], and the texts in order; a dictionary is faster than sorting two million."""
    seen: dict[str, int] = {}
    raw = np.fromiter(
        (seen.setdefault(value, len(seen)) for value in values.tolist()), np.int64, len(values)
    )
    labels = sorted(seen)
    place = np.empty(len(labels), np.int64)
    place[[seen[label] for label in labels]] = np.arange(len(labels))
    return place[raw], tuple(labels)


def factors_of(observations: Observations) -> tuple[Factor, ...]:
    """The conditions that totals are adjusted for."""
    weekday = (observations.day.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return (
        _texts("kind", observations.kind),
        _texts("business", observations.business),
        _bands("hour", observations.hour, observations.hour >= 0, _HOURS),
        _bands("load", observations.load, observations.load >= 1, _LOADS),
        _bands("noise", observations.snr_db, ~np.isnan(observations.snr_db.astype(float)), _NOISES),
        Factor(name="weekday", levels=_WEEKDAYS, code=weekday),
    )


def fit(
    unit: Column, total: Column, factors: tuple[Factor, ...], *, ridge: float = RIDGE
) -> CaseMix:
    """Effects of the levels, each unit's own level taken out.

    Args:
        unit: who serves, [n], codes from 0.
        total: points, [n]; NaN is left out.
        factors: the conditions.
        ridge: rows of zero effect that each level is given; 0 is plain least squares.
    """
    rows = ~np.isnan(total)
    units = int(unit.max()) + 1 if unit.size else 1
    table = _crosstab(factors, unit, rows, units)
    known, owner = total[rows], unit[rows]
    per_unit = np.bincount(owner, minlength=units).astype(float)
    scale: Column = 1.0 / np.maximum(per_unit, 1.0)
    gram = _gram(factors, rows) - table.T @ (table * scale[:, None])
    mean = np.bincount(owner, known, minlength=units) * scale
    centred = known - mean[owner]
    moment = np.concatenate(
        [np.bincount(f.code[rows], centred, minlength=len(f.levels)) for f in factors]
    )
    inverse = np.linalg.pinv(gram + ridge * np.eye(len(gram)), rcond=1e-9, hermitian=True)
    effects = inverse @ moment
    free = max(1, int(known.size - np.count_nonzero(per_unit) - len(effects)))
    rest = max(0.0, float(centred @ centred - 2 * effects @ moment + effects @ gram @ effects))
    scored = table.sum(axis=0)
    centre = _centring(factors, scored)
    return CaseMix(
        factors=factors,
        effects=centre @ effects,
        covariance=centre @ (inverse @ gram @ inverse) @ centre.T * (rest / free),
        scored=scored,
    )


def _texts(name: str, values: Column) -> Factor:
    code, labels = codes(values)
    return Factor(name=name, levels=tuple(label or UNKNOWN for label in labels), code=code)


def _bands(
    name: str, values: Column, known: Column, bands: tuple[tuple[float, str], ...]
) -> Factor:
    code = np.searchsorted([end for end, _ in bands], values, side="right")
    return Factor(
        name=name,
        levels=(*(label for _, label in bands), UNKNOWN),
        code=np.where(known, np.minimum(code, len(bands) - 1), len(bands)),
    )


def _crosstab(factors: tuple[Factor, ...], unit: Column, rows: Column, units: int) -> Column:
    """Rows of each unit in each level, [units, p]."""
    owner = unit[rows]
    return np.concatenate(
        [
            np.bincount(
                owner * len(f.levels) + f.code[rows], minlength=units * len(f.levels)
            ).reshape(units, len(f.levels))
            for f in factors
        ],
        axis=1,
    ).astype(float)


def _gram(factors: tuple[Factor, ...], rows: Column) -> Column:
    """Rows in each pair of levels, [p, p], counted without ever writing the indicator columns."""
    blocks = [
        [
            np.bincount(
                a.code[rows] * len(b.levels) + b.code[rows], minlength=len(a.levels) * len(b.levels)
            ).reshape(len(a.levels), len(b.levels))
            for b in factors
        ]
        for a in factors
    ]
    return np.block(blocks).astype(float)


def _centring(factors: tuple[Factor, ...], scored: Column) -> Column:
    """Matrix that takes off each factor's mean effect over the scored rows, [p, p]."""
    matrix = np.eye(scored.size)
    start = 0
    for factor in factors:
        part = slice(start, start + len(factor.levels))
        start = part.stop
        matrix[part, part] -= scored[part] / max(1.0, float(scored[part].sum()))
    return matrix
