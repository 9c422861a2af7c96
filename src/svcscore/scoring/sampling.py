"""Which interactions people should review, and what that many can show.

Every plan knows the chance with which each interaction is taken (its inclusion probability), exactly and
above zero. So 1 ÷ chance is the weight with which a reviewed interaction stands for those that
nobody heard (Horvitz & Thompson 1952), whatever the plan prefers. Plans are seeded: the same
candidates, in any order, and the same seed give the same choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from svcscore.scoring.sampling_reach import Reach, reach

Array = npt.NDArray[np.float64]
Picks = npt.NDArray[np.bool_]

FLOOR = 0.1
"""Least risk that a risk-weighted plan sees in anything."""
RANDOM_SHARE = 0.3
"""Part of an active plan that is drawn at random from what is not most informative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An interaction that could be reviewed.

    Raises:
        ValueError: where risk or uncertainty is not within 0–1.
    """

    interaction_id: str
    staff_id: str
    risk: float
    """0–1, e.g. the probability that it holds a red line or a major breach."""
    uncertainty: float
    """0–1, e.g. the width of its interval ÷ 100, or how near to 0.5 a finding is."""

    def __post_init__(self) -> None:
        for name, value in (("risk", self.risk), ("uncertainty", self.uncertainty)):
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} of {self.interaction_id} is {value}, not within 0–1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An interaction to review, and the chance with which the plan takes it."""

    interaction_id: str
    staff_id: str
    probability: float

    @property
    def weight(self) -> float:
        """How many interactions it stands for."""
        return 1.0 / self.probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to review, by id of interaction, and what it can show."""

    title: str
    """In Chinese."""
    seed: int
    candidates: int
    chosen: tuple[Chosen, ...]
    reach: Reach


def percentage(candidates: Iterable[Candidate], share: float, seed: int) -> Plan:
    """A share of all, each with the same chance; rounded up.

    Raises:
        ValueError: where the share is not within 0–1, or an interaction stands twice.
    """
    frame = _frame(candidates)
    if not 0.0 < share <= 1.0:
        raise ValueError(f"a share above 0 and up to 1, not {share}")
    # as written: 0.1 of 30 is 3, which binary fractions would make 4
    size = math.ceil(Fraction(str(share)) * len(frame))
    return _equal(f"按比例抽样 {share:.4g}", frame, size, seed)


def count(candidates: Iterable[Candidate], size: int, seed: int) -> Plan:
    """So many, each with the same chance; all where there are fewer.

    Raises:
        ValueError: where nothing is asked for, or an interaction stands twice.
    """
    return _equal(f"按数量抽样 {size}", _frame(candidates), _sized(size), seed)


def stratified(candidates: Iterable[Candidate], size: int, least: int, seed: int) -> Plan:
    """At least so many of each member of staff (all where there are fewer), the rest by share.

    Where the least of everybody is more than `size`, the plan grows.

    Raises:
        ValueError: where nothing is asked for, or an interaction stands twice.
    """
    frame = _frame(candidates)
    _sized(size)
    _sized(least)
    staff = np.array([candidate.staff_id for candidate in frame], dtype=np.str_)
    names, stratum, sizes = np.unique(staff, return_inverse=True, return_counts=True)
    taken = _allotted(sizes.tolist(), size, least)
    chance = np.array([n / of for n, of in zip(taken, sizes, strict=True)])[stratum]
    draws = _draws(len(frame), seed)
    picked = np.zeros(len(frame), dtype=np.bool_)
    for place, n in enumerate(taken):
        rows = np.flatnonzero(stratum == place)
        picked[rows[np.argsort(draws[rows], kind="stable")[:n]]] = True
    fewest = min(zip(taken, sizes.tolist(), strict=True), default=None)
    title = f"按柜员分层抽样 {picked.sum()}（{len(names)} 人，每人至少 {least}）"
    return _plan(title, frame, chance, picked, seed, fewest)


def risk_weighted(
    candidates: Iterable[Candidate], size: int, seed: int, floor: float = FLOOR
) -> Plan:
    """The chance grows with the risk: systematic sampling in random order (Hartley & Rao 1962).

    Chances are proportional to the risk, or to `floor` where that is more; what would pass 1 is
    taken for certain, and the rest share what is left.

    Raises:
        ValueError: where `floor` is not within 0–1 or is 0, or as `count`.
    """
    frame = _frame(candidates)
    if not 0.0 < floor <= 1.0:
        raise ValueError(f"a floor above 0 and up to 1, not {floor}")
    sizes = np.array([max(floor, candidate.risk) for candidate in frame])
    chance = _proportional(sizes, min(_sized(size), len(frame)))
    picked = _systematic(chance, seed)
    return _plan(f"按风险加权抽样 {picked.sum()}", frame, chance, picked, seed)


def active(
    candidates: Iterable[Candidate], size: int, seed: int, random_share: float = RANDOM_SHARE
) -> Plan:
    """The most informative for certain, and a random part of all others.

    Without the random part nothing could be said of what the machine is sure of. It holds at least
    two interactions, where there are so many.

    Raises:
        ValueError: where `random_share` is not within 0–1 or is 0, or as `count`.
    """
    frame = _frame(candidates)
    if not 0.0 < random_share <= 1.0:
        raise ValueError(f"a random part above 0 and up to 1, not {random_share}")
    size = min(_sized(size), len(frame))
    drawn = min(size, max(2, math.ceil(Fraction(str(random_share)) * size)))
    top = size - drawn
    # ties go by id: by chance they would change the chances
    order = sorted(range(len(frame)), key=lambda row: -frame[row].uncertainty)
    rest = np.array(sorted(order[top:]), dtype=np.intp)
    picked = np.ones(len(frame), dtype=np.bool_)
    picked[rest] = _simple(len(rest), drawn, seed)
    chance = np.ones(len(frame))
    chance[rest] = drawn / len(rest) if len(rest) else 1.0
    title = f"主动抽样 {size}（最有信息量的 {top}，随机 {drawn}）"
    return _plan(title, frame, chance, picked, seed)


def _frame(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    frame = tuple(sorted(candidates, key=lambda candidate: candidate.interaction_id))
    if len({candidate.interaction_id for candidate in frame}) < len(frame):
        raise ValueError("an interaction stands twice among the candidates")
    return frame


def _sized(size: int) -> int:
    if size < 1:
        raise ValueError(f"a plan takes at least one interaction, not {size}")
    return size


def _draws(n: int, seed: int) -> Array:
    return np.random.Generator(np.random.PCG64(seed)).random(n)


def _simple(n: int, size: int, seed: int) -> Picks:
    picked = np.zeros(n, dtype=np.bool_)
    picked[np.argsort(_draws(n, seed), kind="stable")[:size]] = True
    return picked


def _equal(title: str, frame: Sequence[Candidate], size: int, seed: int) -> Plan:
    size = min(size, len(frame))
    chance = np.full(len(frame), size / len(frame) if frame else 0.0)
    return _plan(title, frame, chance, _simple(len(frame), size, seed), seed)


def _allotted(sizes: Sequence[int], size: int, least: int) -> list[int]:
    """How many of each stratum: the least of each, then the rest by what is left of each.

    Largest remainders; no chance is in it, so that inclusion probabilities stay exact.
    """
    taken = [min(least, of) for of in sizes]
    left = [of - n for of, n in zip(sizes, taken, strict=True)]
    extra = min(max(0, size - sum(taken)), sum(left))
    if not extra:
        return taken
    quotas = [Fraction(extra * of, sum(left)) for of in left]
    shares = [math.floor(quota) for quota in quotas]
    order = sorted(range(len(sizes)), key=lambda row: (shares[row] - quotas[row], row))
    for row in order[: extra - sum(shares)]:
        shares[row] += 1
    return [n + share for n, share in zip(taken, shares, strict=True)]


def _proportional(sizes: Array, expected: int) -> Array:
    """Chances that add up to `expected`, proportional to `sizes` (all above 0) up to 1."""
    chance = np.ones(len(sizes))
    open_rows = np.ones(len(sizes), dtype=np.bool_)
    while open_rows.any():
        left = expected - np.count_nonzero(~open_rows)
        chance[open_rows] = left * sizes[open_rows] / sizes[open_rows].sum()
        full = open_rows & (chance >= 1.0)
        if not full.any():
            break
        chance[full] = 1.0
        open_rows &= ~full
    return chance


def _systematic(chance: Array, seed: int) -> Picks:
    """One start, steps of one along the chances laid end to end in random order."""
    if not len(chance):
        return np.zeros(0, dtype=np.bool_)
    draws = _draws(len(chance) + 1, seed)
    order = np.argsort(draws[1:], kind="stable")
    ends = np.cumsum(chance[order])
    ends[-1] = round(ends[-1])
    steps = np.floor(ends - draws[0])
    picked = np.zeros(len(chance), dtype=np.bool_)
    picked[order] = np.diff(steps, prepend=-1.0) > 0
    return picked


def _plan(
    title: str,
    frame: Sequence[Candidate],
    chance: Array,
    picked: Picks,
    seed: int,
    fewest: tuple[int, int] | None = None,
) -> Plan:
    risk = np.array([candidate.risk for candidate in frame])
    return Plan(
        title=title,
        seed=seed,
        candidates=len(frame),
        chosen=tuple(
            Chosen(
                interaction_id=candidate.interaction_id,
                staff_id=candidate.staff_id,
                probability=float(p),
            )
            for candidate, p, taken in zip(frame, chance, picked, strict=True)
            if taken
        ),
        reach=reach(chance, picked, risk, fewest),
    )
