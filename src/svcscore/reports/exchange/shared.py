"""What the formats share: names of the speakers, times, and text that may be shown.

Formats disagree on what a line, a name or an interval may be. What is written is therefore the least
that all of them take: one line without control characters, times in whole milliseconds, and at least
one millisecond long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from svcscore.records import (
    STAFF_ROLES,
    CourtesyScore,
    Finding,
    Interaction,
    Role,
    Scored,
    Status,
    Turn,
    Verdict,
)
from svcscore.reports.contract import finding_line
from svcscore.spans import Span
from svcscore.text.masking import mask
from svcscore.text.redaction import masked_turns

NAMES = {
    Role.TELLER: "柜员",
    Role.LOBBY_MANAGER: "大堂经理",
    Role.ACCOUNT_MANAGER: "客户经理",
    Role.SUPERVISOR: "主管",
    Role.GUARD: "保安",
    Role.CUSTOMER: "客户",
    Role.MACHINE: "机器",
    Role.UNKNOWN: "未知",
}
"""Names that `intake.speakers` reads as the same role; two differ from those of the reports."""
TICK = 0.001
"""Seconds: the grain of all times, and the least length of what is written."""
_LEAST = TICK / 2
_SLACK = 5.5 * TICK
"""Half a grain more than is meant, for times are floats."""
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A turn as it is written: `span` in whole milliseconds, `text` masked and on one line."""

    interaction_id: str
    turn: Turn
    span: Span
    text: str
    courtesy: CourtesyScore | None


def spoken(scored: Scored) -> tuple[Spoken, ...]:
    """All turns of a recording by start, also those without words."""
    return _by_start(
        one
        for judged in scored.interactions
        for one in _spoken(judged.interaction, {score.turn: score for score in judged.courtesy})
    )


def spoken_in(interactions: Iterable[Interaction]) -> tuple[Spoken, ...]:
    """The same where nothing was judged."""
    return _by_start(one for interaction in interactions for one in _spoken(interaction, {}))


def _by_start(said: Iterable[Spoken]) -> tuple[Spoken, ...]:
    return tuple(sorted(said, key=lambda one: one.span))


def _spoken(interaction: Interaction, courtesy: Mapping[int, CourtesyScore]) -> Iterator[Spoken]:
    turns = interaction.turns
    for turn, text in zip(turns, masked_turns(turns), strict=True):
        yield Spoken(
            interaction_id=interaction.id,
            turn=turn,
            span=written(turn.span),
            text=shown(text).strip(),
            courtesy=courtesy.get(turn.index),
        )


def written(span: Span) -> Span:
    """`span` in whole milliseconds, not shorter than one."""
    start = round(span.start, 3)
    return Span(start, max(round(span.end, 3), round(start + TICK, 3)))


def shown(text: str) -> str:
    """`text` masked and writable, of the same length: what breaks a line is a blank."""
    return mask(_SURROGATE.sub("�", _UNWRITABLE.sub(" ", text)))


def word_texts(turns: Sequence[Turn]) -> Iterator[tuple[Turn, tuple[str, ...]]]:
    """The words of each turn, masked as its text is: one word may hold a part of a number only."""
    for turn, masked in zip(turns, masked_turns(turns), strict=True):
        ends = list(accumulate((len(word.text) for word in turn.words), initial=0))
        text = shown(masked)
        yield turn, tuple(text[start:end] for start, end in pairwise(ends))


def talk_ratio(interaction: Interaction) -> float | None:
    """Share of the seconds of people's turns that are staff's, 0-1; None where nobody speaks."""
    people = [turn for turn in interaction.turns if turn.role is not Role.MACHINE]
    total = sum(turn.span.length for turn in people)
    staff = sum(turn.span.length for turn in people if turn.role in STAFF_ROLES)
    return staff / total if total > 0 else None


def heard_at(finding: Finding, place: int, texts: dict[int, str]) -> str:
    """What was heard at one of the places of `finding`, masked; `texts` are those of the turns."""
    one = replace(finding, evidence=(finding.evidence[place],))
    return shown(finding_line(one, texts).heard)


def counts(finding: Finding) -> bool:
    """Whether there is anything to show or to decide about `finding`."""
    return finding.verdict is not Verdict.NOT_APPLICABLE and finding.status is not Status.REJECTED


def lanes(items: Iterable[tuple[Span, str]]) -> list[list[tuple[Span, str]]]:
    """`items` in as few rows as hold them without overlap, each row by start.

    What overlaps by some milliseconds only (a word of no length, a rounded end) begins that much
    later and stays in its row.
    """
    rows: list[list[tuple[Span, str]]] = []
    for span, text in sorted(items):
        for row in rows:
            start = max(span.start, row[-1][0].end)
            if start == span.start or (start - span.start <= _SLACK and span.end - start >= _LEAST):
                row.append((Span(start, span.end), text))
                break
        else:
            rows.append([(span, text)])
    return rows
