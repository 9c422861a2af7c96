"""Praat's TextGrid: a tier for each role's turns, one of words, one of findings.

Intervals of one tier must not overlap; what does is in a further tier (``客户 2``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from praatio.utilities.constants import INTERVAL_TIER
from praatio.utilities.textgrid_io import getTextgridAsStr

from svcscore.records import Judged, Role, Scored
from svcscore.reports.exchange.shared import (
    NAMES,
    counts,
    heard_at,
    lanes,
    spoken,
    word_texts,
    written,
)
from svcscore.reports.labels import STATUSES, VERDICTS
from svcscore.spans import Span

WORDS, FINDINGS = "words", "findings"
"""Names of the tiers that are nobody's turns."""
_NOT_A_LIST = str.maketrans("[", "［")
"""praatio and other readers take ``item [`` in a label for the next tier."""

_Items = list[tuple[Span, str]]


def textgrid(scored: Scored) -> str:
    """A recording as a long TextGrid (to be written as UTF-8).

    A finding stands where it was heard, with its code, verdict, status, probability and words; a duty
    that was missed, at what called for it. What has no place in time is left out.
    """
    said = [one for one in spoken(scored) if one.text]
    tiers: list[tuple[str, _Items]] = []
    for role in Role:
        turns = [(one.span, one.text) for one in said if one.turn.role is role]
        tiers += _named(NAMES[role], lanes(turns))
    tiers += _named(WORDS, lanes(_words(scored)) or [[]])
    tiers += _named(FINDINGS, lanes(_findings(scored)) or [[]])
    ends = [span.end for _, items in tiers for span, _ in items]
    end = max([round(scored.recording.duration, 3), 0.001, *ends])
    grid = {"xmin": 0.0, "xmax": end, "tiers": [_tier(name, items, end) for name, items in tiers]}
    return str(getTextgridAsStr(grid, "long_textgrid", includeBlankSpaces=True))


def _named(name: str, rows: list[_Items]) -> Iterator[tuple[str, _Items]]:
    for number, row in enumerate(rows, 1):
        yield (name if number == 1 else f"{name} {number}"), row


def _tier(name: str, items: _Items, end: float) -> dict[str, Any]:
    entries = [(span.start, span.end, text.translate(_NOT_A_LIST)) for span, text in items]
    return {"class": INTERVAL_TIER, "name": name, "xmin": 0.0, "xmax": end, "entries": entries}


def _words(scored: Scored) -> Iterator[tuple[Span, str]]:
    for judged in scored.interactions:
        for turn, texts in word_texts(judged.interaction.turns):
            for word, text in zip(turn.words, texts, strict=True):
                if text.strip():
                    yield written(word.span), text.strip()


def _findings(scored: Scored) -> Iterator[tuple[Span, str]]:
    for judged in scored.interactions:
        yield from _places(judged)


def _places(judged: Judged) -> Iterator[tuple[Span, str]]:
    texts = {turn.index: turn.text for turn in judged.interaction.turns}
    for finding in filter(counts, judged.findings):
        for number, place in enumerate(finding.evidence):
            told = f"{VERDICTS[finding.verdict].zh} {STATUSES[finding.status].zh}"
            heard = heard_at(finding, number, texts)
            label = f"{finding.code} {told} {finding.probability:.2f} {heard}"
            yield written(place.span), label.strip()
