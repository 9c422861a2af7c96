"""The numbers of a run, for the page, the workbook and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from svcscore.reports.contract import InteractionLine, RecordingLine
from svcscore.tracking.staff import Service, StaffRow, staff_table

if TYPE_CHECKING:
    from rich.table import Table

BIN = 5
"""Points that a bar of the distribution covers; the last holds 100 too."""
TOP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCount:
    """How many interactions lie in a band; `best` is the highest total among them."""

    name: str
    count: int
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run came to."""

    inputs: int
    ok: int
    failed: int
    skipped: int
    audio_seconds: float
    speech_seconds: float
    interactions: int
    scored: int
    mean: float | None
    median: float | None
    red_line: int
    """Interactions with a confirmed red line."""
    needs_review: int
    distribution: tuple[int, ...]
    """Scored interactions by total, `BIN` points a bar."""
    bands: tuple[BandCount, ...]
    """The best first."""

    @property
    def unscored(self) -> int:
        """Interactions that cannot be judged, or whose kind has no score."""
        return self.interactions - self.scored


def summarise(
    interactions: Sequence[InteractionLine], recordings: Sequence[RecordingLine]
) -> Summary:
    """Count what was done and what it came to."""
    totals = [line.score.total for line in interactions if line.score.total is not None]
    statuses = [recording.status for recording in recordings]
    return Summary(
        inputs=len(recordings),
        ok=statuses.count("ok"),
        failed=statuses.count("failed"),
        skipped=statuses.count("skipped"),
        audio_seconds=round(sum(r.duration or 0.0 for r in recordings), 2),
        speech_seconds=round(sum(r.speech or 0.0 for r in recordings), 2),
        interactions=len(interactions),
        scored=len(totals),
        mean=round(fmean(totals), 1) if totals else None,
        median=round(median(totals), 1) if totals else None,
        red_line=sum(line.score.red_line for line in interactions),
        needs_review=sum(line.score.needs_review for line in interactions),
        distribution=_distribution(totals),
        bands=_bands(interactions),
    )


def staff_rows(interactions: Iterable[InteractionLine]) -> tuple[StaffRow, ...]:
    """A row for each member of staff that is named."""
    return staff_table(
        _service(line, line.staff_id) for line in interactions if line.staff_id is not None
    )


def by_urgency(interactions: Iterable[InteractionLine]) -> tuple[InteractionLine, ...]:
    """Red lines first, then what needs review; in each the lowest total first, unscored last."""

    def key(line: InteractionLine) -> tuple[bool, bool, float, str, float, str]:
        score = line.score
        total = float(TOP + 1) if score.total is None else score.total
        place = (line.path, line.start, line.interaction_id)
        return (not score.red_line, not score.needs_review, total, *place)

    return tuple(sorted(interactions, key=key))


def table(summary: Summary) -> Table:
    """The table at the end of a run, for the terminal."""
    from rich.table import Table

    shown = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    minutes = f"{summary.audio_seconds / 60:.1f} min, speech {summary.speech_seconds / 60:.1f} min"
    rows = [
        ("inputs", f"{summary.inputs} ({summary.ok} ok, {summary.failed} failed, {summary.skipped} skipped)"),
        ("audio", minutes),
        ("interactions", f"{summary.interactions} ({summary.scored} scored)"),
        ("mean score", "–" if summary.mean is None else f"{summary.mean:.1f}"),
        ("bands", ", ".join(f"{band.name} {band.count}" for band in summary.bands) or "–"),
        ("red lines", str(summary.red_line)),
        ("needs review", str(summary.needs_review)),
    ]  # fmt: skip
    for name, value in rows:
        shown.add_row(name, value)
    return shown


def _distribution(totals: Iterable[float]) -> tuple[int, ...]:
    counts = [0] * (TOP // BIN)
    for total in totals:
        counts[min(int(total // BIN), len(counts) - 1)] += 1
    return tuple(counts)


def _bands(interactions: Iterable[InteractionLine]) -> tuple[BandCount, ...]:
    totals: dict[str, list[float]] = {}
    for line in interactions:
        if line.score.band is not None and line.score.total is not None:
            totals.setdefault(line.score.band, []).append(line.score.total)
    counts = [
        BandCount(name=name, count=len(values), best=max(values)) for name, values in totals.items()
    ]
    return tuple(sorted(counts, key=lambda band: (-band.best, band.name)))


def _service(line: InteractionLine, staff_id: str) -> Service:
    levels = [turn.courtesy.level for turn in line.turns if turn.courtesy is not None]
    rude, curt, polite, warm = (levels.count(level) for level in range(4))
    red = [finding for finding in line.findings if finding.severity == "red_line"]
    return Service(
        staff_id=staff_id,
        total=line.score.total,
        red_lines=sum(f.status == "confirmed" and f.verdict != "unsure" for f in red),
        red_lines_in_review=sum(f.status == "review" or f.verdict == "unsure" for f in red),
        needs_review=line.score.needs_review,
        courtesy=(rude, curt, polite, warm),
    )
