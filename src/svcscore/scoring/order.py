"""Steps in the order that a bank asks for: what comes out of turn earns only a part of its points.

The steps that stand in the longest ordered run of those that were heard are in order; the others
are out of turn. So one step said too early costs its own points, not those of all that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from svcscore.records import Finding, Verdict


def out_of_turn(order: Sequence[str], findings: Iterable[Finding]) -> frozenset[str]:
    """Codes of `order` that were heard, but not where the order has them.

    Args:
        order: codes of the steps, in the order that is due.
        findings: of the interaction; the first place of each code counts.
    """
    first: dict[str, float] = {}
    for finding in findings:
        if finding.verdict is Verdict.MET and finding.evidence and finding.code in order:
            start = finding.evidence[0].span.start
            first[finding.code] = min(start, first.get(finding.code, start))
    heard = [code for code in order if code in first]
    for length in range(len(heard), 1, -1):
        # of runs of one length the one with the earliest steps of the order comes first
        for run in combinations(heard, length):
            times = [first[code] for code in run]
            if times == sorted(times):
                return frozenset(heard) - frozenset(run)
    return frozenset(heard[1:])
