"""How far two people, and people and the machine, agree beyond what chance would give.

Two reviewers of the same finding are the first and one who reviewed it blind. All figures hold
weights (1 ÷ inclusion probability of the sampling plan) and 90 % intervals by drawing interactions
again (`agreement_bootstrap`). What the rules are worth is told by `agreement_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.decisions import Decision, Review
from svcscore.scoring.agreement_bootstrap import (
    Array,
    Estimate,
    Statistic,
    bootstrap,
    by_unit,
    weighted_mean,
)

DECISIONS = (Decision.CONFIRM, Decision.OVERTURN, Decision.NOT_APPLICABLE)
"""The categories of two reviewers of a finding; they have no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same thing judged twice: the places of the two categories, from 0."""

    interaction_id: str
    first: int
    second: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Agreement of two judges; a coefficient is None where it is not defined.

    A kappa is not defined where both judges put everything in one and the same category. It falls
    where one category is rare, however well people agree; AC1 hardly does. So both are told.
    """

    pairs: int
    interactions: int
    raw: Estimate | None
    """Share of pairs in the same category."""
    kappa: Estimate | None
    """Cohen 1960."""
    linear: Estimate | None
    """Cohen's weighted kappa (1968), weights 1 − |i−j|/(q−1); None where categories have no order."""
    quadratic: Estimate | None
    """The same with weights 1 − (i−j)²/(q−1)²."""
    ac1: Estimate | None
    """Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008) 29–48."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The total of one interaction by the machine, and by people; 0–100."""

    interaction_id: str
    machine: float
    human: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsError:
    """How far totals of the machine lie from those of people, in points."""

    interactions: int
    absolute: Estimate | None
    """Mean of |machine − human|."""
    bias: Estimate | None
    """Mean of machine − human: above zero, the machine is too kind."""


def second_reviews(reviews: Iterable[Review], weight: float = 1.0) -> Iterator[Pair]:
    """A pair for each person who reviewed a finding blind, against the one who reviewed it first.

    Of each person the last review counts that this person did not take back. What a third person
    settled afterwards says nothing of how two agree, and is left out.

    Args:
        reviews: of one finding.
        weight: of its interaction.
    """
    ordered = sorted(reviews, key=lambda review: (review.at, review.id))
    open_reviews = [review for review in ordered if not review.blind]
    if not open_reviews:
        return
    first = _last_word(open_reviews, open_reviews[0].reviewer)
    blind = [review for review in ordered if review.blind]
    for reviewer in sorted({review.reviewer for review in blind}):
        second = _last_word(blind, reviewer)
        if first is not None and second is not None and reviewer != first.reviewer:
            yield Pair(
                interaction_id=first.interaction_id,
                first=DECISIONS.index(first.decision),
                second=DECISIONS.index(second.decision),
                weight=weight,
            )


def concordance(
    pairs: Iterable[Pair], categories: int, *, ordinal: bool, seed: int = 0
) -> Concordance:
    """Agreement of two judges over pairs.

    Args:
        pairs: of judgements.
        categories: how many there are, used or not (AC1 depends on it).
        ordinal: whether their order means something (levels of courtesy, bands).
        seed: of the intervals.

    Raises:
        ValueError: for fewer than two categories, or a place outside of them.
    """
    pairs = tuple(pairs)
    tables = _tables(pairs, categories)

    def told(name: str, statistic: Statistic) -> Estimate | None:
        return bootstrap(tables, statistic, seed, name)

    place = np.arange(categories) / (categories - 1)
    apart = np.abs(place[:, None] - place[None, :])
    nominal = (apart > 0).astype(np.float64)
    return Concordance(
        pairs=len(pairs),
        interactions=len(tables),
        raw=told("raw", lambda sums: _agreed(_shares(sums, categories))),
        kappa=told("kappa", lambda sums: _kappa(_shares(sums, categories), nominal)),
        linear=told("linear", lambda sums: _kappa(_shares(sums, categories), apart))
        if ordinal
        else None,
        quadratic=told("quadratic", lambda sums: _kappa(_shares(sums, categories), apart**2))
        if ordinal
        else None,
        ac1=told("ac1", lambda sums: _ac1(_shares(sums, categories))),
    )


def totals_error(totals: Iterable[Totals], seed: int = 0) -> TotalsError:
    """Mean absolute error and bias of totals; one row an interaction."""
    rows = tuple(totals)
    apart = np.array([row.machine - row.human for row in rows])
    weights = np.array([row.weight for row in rows])
    return TotalsError(
        interactions=len(rows),
        absolute=weighted_mean(weights, np.abs(apart), seed, "absolute"),
        bias=weighted_mean(weights, apart, seed, "bias"),
    )


def _last_word(ordered: Sequence[Review], reviewer: str) -> Review | None:
    mine = [review for review in ordered if review.reviewer == reviewer]
    gone = {review.supersedes for review in mine if review.supersedes}
    kept = [r for r in mine if r.id not in gone and r.decision is not Decision.WITHDRAW]
    return kept[-1] if kept else None


def _tables(pairs: Sequence[Pair], categories: int) -> Array:
    """Weighted tables of first by second, one row an interaction: [m, q·q]."""
    if categories < 2:
        raise ValueError(f"agreement needs two categories, not {categories}")
    if any(not 0 <= place < categories for p in pairs for place in (p.first, p.second)):
        raise ValueError(f"a category is not one of {categories}")
    names, rows = by_unit([pair.interaction_id for pair in pairs])
    tables = np.zeros((len(names), categories * categories))
    cells = np.array([pair.first * categories + pair.second for pair in pairs], dtype=np.intp)
    np.add.at(tables, (rows, cells), [pair.weight for pair in pairs])
    return tables


def _shares(sums: Array, categories: int) -> Array:
    """[b, q·q] sums to [b, q, q] shares."""
    shares: Array = sums / sums.sum(axis=1, keepdims=True)
    return shares.reshape(-1, categories, categories)


def _agreed(shares: Array) -> Array:
    agreed: Array = np.einsum("bii->b", shares)
    return agreed


def _kappa(shares: Array, apart: Array) -> Array:
    """1 − observed ÷ expected disagreement, `apart` the disagreement of each cell, [q, q]."""
    expected = np.einsum("bi,bj,ij->b", shares.sum(axis=2), shares.sum(axis=1), apart)
    observed = np.einsum("bij,ij->b", shares, apart)
    result: Array = np.full_like(observed, np.nan)
    defined = expected > 1e-12
    result[defined] = 1.0 - observed[defined] / expected[defined]
    return result


def _ac1(shares: Array) -> Array:
    """(agreed − chance) ÷ (1 − chance), chance = Σ π(1−π) ÷ (q−1), π the mean share of a category."""
    mean = (shares.sum(axis=1) + shares.sum(axis=2)) / 2
    chance = (mean * (1 - mean)).sum(axis=1) / (shares.shape[1] - 1)
    result: Array = (_agreed(shares) - chance) / (1 - chance)
    return result
