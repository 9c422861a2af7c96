"""What somebody wants corrected, checked, and as the amendment that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from svcscore.amendments import (
    REVIEWER,
    Content,
    CourtesyIs,
    FindingIs,
    RoleIs,
    WordsAre,
    worded,
)
from svcscore.courtesy.classifier import load_courtesy
from svcscore.errors import UsageError
from svcscore.records import (
    STAFF_ROLES,
    CourtesyScore,
    Evidence,
    Finding,
    Match,
    Polarity,
    Role,
    Severity,
    Status,
    Turn,
    Verdict,
)
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import Taxonomy, load_taxonomy
from svcscore.spans import hull
from svcscore.store.reader import Stored

MOST_CHARACTERS = 2000
"""Of one turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole:
    """Somebody else speaks: in this turn, or whenever this speaker does."""

    turn: int
    role: Role
    whole_speaker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWords:
    """Something else was said."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCourtesy:
    """It was more, or less, polite: 0 rude to 3 warm."""

    turn: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFinding:
    """The machine missed something: words `first` to `last` of a turn."""

    code: str
    turn: int
    first: int
    last: int
    severity: Severity | None = None
    """Of a breach; others have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTurns:
    """The customer changes elsewhere: from `turn` on it is the next one, or up to it the previous."""

    turn: int
    to: Literal["next", "previous", "new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """An earlier correction was wrong."""

    amendment_id: str


Change = ChangeRole | ChangeWords | ChangeCourtesy | AddFinding | MoveTurns | TakeBack


def made(one: Stored, change: Change) -> Content:
    """The amendment that says what `change` wants of an interaction.

    Raises:
        UsageError: ``desk.amendment`` where it cannot be so, or changes nothing.
    """
    match change:
        case ChangeRole():
            return _role(one, change)
        case ChangeWords():
            return _words(one, change)
        case ChangeCourtesy():
            turn = turn_of(one, change.turn)
            if turn.role not in STAFF_ROLES:
                raise refused("courtesy is judged of staff only: correct the role first")
            if change.level not in range(4):
                raise refused("courtesy has the levels 0 to 3")
            return CourtesyIs(turn=turn.index, level=change.level)
        case AddFinding():
            return FindingIs(finding=_finding(one, change))
        case _:
            raise refused("this is no correction of one interaction")


def refused(message: str) -> UsageError:
    """A correction that cannot be made."""
    return UsageError("desk.amendment", message, "look at the case as it is now, and correct again")


def turn_of(one: Stored, index: int) -> Turn:
    """The turn with this index, as it stands.

    Raises:
        UsageError: ``desk.amendment``.
    """
    for turn in one.kept.interaction.turns:
        if turn.index == index:
            return turn
    raise refused(f"there is no turn {index} in this case")


def _role(one: Stored, change: ChangeRole) -> RoleIs:
    turn = turn_of(one, change.turn)
    turns = [turn]
    if change.whole_speaker:
        turns = [it for it in one.kept.interaction.turns if it.speaker == turn.speaker]
    wrong = tuple(it.index for it in turns if it.role is not change.role)
    if not wrong:
        raise refused("that is the role already")
    said = RoleIs(turns=wrong, role=change.role)
    return replace(said, courtesy=_courtesy(one, said, wrong))


def _words(one: Stored, change: ChangeWords) -> WordsAre:
    turn = turn_of(one, change.turn)
    text = "".join(change.text.split())
    if not any(char.isalnum() for char in text) or len(text) > MOST_CHARACTERS:
        raise refused(f"a turn says something, in at most {MOST_CHARACTERS} characters")
    if text == turn.text:
        raise refused("that is the text already")
    said = WordsAre(turn=turn.index, text=text)
    return replace(said, courtesy=_courtesy(one, said, (turn.index,)))


def _courtesy(
    one: Stored, said: RoleIs | WordsAre, turns: Sequence[int]
) -> tuple[CourtesyScore, ...]:
    """What the model says of the staff turns among `turns` once `said` holds."""
    interaction = one.kept.interaction
    if isinstance(said, WordsAre):
        after = [worded(it, said.text) if it.index == said.turn else it for it in interaction.turns]
    else:
        after = [
            replace(it, role=said.role) if it.index in said.turns else it
            for it in interaction.turns
        ]
    scores = load_courtesy().judge(after, one.kept.prosody)
    return tuple(score for score in scores if score.turn in turns)


def _finding(one: Stored, change: AddFinding) -> Finding:
    turn = turn_of(one, change.turn)
    code = taxonomy().codes.get(change.code)
    if code is None or code.polarity is Polarity.MEASURE:
        raise refused(f"{change.code!r} is no code of something that is said")
    if not 0 <= change.first <= change.last < len(turn.words):
        raise refused(f"turn {turn.index} has {len(turn.words)} words")
    if (turn.role in STAFF_ROLES) is (code.polarity is Polarity.CUE):
        raise refused("staff are held to what staff say, and cues come from customers")
    breach = code.polarity is Polarity.BREACH
    if not breach and change.severity is not None:
        raise refused("only a breach has a severity")
    words = turn.words[change.first : change.last + 1]
    span = hull(word.span for word in words)
    said = "".join(word.text for word in words)
    key = f"{one.id}|{REVIEWER}|{change.code}|{span.start:.3f}-{span.end:.3f}"
    finding = Finding(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        rule=REVIEWER,
        rule_version=1,
        code=change.code,
        polarity=code.polarity,
        severity=(change.severity or Severity.MAJOR) if breach else None,
        verdict=Verdict.BREACHED if breach else Verdict.MET,
        role=turn.role,
        probability=1.0,
        status=Status.CONFIRMED,
        match=Match.EXACT,
        evidence=(
            Evidence(
                turn=turn.index,
                span=span,
                phrase=said,
                heard=said,
                matcher=Match.EXACT,
                text_score=1.0,
                acoustic_score=None,
                probability=1.0,
            ),
        ),
        why=f"质检员补充：{code.zh}，机器没有听出来。",
    )
    if any(it.id == finding.id for it in one.findings):
        raise refused("this was added already")
    return finding


@cache
def taxonomy() -> Taxonomy:
    """Every code that a finding may have."""
    return load_taxonomy(data_folder("lexicons"))
