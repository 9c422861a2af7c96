"""Partial pooling: ten interactions must not outrank three hundred.

The observed mean of unit j is ``y ~ N(level, v)`` and its level ``~ N(mean of its group, between²)``. What
is known of few interactions is drawn towards the group's mean by ``between² / (between² + v)`` (Efron and
Morris 1975; DerSimonian and Laird 1986).

`between` is not known either. To put in one estimate of it gives intervals that are too short (Morris 1983),
so all values of it are weighed by their restricted likelihood (the one that REML maximises) times a
half-Cauchy prior (Gelman 2006), on a grid; the mean of the group is integrated in closed form (Gelman et al.,
Bayesian Data Analysis, section 5.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from svcscore.tracking.observations import Column

BETWEEN_SCALE = 5.0
"""Points: before anything is seen, it is as likely as not that people differ by more than this (one sd)."""
GRID = 400
DRAWS = 1000
_HALVINGS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Levels of all units, [units]; NaN where nothing is known."""

    mean: Column
    sd: Column
    low: Column
    high: Column
    between: float | None
    """Most likely standard deviation of levels within a group (that of REML); None for a single unit."""
    draws: Column
    """Levels drawn from their joint posterior, [DRAWS, units]; for ranks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Everything given `between`, for each value of it, [grid, units]; and the values' weights, [grid]."""

    between: Column
    weight: Column
    likelihood: Column
    keep: Column
    """Share of the unit's own mean."""
    centre: Column
    """Mean of the unit's group."""
    centre_variance: Column


def pool(mean: Column, variance: Column, group: Column, *, seed: int = 0) -> Pooled:
    """Levels given the means of all.

    Args:
        mean: observed, points, [units]; NaN where there is none.
        variance: of `mean`, [units]; where it is NaN the unit is left out.
        group: code of those a unit is compared with, [units].
        seed: of the draws.
    """
    known = ~np.isnan(mean) & ~np.isnan(variance)
    empty = np.full(mean.size, np.nan)
    if not known.any():
        return Pooled(
            mean=empty,
            sd=empty,
            low=empty,
            high=empty,
            between=None,
            draws=np.full((DRAWS, mean.size), np.nan),
        )
    own, noise = mean[known], np.maximum(variance[known], 1e-9)
    labels, of = np.unique(group[known], return_inverse=True)
    grid = _weigh(own, noise, of, labels.size)
    level = grid.keep * own + (1 - grid.keep) * grid.centre
    spread = grid.keep * noise + (1 - grid.keep) ** 2 * grid.centre_variance
    middle = grid.weight @ level
    sd = np.sqrt(grid.weight @ (spread + (level - middle) ** 2))
    root = np.sqrt(spread)
    most = float(grid.between[np.argmax(grid.likelihood)])
    return Pooled(
        mean=_fill(empty, known, middle),
        sd=_fill(empty, known, sd),
        low=_fill(empty, known, _quantile(0.05, grid.weight, level, root, middle, sd)),
        high=_fill(empty, known, _quantile(0.95, grid.weight, level, root, middle, sd)),
        between=most if own.size > labels.size else None,
        draws=_draw(grid, own, noise, of, known, np.random.default_rng(seed)),
    )


def _weigh(own: Column, noise: Column, of: Column, groups: int) -> _Grid:
    """The restricted likelihood of each value of `between`, and the groups' means given it."""
    between = BETWEEN_SCALE * np.tan(
        np.pi / 2 * (np.arange(GRID) + 0.5) / GRID
    )  # even in the prior
    marginal = noise + between[:, None] ** 2
    precision = 1.0 / marginal
    member = np.zeros((own.size, groups))
    member[np.arange(own.size), of] = 1.0
    total = precision @ member
    centre = ((precision * own) @ member) / total
    rest = own - centre[:, of]
    likelihood = -0.5 * (
        np.log(marginal).sum(axis=1) + np.log(total).sum(axis=1) + (rest**2 * precision).sum(axis=1)
    )
    weight = np.exp(likelihood - likelihood.max())
    return _Grid(
        between=between,
        weight=weight / weight.sum(),
        likelihood=likelihood,
        keep=between[:, None] ** 2 * precision,
        centre=centre[:, of],
        centre_variance=(1.0 / total)[:, of],
    )


def _quantile(
    share: float, weight: Column, level: Column, root: Column, middle: Column, sd: Column
) -> Column:
    """Quantile of each unit's mixture of normal distributions, by halving, [units]."""
    used = weight > 1e-6
    weight, level, root = weight[used] / weight[used].sum(), level[used], root[used]
    low, high = middle - 8 * sd, middle + 8 * sd
    for _ in range(_HALVINGS):
        guess = (low + high) / 2
        below = weight @ ndtr((guess - level) / np.maximum(root, 1e-12)) < share
        low, high = np.where(below, guess, low), np.where(below, high, guess)
    found: Column = (low + high) / 2
    return found


def _draw(
    grid: _Grid, own: Column, noise: Column, of: Column, known: Column, rng: np.random.Generator
) -> Column:
    """Joint draws: first `between`, then the groups' means, then the levels."""
    pick = rng.choice(grid.between.size, size=DRAWS, p=grid.weight)
    first = np.unique(of, return_index=True)[1]
    centre = grid.centre[:, first][pick]
    centre = centre + np.sqrt(grid.centre_variance[:, first][pick]) * rng.standard_normal(
        centre.shape
    )
    keep = grid.keep[pick]
    level = keep * own + (1 - keep) * centre[:, of]
    draws = np.full((DRAWS, known.size), np.nan)
    draws[:, known] = level + np.sqrt(keep * noise) * rng.standard_normal(level.shape)
    return draws


def _fill(empty: Column, known: Column, values: Column) -> Column:
    full = empty.copy()
    full[known] = values
    return full
