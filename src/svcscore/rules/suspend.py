"""Cues that suspend what is otherwise expected: in an emergency nobody misses a greeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from svcscore.records import Finding, Status, Verdict
from svcscore.rules.definition import AnyRule, PhraseRule
from svcscore.rules.settle import HEARD
from svcscore.rules.taxonomy import Code, Taxonomy

_MISSED = frozenset({Verdict.ABSENT, Verdict.UNSURE})


def suspensions(rules: Iterable[AnyRule], taxonomy: Taxonomy) -> dict[str, frozenset[str]]:
    """Codes that each rule suspends, by its id; rules that suspend none are left out."""
    return {
        rule.id: frozenset(c for pattern in rule.suspends for c in taxonomy.matching(pattern))
        for rule in rules
        if isinstance(rule, PhraseRule) and rule.suspends
    }


def counts(cue: Finding) -> bool:
    """Whether `cue` was heard, be it only possibly."""
    return cue.verdict in HEARD and cue.status is not Status.REJECTED


def excused(
    finding: Finding,
    cues: Iterable[Finding],
    suspended: Mapping[str, frozenset[str]],
    codes: Mapping[str, Code],
) -> Finding:
    """`finding`; where it misses what one of `cues` suspends, not applicable, with the reason.

    A cue that is not sure leaves open whether anything was due. What was not applicable anyway tells
    the same reason, for one code has many rules.
    """
    if finding.verdict not in _MISSED and finding.verdict is not Verdict.NOT_APPLICABLE:
        return finding
    reasons = [cue for cue in cues if finding.code in suspended[cue.rule]]
    if not reasons:
        return finding
    cue = max(reasons, key=lambda one: (one.status is Status.CONFIRMED, one.probability, one.id))
    title = codes[cue.code].short
    if cue.status is Status.CONFIRMED:
        return replace(
            finding,
            verdict=Verdict.NOT_APPLICABLE,
            status=Status.CONFIRMED,
            probability=cue.probability,
            why=f"出现“{title}”，先处理要紧的事，这一项不适用。",
        )
    if finding.verdict is Verdict.NOT_APPLICABLE:
        return finding
    return replace(
        finding,
        verdict=Verdict.UNSURE,
        status=Status.REVIEW,
        why=f"可能出现了“{title}”，无法断定这一项是否适用。",
    )
