"""Weighted figures of interactions with intervals: whole interactions are drawn again, not findings.

Findings of one interaction stand and fall together (the same voice, noise and reviewer), so they are
no independent witnesses. Source: Davison & Hinkley, Bootstrap Methods and their Application, 1997, §3.8
(resampling of clusters), §5.3 (percentile intervals). Few interactions draw too narrowly; the ends are
moved out as by Hesterberg, What Teachers Should Know About the Bootstrap, 2015, §3.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

COVERAGE = 0.9
REPLICATES = 2000
_TAIL = (1.0 - COVERAGE) / 2
_CELLS = 4_000_000
"""Most draws held at a time: 32 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 90 % interval; each end is also that of a one-sided 95 % interval."""

    value: float
    low: float
    high: float
    units: int
    """Interactions that it rests on."""


Statistic = Callable[[Array], Array]
"""From sums of columns, [b, c], to a figure of each row, [b]; NaN where it is not defined."""


def bootstrap(sums: Array, statistic: Statistic, seed: int, name: str) -> Estimate | None:
    """Figure of weighted sums with its percentile interval.

    None where it is not defined, and of fewer than two interactions: one says nothing of its doubt.

    Args:
        sums: [m, c], what each of m interactions adds to c sums.
        statistic: of the sums over all interactions.
        seed: of the draws.
        name: what the figure is of: each has a stream of its own, so that no rule moves another's.
    """
    if len(sums) < 2:
        return None
    value = float(statistic(sums.sum(axis=0)[None, :])[0])
    if np.isnan(value):
        return None
    drawn = np.concatenate([statistic(part) for part in _resampled(sums, seed, name)])
    drawn = drawn[~np.isnan(drawn)]
    tail = _tail(len(sums))
    low, high = np.quantile(drawn, (tail, 1.0 - tail)) if drawn.size else (value, value)
    return Estimate(
        value=value,
        low=min(value, float(low)),
        high=max(value, float(high)),
        units=len(sums),
    )


def weighted_share(
    weights: Array, hits: Array, totals: Array, seed: int, name: str
) -> Estimate | None:
    """Hájek estimate of a share: Σ w·hits ÷ Σ w·totals.

    Where all or none hit, drawing again knows no doubt; there the exact bound of so many
    independent interactions is taken (Clopper & Pearson 1934), with Kish's effective number.

    Args:
        weights: [m], 1 ÷ inclusion probability of each interaction.
        hits: [m], how many of `totals` hit.
        totals: [m]; interactions with none of them do not count.
        seed: of the draws.
        name: see `bootstrap`.
    """
    counted = totals > 0
    weights, hits, totals = weights[counted], hits[counted], totals[counted]
    if not weights.size:
        return None
    value = float((weights * hits).sum() / (weights * totals).sum())
    if 0.0 < value < 1.0:
        if weights.size == 1:
            return Estimate(value=value, low=0.0, high=1.0, units=1)
        sums = np.stack([weights * hits, weights * totals], axis=1)
        return bootstrap(sums, lambda part: _ratio(part[:, 0], part[:, 1]), seed, name)
    bound = _TAIL ** (1.0 / effective_size(weights))
    low, high = (bound, 1.0) if value == 1.0 else (0.0, 1.0 - bound)
    return Estimate(value=value, low=low, high=high, units=weights.size)


def weighted_mean(weights: Array, values: Array, seed: int, name: str) -> Estimate | None:
    """Hájek estimate of a mean of interactions: Σ w·v ÷ Σ w; shapes [m]. None as `bootstrap`."""
    sums = np.stack([weights * values, weights], axis=1)
    return bootstrap(sums, lambda part: _ratio(part[:, 0], part[:, 1]), seed, name)


def effective_size(weights: Array) -> float:
    """How many equally weighted units say as much: (Σ w)² ÷ Σ w² (Kish 1965); 0 of none."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.size else 0.0


def by_unit(units: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    """The different names in order, and the place of each of `units` among them."""
    names, places = np.unique(np.array(units, dtype=np.str_), return_inverse=True)
    return tuple(names.tolist()), places.astype(np.intp)


def _tail(units: int) -> float:
    """Quantile of the draws that is the end: that of Student's t, √(n ÷ (n−1)) further out."""
    from scipy.special import ndtr, stdtrit

    return float(ndtr(stdtrit(units - 1, _TAIL) * np.sqrt(units / (units - 1))))


def _ratio(over: Array, under: Array) -> Array:
    result: Array = np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
    return result


def _resampled(sums: Array, seed: int, name: str) -> Iterator[Array]:
    """Sums over drawn interactions, [b, c] at a time, `REPLICATES` in all."""
    digest = hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "surrogateescape")).digest()
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16])))
    count = len(sums)
    step = max(1, min(REPLICATES, _CELLS // count))
    for start in range(0, REPLICATES, step):
        rows = min(step, REPLICATES - start)
        picked = (rng.random((rows, count)) * count).astype(np.intp)
        picked += np.arange(rows)[:, None] * count
        times = np.bincount(picked.ravel(), minlength=rows * count).reshape(rows, count)
        yield times @ sums
