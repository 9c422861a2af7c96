"""What people correct in what was heard. Amendments are only ever added; the machine's record stays.

What counts of an interaction is a function of what was heard and of the amendments that stand:
`amended`. The findings that follow are the rules' on the amended words, and those that people added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from svcscore.records import STAFF_ROLES, CourtesyScore, Finding, Interaction, Role, Turn, Word
from svcscore.spans import Span, hull

REVIEWER = "reviewer"
"""The rule of a finding that a person added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleIs:
    """Somebody else speaks in these turns."""

    turns: tuple[int, ...]
    """Indexes of turns."""
    role: Role
    courtesy: tuple[CourtesyScore, ...] = ()
    """What the courtesy model says of those of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsAre:
    """Something else was said in a turn."""

    turn: int
    text: str
    courtesy: tuple[CourtesyScore, ...] = ()
    """What the courtesy model says of it now; empty where it is not of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyIs:
    """A turn is as polite as a person hears it: 0 rude, 1 curt, 2 polite, 3 warm."""

    turn: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingIs:
    """Something was said that the machine missed."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """Turns belong to another interaction of the recording."""

    turns: tuple[int, ...]
    to: str
    """Id of the interaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """Turns come from another interaction of the recording."""

    turns: tuple[Turn, ...]
    courtesy: tuple[CourtesyScore, ...]
    of: str
    """Id of the interaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraws:
    """An earlier amendment is taken back (`Amendment.supersedes`)."""


Content = RoleIs | WordsAre | CourtesyIs | FindingIs | Gives | Takes | Withdraws


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """One correction of one person in one interaction."""

    id: str
    interaction_id: str
    content: Content
    reviewer: str
    at: str
    """ISO 8601 with offset, UTC."""
    reason: str = ""
    supersedes: str | None = None
    """Id of the amendment that this one takes back."""


def amendment_id(interaction_id: str, reviewer: str, at: str, said: str) -> str:
    """Follows from the content: 16 hex digits of its SHA-256."""
    parts = (interaction_id, reviewer, at, said)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def standing(amendments: Iterable[Amendment]) -> tuple[Amendment, ...]:
    """Those that nobody took back, in the order in which they were made."""
    given = list(amendments)
    gone = {one.supersedes for one in given if isinstance(one.content, Withdraws)}
    return tuple(
        one for one in given if one.id not in gone and not isinstance(one.content, Withdraws)
    )


def added(amendments: Iterable[Amendment]) -> tuple[Finding, ...]:
    """The findings that people added and did not take back, each once."""
    found = [
        one.content.finding for one in standing(amendments) if isinstance(one.content, FindingIs)
    ]
    return tuple({finding.id: finding for finding in found}.values())


def amended(
    interaction: Interaction,
    courtesy: Sequence[CourtesyScore],
    amendments: Iterable[Amendment],
) -> tuple[Interaction, tuple[CourtesyScore, ...]]:
    """The interaction as people say it was, and the courtesy of its staff turns.

    Amendments of turns that are not there (any more) change nothing.
    """
    turns = {turn.index: turn for turn in interaction.turns}
    scores = {score.turn: score for score in courtesy}
    for one in standing(amendments):
        _apply(one.content, turns, scores)
    ordered = tuple(sorted(turns.values(), key=lambda turn: (turn.span, turn.index)))
    staff = {turn.index for turn in ordered if turn.role in STAFF_ROLES}
    said = tuple(scores[turn.index] for turn in ordered if turn.index in staff & scores.keys())
    return replace(interaction, turns=ordered, span=_span(interaction, ordered)), said


def _apply(content: Content, turns: dict[int, Turn], scores: dict[int, CourtesyScore]) -> None:
    match content:
        case RoleIs():
            for index in content.turns:
                if index in turns:
                    turns[index] = _of_role(turns[index], content.role)
            _score(scores, content.courtesy)
        case WordsAre() if content.turn in turns:
            turns[content.turn] = worded(turns[content.turn], content.text)
            _score(scores, content.courtesy)
        case CourtesyIs():
            sure = tuple(float(level == content.level) for level in range(4))
            rude, curt, polite, warm = sure
            scores[content.turn] = CourtesyScore(
                turn=content.turn,
                probabilities=(rude, curt, polite, warm),
                reasons=("人工复核",),
            )
        case Gives():
            for index in content.turns:
                turns.pop(index, None)
        case Takes():
            turns.update({turn.index: turn for turn in content.turns})
            _score(scores, content.courtesy)
        case _:
            pass


def _score(scores: dict[int, CourtesyScore], said: Iterable[CourtesyScore]) -> None:
    scores.update({score.turn: score for score in said})


def _of_role(turn: Turn, role: Role) -> Turn:
    """A person says so: the role is certain."""
    return replace(
        turn, role=role, role_probability=1.0, staff_probability=float(role in STAFF_ROLES)
    )


def _span(interaction: Interaction, turns: Sequence[Turn]) -> Span:
    """As it was, unless turns went or came at an end."""
    before = {turn.index for turn in interaction.turns}
    if not turns or before == {turn.index for turn in turns}:
        return interaction.span
    kept = hull(turn.span for turn in turns)
    first, last = interaction.turns[0].span.start, interaction.turns[-1].span.end
    return Span(
        interaction.span.start if kept.start == first else kept.start,
        interaction.span.end if kept.end >= last and kept.end <= interaction.span.end else kept.end,
    )


def worded(turn: Turn, text: str) -> Turn:
    """The turn with other words: what stays keeps its times, what is new shares those of what it replaces.

    Words that a person wrote are certain. A turn that had no words gets them over its whole span.
    """
    words = tuple(_aligned(turn, text)) if turn.words else ()
    if not words and text:
        words = (Word(text=text, span=turn.span, probability=1.0, channel=turn.channel),)
    return replace(turn, words=words)


def _aligned(turn: Turn, text: str) -> Iterator[Word]:
    chars = list(_characters(turn.words))
    before = "".join(char for char, _, _ in chars)
    matcher = SequenceMatcher(None, before, text, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "delete":
            continue
        if tag == "equal":
            yield from _unchanged(chars[i1:i2])
            continue
        if tag == "insert":
            start = chars[i1 - 1][1].end if i1 else turn.span.start
            end = chars[i1][1].start if i1 < len(chars) else turn.span.end
            span = Span(start, max(start, end))
        else:
            span = hull(span for _, span, _ in chars[i1:i2])
        yield Word(text=text[j1:j2], span=span, probability=1.0, channel=turn.channel)


def _characters(words: Sequence[Word]) -> Iterator[tuple[str, Span, Word]]:
    """Every character with its share of its word's time."""
    for word in words:
        each = word.span.length / max(1, len(word.text))
        for at, char in enumerate(word.text):
            start = word.span.start + at * each
            yield char, Span(start, min(start + each, word.span.end)), word


def _unchanged(chars: Sequence[tuple[str, Span, Word]]) -> Iterator[Word]:
    """Characters that stay, as the words that they were, or the part of one."""
    at = 0
    while at < len(chars):
        word, end = chars[at][2], at
        while end < len(chars) and chars[end][2] is word:
            end += 1
        text = "".join(char for char, _, _ in chars[at:end])
        whole = text == word.text
        span = word.span if whole else hull(span for _, span, _ in chars[at:end])
        yield replace(word, text=text, span=span)
        at = end
