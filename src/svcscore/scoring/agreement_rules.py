"""How often each rule is right, by what people decided; and which rules should rest meanwhile.

Only findings with a standing review count. A decision "not applicable" counts as wrong: the rule
fired where nothing called for it, and the score changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from svcscore.decisions import Decision, Review, standing
from svcscore.records import Status, Verdict
from svcscore.scoring.agreement_bootstrap import Estimate, by_unit, weighted_share

LIMIT = 0.2
"""Share of wrong findings above which a rule should not judge people."""
LEAST = 5
"""Reviewed interactions under which nothing is proposed, however sure it looks."""
ENOUGH = 30
"""Reviewed interactions from which on the share itself is enough, without a sure lower end."""

_HEARD = frozenset({Verdict.MET, Verdict.BREACHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One finding with its reviews.

    What people added because the machine had nothing there is a case with `added`, verdict met or
    breached, and a review that confirms it; its `rule` may be empty, it then counts for its code.
    """

    interaction_id: str
    finding_id: str
    rule: str
    code: str
    verdict: Verdict
    status: Status
    reviews: tuple[Review, ...]
    weight: float = 1.0
    """1 ÷ inclusion probability of the sampling plan; 1 where unknown."""
    added: bool = False

    @property
    def states(self) -> bool | None:
        """What the machine holds: it was said (True), it was missing (False), or nothing."""
        if self.added or self.status is Status.REJECTED:
            return None
        if self.verdict in _HEARD:
            return True
        return False if self.verdict is Verdict.ABSENT else None

    @property
    def decision(self) -> Decision | None:
        """The standing review's."""
        review = standing(self.reviews).get(self.finding_id)
        return review.decision if review else None

    @property
    def happened(self) -> bool | None:
        """Whether it really was said, by the standing review; None where that is not known."""
        if self.decision not in {Decision.CONFIRM, Decision.OVERTURN}:
            return None
        if self.verdict not in _HEARD and self.verdict is not Verdict.ABSENT:
            return None
        return (self.verdict in _HEARD) is (self.decision is Decision.CONFIRM)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAccuracy:
    """What reviews say of one rule. Shares are weighted; each is None where it is not known."""

    rule: str
    code: str
    reviewed: int
    """Findings with a standing review."""
    overturned: int
    not_applicable: int
    wrong: Estimate | None
    """Share of its reviewed findings that are overturned or not applicable."""
    precision: Estimate | None
    """Of what it said was heard: the share that was."""
    absence_precision: Estimate | None
    """Of what it said was missing: the share that was missing and called for."""
    recall: Estimate | None
    """Of what really was said: the share that it heard."""


class Support(StrEnum):
    """What a proposal to suspend a rule rests on."""

    SURE = "sure"
    """The lower end of the one-sided 95 % interval lies above the limit."""
    MANY = "many"
    """The share lies above the limit in many reviews; its lower end does not."""
    FEW = "few"
    """Above the limit, in too few reviews: nothing is proposed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A rule that is wrong more often than it may be."""

    rule: str
    code: str
    share: float
    low: float
    """Lower end of the one-sided 95 % interval."""
    interactions: int
    """Reviewed."""
    support: Support
    text: str
    """In Chinese, with the numbers."""

    @property
    def proposed(self) -> bool:
        """Whether to suspend it; if not, to review more of it."""
        return self.support is not Support.FEW


def rule_accuracy(
    cases: Iterable[Case], whole: Collection[str] = (), seed: int = 0
) -> tuple[RuleAccuracy, ...]:
    """One row a rule that was reviewed, by name.

    Precision estimates P(right | stated) over what the weights stand for. Where reviewers only
    looked at doubtful findings, it is that of doubtful findings: weights cannot mend it.

    Recall is known only where people listened for what the machine did not hear. It rests on
    the interactions in `whole` in which all findings of the rule were reviewed: what happened is
    heard and confirmed, overturned as absent, confirmed though rejected, or added by people. It
    estimates P(heard | happened) over interactions. It is None where none of those is known to
    hold the event. An addition without a rule counts as missed by every rule of its code.

    Args:
        cases: findings, reviewed or not, and what people added.
        whole: ids of interactions that people reviewed as a whole.
        seed: of the intervals.
    """
    of: dict[str, list[Case]] = {}
    loose: dict[str, list[Case]] = {}
    for case in cases:
        if case.rule:
            of.setdefault(case.rule, []).append(case)
        else:
            loose.setdefault(case.code, []).append(case)
    whole = frozenset(whole)
    rows = (_accuracy(rule, of[rule], loose, whole, seed) for rule in sorted(of))
    return tuple(row for row in rows if row.reviewed or row.recall)


