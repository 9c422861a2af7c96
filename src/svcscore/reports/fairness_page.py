"""The fairness audit as a page that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from svcscore.reports.fairness_text import QUIET, difference
from svcscore.reports.labels import Label
from svcscore.reports.page import manager_page
from svcscore.tracking.fairness import Audit
from svcscore.tracking.fairness_gap import Cause, Factor, Gap, Outcome
from svcscore.tracking.fairness_words import CAUSES

FACTORS = {
    Factor.MICROPHONE: Label("麦克风", "Microphone"),
    Factor.NOISE: Label("噪声", "Noise"),
    Factor.HOUR: Label("时段", "Hour"),
    Factor.PITCH: Label("音高", "Voice pitch"),
    Factor.BRANCH: Label("网点", "Branch"),
}
_OUTCOMES = {
    Outcome.TOTAL: Label("得分之差（分）", "Scores, points"),
    Outcome.OVERTURNED: Label("复核推翻率之差（百分点）", "Overturned findings, per cent points"),
}
TONES = {Cause.MACHINE: "red", Cause.OPEN: "review"}


def write_fairness_page(path: Path, audit: Audit, days: tuple[str, str] | None) -> None:
    """Write the page; the same audit gives the same bytes.

    Args:
        path: of the page.
        audit: what was found.
        days: the first and the last; None without any.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    span = " – ".join(days) if days else "–"
    manager_page(
        path,
        "fairness.html.j2",
        title=Label("公平性审计", "Fairness audit"),
        under=(
            Label(span, span),
            Label(f"{audit.interactions} 次互动", f"{audit.interactions} interactions"),
        ),
        audit=audit,
        told=tuple(gap for gap in audit.gaps if gap.cause not in QUIET),
        outcomes=tables(audit),
        unknown=tuple((FACTORS[factor], count) for factor, count in audit.unknown if count),
        factors=FACTORS,
        causes=CAUSES,
        tones=TONES,
        difference=difference,
        place=place,
    )


def tables(
    audit: Audit,
) -> tuple[tuple[Outcome, Label, float, tuple[Gap, ...]], ...]:
    """All contrasts, a table for each outcome: its title, how far its scale reaches, and its rows."""
    return tuple(_table(audit, outcome) for outcome in Outcome)


def _table(audit: Audit, outcome: Outcome) -> tuple[Outcome, Label, float, tuple[Gap, ...]]:
    """Its contrasts by factor, and how far the widest interval reaches."""
    rows = [gap for gap in audit.gaps if gap.outcome is outcome]
    order = list(Factor)
    rows.sort(key=lambda gap: (order.index(gap.factor), gap.group))
    ends = [abs(end) for gap in rows if (it := gap.contrast) for end in (it.low, it.high)]
    return outcome, _OUTCOMES[outcome], max(ends, default=1.0), tuple(rows)


def place(value: float, reach: float) -> float:
    """Where a difference lies on a scale of 100 with zero in its middle."""
    return 50.0 + 50.0 * value / reach if reach else 50.0
