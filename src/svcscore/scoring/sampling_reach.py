"""What a sample can show, and with what power: numbers, and sentences for who decides on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcscore.scoring.agreement_bootstrap import effective_size
from svcscore.scoring.agreement_rules import LIMIT

Array = npt.NDArray[np.float64]
Picks = npt.NDArray[np.bool_]

SURE = 0.95
"""Probability with which something that is there is to be found."""
BAD_RULE = 2 * LIMIT
"""Share of wrong findings that a bad rule is supposed to have."""
_QUANTILE = 1.6448536269514722
"""Of the normal distribution at 0.95: a two-sided 90 % interval."""
_ERROR = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a sample can show. Shares are 0–1; None where the sample is too small to say."""

    sampled: int
    effective: float
    """How many equally weighted interactions say as much: (Σ w)² ÷ Σ w²."""
    detectable: float | None
    """The smallest share of interactions with a violation of which at least one is in the sample
    with 95 % probability, where violations have nothing to do with what the plan prefers."""
    detectable_of_one: float | None
    """The same within the member of staff of whom fewest are sampled; only of a stratified plan."""
    half_width: float | None
    """Of the 90 % interval of an estimated share of about one half (others have narrower ones)."""
    bad_rule_power: float
    """Probability that a rule whose findings are wrong in `BAD_RULE` of all cases is found to lie
    above `LIMIT` (exact one-sided test at 5 %), where every sampled interaction holds a finding of it."""
    expected_risky: float
    """Interactions with a violation that it is expected to hold, if risks are probabilities."""
    expected_risky_at_random: float
    """What as many interactions drawn with equal chances would hold."""
    text: tuple[str, ...]
    """Sentences in Chinese."""


def reach(
    chance: Array, picked: Picks, risk: Array, fewest: tuple[int, int] | None = None
) -> Reach:
    """What a drawn sample can show.

    Args:
        chance: [N], inclusion probabilities, above 0.
        picked: [N], what was drawn.
        risk: [N], 0–1.
        fewest: sampled and all interactions of the member of staff of whom fewest are sampled.
    """
    sampled, frame = int(picked.sum()), len(chance)
    if not sampled:
        return _nothing()
    effective = effective_size(1.0 / chance[picked])
    found = Reach(
        sampled=sampled,
        effective=effective,
        detectable=detectable(frame, sampled),
        detectable_of_one=detectable(fewest[1], fewest[0]) if fewest else None,
        half_width=_half_width(chance),
        bad_rule_power=power(math.floor(effective + 1e-9)),
        expected_risky=float((chance * risk).sum()),
        expected_risky_at_random=float(sampled * risk.mean()),
        text=(),
    )
    return _told(found, frame)


def detectable(frame: int, sampled: int) -> float | None:
    """Smallest share of violations of which a sample holds at least one with 95 % probability.

    Hypergeometric: with K among N, none is in n with probability C(N−K, n) ÷ C(N, n). For a large
    N it is 1 − (1−p)^n. None where even one in every interaction would not do (no sample).
    """
    if sampled < 1:
        return None
    missed = 1.0
    for violations in range(1, frame + 1):
        # C(N−K, n) ÷ C(N−K+1, n)
        missed *= max(0.0, (frame - violations + 1 - sampled) / (frame - violations + 1))
        if missed <= 1.0 - SURE:
            return violations / frame
    return None


def power(n: int, limit: float = LIMIT, truth: float = BAD_RULE) -> float:
    """Probability that `n` findings show a share of `truth` to lie above `limit`.

    Exact binomial test, one-sided at 5 %: the least count that is so improbable under `limit`.
    """
    from scipy.special import bdtrc  # P(X > k)

    if n < 1:
        return 0.0
    counts = np.arange(n)
    beyond = counts[bdtrc(counts, n, limit) <= _ERROR]
    return float(bdtrc(beyond[0], n, truth)) if beyond.size else 0.0


def _half_width(chance: Array) -> float | None:
    """z·√V, V = p(1−p) ÷ N² · Σ (1−π) ÷ π at p = ½.

    It is the variance of simple and stratified samples, and close for the others (Hájek 1964).
    """
    unknown = float(((1.0 - chance) / chance).sum()) / len(chance) ** 2
    half = _QUANTILE * math.sqrt(0.25 * unknown)
    return half if half < 0.5 else None


def _nothing() -> Reach:
    return Reach(
        sampled=0,
        effective=0.0,
        detectable=None,
        detectable_of_one=None,
        half_width=None,
        bad_rule_power=0.0,
        expected_risky=0.0,
        expected_risky_at_random=0.0,
        text=("没有可抽的互动。",),
    )


def _told(found: Reach, frame: int) -> Reach:
    text = [
        f"从 {frame} 次互动中抽 {found.sampled} 次，按权重折合有效样本 {found.effective:.0f} 次。"
    ]
    if found.detectable is not None:
        text.append(
            f"如果至少 {found.detectable:.1%} 的互动有某种违规，有 {SURE:.0%} 的把握至少抽到一次；"
            "比这更少见的违规，没抽到不等于没有。"
        )
    if found.detectable_of_one is not None:
        text.append(
            f"对抽得最少的柜员，其互动中至少 {found.detectable_of_one:.0%} 有违规时，"
            f"才有 {SURE:.0%} 的把握发现。"
        )
    text.append(
        f"估计的比例误差不超过 ±{found.half_width * 100:.1f} 个百分点（90% 把握，比例在一半左右时）。"
        if found.half_width is not None
        else "样本太小，不宜估计比例。"
    )
    text.append(
        f"如果某规则有 {BAD_RULE:.0%} 被推翻，且每次抽到的互动都有它的一条发现，"
        f"有 {found.bad_rule_power:.0%} 的把握证明它超过 {LIMIT:.0%}。"
    )
    if found.expected_risky_at_random > 0:
        text.append(
            f"按风险估计，预计抽到 {found.expected_risky:.1f} 次有问题的互动；"
            f"同样数量随机抽样预计 {found.expected_risky_at_random:.1f} 次。"
        )
    return replace(found, text=tuple(text))
