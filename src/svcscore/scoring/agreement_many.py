"""How far several people agree about the same things, beyond what chance would give.

Items may have been judged by different numbers of people, two at least. Intervals as everywhere:
whole interactions are drawn again (`agreement_bootstrap`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.scoring.agreement_bootstrap import Array, Estimate, bootstrap, by_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One thing that several people judged: how many chose each category."""

    interaction_id: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accord:
    """Agreement of several judges; what is not defined, or rests on one interaction, is None."""

    items: int
    """That two or more judged."""
    unanimous: int
    """Of them, those about which all say the same."""
    interactions: int
    raw: Estimate | None
    """Share of pairs of judges of the same item who say the same."""
    kappa: Estimate | None
    """Fleiss, Psychological Bulletin 76 (1971) 378-382; with unequal numbers of judges, the mean over
    items of the shares (Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014, ch. 2)."""
    ac1: Estimate | None
    """Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008) 29-48."""


def accord(rated: Iterable[Rated], categories: int, seed: int = 0) -> Accord:
    """Agreement of all who judged.

    Args:
        rated: items; those that fewer than two judged are left out.
        categories: how many there are, used or not.
        seed: of the intervals.

    Raises:
        ValueError: for fewer than two categories, or an item with counts of another number.
    """
    items = [one for one in rated if sum(one.counts) > 1]
    if categories < 2 or any(len(one.counts) != categories for one in items):
        raise ValueError(f"an item is not judged in {categories} categories, two at least")
    sums = _sums(items, categories)
    return Accord(
        items=len(items),
        unanimous=sum(max(one.counts) == sum(one.counts) for one in items),
        interactions=len(sums),
        raw=bootstrap(sums, _raw, seed, "raw of many"),
        kappa=bootstrap(sums, _kappa, seed, "kappa of many"),
        ac1=bootstrap(sums, _ac1, seed, "ac1 of many"),
    )


def _sums(items: Sequence[Rated], categories: int) -> Array:
    """[m, 2 + q], of each interaction: items, their agreement, and shares of each category."""
    names, rows = by_unit([one.interaction_id for one in items])
    sums = np.zeros((len(names), 2 + categories))
    if not items:
        return sums
    counts = np.array([one.counts for one in items], dtype=np.float64)
    judges = counts.sum(axis=1)
    agreed = (counts * (counts - 1)).sum(axis=1) / (judges * (judges - 1))
    columns = np.column_stack([np.ones(len(items)), agreed, counts / judges[:, None]])
    np.add.at(sums, rows, columns)
    return sums


def _raw(sums: Array) -> Array:
    result: Array = sums[:, 1] / sums[:, 0]
    return result


def _kappa(sums: Array) -> Array:
    shares = sums[:, 2:] / sums[:, :1]
    return _beyond(_raw(sums), (shares**2).sum(axis=1))


def _ac1(sums: Array) -> Array:
    shares = sums[:, 2:] / sums[:, :1]
    chance = (shares * (1 - shares)).sum(axis=1) / (shares.shape[1] - 1)
    return _beyond(_raw(sums), chance)


def _beyond(agreed: Array, chance: Array) -> Array:
    """(agreed - chance) / (1 - chance); NaN where chance explains everything."""
    result: Array = np.full_like(agreed, np.nan)
    defined = chance < 1 - 1e-12
    result[defined] = (agreed[defined] - chance[defined]) / (1 - chance[defined])
    return result
