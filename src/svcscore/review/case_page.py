"""How a case is painted: which words carry which colour, and the findings under their headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from svcscore.decisions import Decision
from svcscore.desk.case_view import CaseView, FindingView, Group, TurnView
from svcscore.records import Match, Polarity, Severity

_WORST = {Severity.RED_LINE: 0, Severity.MAJOR: 1, Severity.MINOR: 2, None: 3}
_TONES = ("red", "amber", "green", "blue", "due", "off")
"""From the one that hides the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A turn as it is painted."""

    turn: TurnView
    words: Markup
    """A ``<span class="w">`` for each word; made here, for a template takes five times as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with findings, by dimension."""

    group: Group
    count: int
    dimensions: tuple[tuple[str, tuple[FindingView, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A case as it is painted."""

    lines: tuple[Line, ...]
    sections: tuple[Section, ...]


def painted(view: CaseView) -> Painted:
    """What the templates need beyond the case itself."""
    hits: dict[tuple[int, int], list[FindingView]] = {}
    for finding in view.findings:
        for place in finding.places:
            if place.first is not None and place.last is not None:
                for at in range(place.first, place.last + 1):
                    hits.setdefault((place.turn, at), []).append(finding)
    return Painted(
        lines=tuple(
            Line(turn=turn, words=Markup("".join(_words(turn, hits)))) for turn in view.turns
        ),
        sections=tuple(_section(group, view) for group in Group),
    )


def tone_of(finding: FindingView) -> str:
    """The colour of a finding: what it says now counts for or against whom was heard.

    ``red`` counts against, ``amber`` may, ``green`` counts for, ``blue`` tells of the customer, ``due``
    called for something, ``off`` does not count.
    """
    decided = finding.decided.decision if finding.decided else None
    if decided in {Decision.OVERTURN, Decision.NOT_APPLICABLE} or finding.status == "rejected":
        return "off"
    if finding.group is Group.IDLE:
        return "off"
    if finding.polarity is Polarity.CUE:
        return "blue"
    if finding.match is Match.ABSENCE:
        return "due"
    if finding.severity is not None:
        sure = decided is Decision.CONFIRM or finding.status == "confirmed"
        return "red" if sure and finding.severity is not Severity.MINOR else "amber"
    return "amber" if finding.group is Group.OPEN and decided is None else "green"


def _words(turn: TurnView, hits: dict[tuple[int, int], list[FindingView]]) -> Iterator[str]:
    for at, word in enumerate(turn.words):
        found = hits.get((turn.index, at))
        tone = f" hit {min(map(tone_of, found), key=_TONES.index)}" if found else ""
        ids = f' data-hits="{escape(" ".join(one.id for one in found))}"' if found else ""
        yield (
            f'<span class="w{tone}" data-turn="{turn.index}" data-word="{at}"'
            f' data-start="{word.start}" data-end="{word.end}"{ids}>{escape(word.text)}</span>'
        )


def _section(group: Group, view: CaseView) -> Section:
    mine = [finding for finding in view.findings if finding.group is group]
    if group is Group.OPEN:
        mine.sort(
            key=lambda one: (one.id != view.machine.telling, _WORST[one.severity], _when(one))
        )
        parts: Sequence[tuple[str, tuple[FindingView, ...]]] = [("", tuple(mine))] if mine else []
    else:
        order = _order(view)
        mine.sort(key=lambda one: (order.get(one.dimension, len(order)), _when(one)))
        parts = [(name, tuple(ones)) for name, ones in groupby(mine, key=lambda one: one.dimension)]
    return Section(group=group, count=len(mine), dimensions=tuple(parts))


def _order(view: CaseView) -> dict[str, int]:
    """What costs points first, then the dimensions in the order of the rubric."""
    titles = [dimension.title for dimension in view.machine.dimensions]
    named = {finding.dimension for finding in view.findings if finding.dimension}
    first = sorted(named - set(titles))
    return {title: at for at, title in enumerate([*first, *titles])}


def _when(finding: FindingView) -> float:
    return finding.places[0].start if finding.places else float("inf")