def suspensions(rules: Iterable[RuleAccuracy], limit: float = LIMIT) -> tuple[Suspension, ...]:
    """Rules that are wrong more often than `limit`; the surest and worst first."""
    over = [rule for rule in rules if rule.wrong is not None and rule.wrong.value > limit]
    found = [_suspension(rule, rule.wrong, limit) for rule in over if rule.wrong is not None]
    order = list(Support)
    return tuple(sorted(found, key=lambda s: (order.index(s.support), -s.low, s.rule)))


def _accuracy(
    rule: str,
    cases: Sequence[Case],
    loose: dict[str, list[Case]],
    whole: frozenset[str],
    seed: int,
) -> RuleAccuracy:
    stated = [c for c in cases if c.states is not None and c.decision is not None]
    right = [float(case.decision is Decision.CONFIRM) for case in stated]
    code = cases[0].code

    def share(name: str, kept: Sequence[bool], hits: Sequence[float]) -> Estimate | None:
        chosen = [case for case, keep in zip(stated, kept, strict=True) if keep]
        hit = [value for value, keep in zip(hits, kept, strict=True) if keep]
        return _share(chosen, hit, seed, f"{name} {rule}")

    heard = [bool(case.states) for case in stated]
    everything = [True] * len(stated)
    return RuleAccuracy(
        rule=rule,
        code=code,
        reviewed=len(stated),
        overturned=sum(case.decision is Decision.OVERTURN for case in stated),
        not_applicable=sum(case.decision is Decision.NOT_APPLICABLE for case in stated),
        wrong=share("wrong", everything, [1.0 - value for value in right]),
        precision=share("precision", heard, right),
        absence_precision=share("absence", [not one for one in heard], right),
        recall=_recall(rule, [*cases, *loose.get(code, ())], whole, seed),
    )


def _recall(rule: str, cases: Sequence[Case], whole: frozenset[str], seed: int) -> Estimate | None:
    unread = {case.interaction_id for case in cases if case.decision is None}
    known = [
        case
        for case in cases
        if case.interaction_id in whole and case.interaction_id not in unread and case.happened
    ]
    return _share(known, [float(case.states is True) for case in known], seed, f"recall {rule}")


def _share(cases: Sequence[Case], hits: Sequence[float], seed: int, name: str) -> Estimate | None:
    if not cases:
        return None
    names, rows = by_unit([case.interaction_id for case in cases])
    weights = np.zeros(len(names))
    weights[rows] = [case.weight for case in cases]
    hit = np.bincount(rows, weights=hits, minlength=len(names)).astype(np.float64)
    total = np.bincount(rows, minlength=len(names)).astype(np.float64)
    return weighted_share(weights, hit, total, seed, name)


def _suspension(rule: RuleAccuracy, wrong: Estimate, limit: float) -> Suspension:
    support = Support.FEW
    if wrong.units >= LEAST and wrong.low > limit:
        support = Support.SURE
    elif wrong.units >= ENOUGH:
        support = Support.MANY
    failed = rule.overturned + rule.not_applicable
    numbers = (
        f"规则 {rule.rule}：已复核 {rule.reviewed} 条（{wrong.units} 次互动），"
        f"其中 {failed} 条被推翻或不适用，按抽样权重为 {wrong.value:.0%}"
        f"（单侧 95% 下限 {wrong.low:.0%}，上限标准 {limit:.0%}）。"
    )
    advice = {
        Support.SURE: "下限已超过标准，建议停用，修改后再启用。",
        Support.MANY: "比例超过标准，但下限未超过，建议先停用，并继续抽样复核。",
        Support.FEW: "复核太少，暂不建议停用，请先多复核几次。",
    }[support]
    return Suspension(
        rule=rule.rule,
        code=rule.code,
        share=wrong.value,
        low=wrong.low,
        interactions=wrong.units,
        support=support,
        text=numbers + advice,
    )
