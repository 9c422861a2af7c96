"""What people correct in what was heard. Amendments are only ever added; the machine's record stays.

What counts of an interaction is a function of what was heard and of the amendments that stand:
`amended`. The findings that follow are the rules' on the amended words, and those that people added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from svcscore.records import STAFF_ROLES, CourtesyScore, Finding, Interaction, Role, Turn, Word
from svcscore.spans import Span, hull

REVIEWER = "reviewer"
"""The rule of a finding that a person added."""
REVIEWED = ("人工复核",)
"""The reasons of a courtesy score that a person gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleIs:
    """Somebody else speaks in these turns."""

    turns: tuple[int, ...]
    """Indexes of turns."""
    role: Role
    courtesy: tuple[CourtesyScore, ...] = ()
    """What the courtesy model says of them as they came to the interaction, where they are staff's now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsAre:
    """Something else was said in a turn."""

    turn: int
    text: str
    courtesy: tuple[CourtesyScore, ...] = ()
    """What the courtesy model says of these words, were they of staff."""


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
    findings: tuple[Finding, ...] = ()
    """What people had added about these turns there."""


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


def added(amendments: Iterable[Amendment], interaction: Interaction) -> tuple[Finding, ...]:
    """The findings that people added and that hold of `interaction` as it was amended, each once.

    One about a turn that went to another interaction went along. One about staff holds no more where
    people say since that a customer spoke, and the other way round.
    """
    roles = {turn.index: turn.role for turn in interaction.turns}
    found: dict[str, Finding] = {}
    for one in standing(amendments):
        given: tuple[Finding, ...] = ()
        if isinstance(one.content, FindingIs):
            given = (one.content.finding,)
        elif isinstance(one.content, Takes):
            given = one.content.findings
        found.update({it.id: it for it in given if _holds(it, roles)})
    return tuple(found.values())


def turns_of(content: Content) -> frozenset[int]:
    """Indexes of the turns that an amendment is about."""
    match content:
        case RoleIs() | Gives():
            return frozenset(content.turns)
        case WordsAre() | CourtesyIs():
            return frozenset((content.turn,))
        case FindingIs():
            return frozenset(place.turn for place in content.finding.evidence)
        case Takes():
            return frozenset(turn.index for turn in content.turns)
        case Withdraws():
            return frozenset()


def amended(
    interaction: Interaction,
    courtesy: Sequence[CourtesyScore],
    amendments: Iterable[Amendment],
) -> tuple[Interaction, tuple[CourtesyScore, ...]]:
    """The interaction as people say it was, and the courtesy of its staff turns.

    Amendments of turns that are not there (any more) change nothing. What was taken back might as well
    never have been said: no amendment holds anything that follows from another one.
    """
    turns = {turn.index: turn for turn in interaction.turns}
    tones = _Tones(courtesy)
    for one in standing(amendments):
        _apply(one.content, turns, tones)
    ordered = tuple(sorted(turns.values(), key=lambda turn: (turn.span, turn.index)))
    staff = [turn.index for turn in ordered if turn.role in STAFF_ROLES]
    said = tuple(score for index in staff if (score := tones.of(index)) is not None)
    return replace(interaction, turns=ordered, span=_span(interaction, ordered)), said


class _Tones:
    """Courtesy by turn: as a person heard it; else of the words that a person wrote; else as it came."""

    def __init__(self, came: Iterable[CourtesyScore]) -> None:
        self._people: dict[int, CourtesyScore] = {}
        self._written: dict[int, CourtesyScore] = {}
        self._came = {score.turn: score for score in came}

    def of(self, turn: int) -> CourtesyScore | None:
        for rank in (self._people, self._written, self._came):
            if turn in rank:
                return rank[turn]
        return None

    def came(self, scores: Iterable[CourtesyScore]) -> None:
        """Where none is known: what the model says of turns as they came."""
        for score in scores:
            self._came.setdefault(score.turn, score)

    def written(self, turn: int, scores: Iterable[CourtesyScore]) -> None:
        self._written.pop(turn, None)
        self._written.update({score.turn: score for score in scores})

    def heard(self, turn: int, level: int) -> None:
        rude, curt, polite, warm = (float(level == it) for it in range(4))
        chances = (rude, curt, polite, warm)
        self._people[turn] = CourtesyScore(turn=turn, probabilities=chances, reasons=REVIEWED)

    def brought(self, scores: Iterable[CourtesyScore]) -> None:
        for score in scores:
            rank = self._people if score.reasons == REVIEWED else self._came
            rank[score.turn] = score

    def went(self, turn: int) -> None:
        for rank in (self._people, self._written, self._came):
            rank.pop(turn, None)


def _apply(content: Content, turns: dict[int, Turn], tones: _Tones) -> None:
    match content:
        case RoleIs():
            for index in content.turns:
                if index in turns:
                    turns[index] = _of_role(turns[index], content.role)
            tones.came(content.courtesy)
        case WordsAre() if content.turn in turns:
            turns[content.turn] = worded(turns[content.turn], content.text)
            tones.written(content.turn, content.courtesy)
        case CourtesyIs() if content.turn in turns:
            tones.heard(content.turn, content.level)
        case Gives():
            for index in content.turns:
                turns.pop(index, None)
                tones.went(index)
        case Takes():
            turns.update({turn.index: turn for turn in content.turns})
            tones.brought(content.courtesy)
        case _:
            pass


def _holds(finding: Finding, roles: Mapping[int, Role]) -> bool:
    by_staff = finding.role in STAFF_ROLES
    return all(
        place.turn in roles and (roles[place.turn] in STAFF_ROLES) is by_staff
        for place in finding.evidence
    )


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
