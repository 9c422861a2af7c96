"""What somebody wants corrected, checked, and as the amendment that says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from svcscore.amendments import (
    REVIEWER,
    Content,
    CourtesyIs,
    FindingIs,
    Gives,
    RoleIs,
    Takes,
    WordsAre,
    amended,
    standing,
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
from svcscore.rules.engine import Engine
from svcscore.rules.taxonomy import Taxonomy, load_taxonomy
from svcscore.spans import hull
from svcscore.store.reader import Stored
from svcscore.text.masking import MASK
from svcscore.text.redaction import masked_turns

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
    """Of a breach; None: as the rules of its code have it. Others have none."""


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


def made(one: Stored, change: Change, rules: Engine) -> Content:
    """The amendment that says what `change` wants of an interaction, which `rules` judged.

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
            return FindingIs(finding=_finding(one, change, rules))
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
    if all(it.role is change.role for it in turns):
        raise refused("that is the role already")
    # all of them, so that taking back an earlier correction of one takes nothing from this one
    indexes = tuple(it.index for it in turns)
    came = [it for it in _as_they_came(one) if it.index in indexes]
    return RoleIs(turns=indexes, role=change.role, courtesy=_courtesy(one, came, change.role))


def _as_they_came(one: Stored) -> Sequence[Turn]:
    """The turns as they were heard here, or came from another interaction."""
    moves = [it for it in standing(one.amendments) if isinstance(it.content, Gives | Takes)]
    return amended(one.heard.interaction, one.heard.courtesy, moves)[0].turns


def _words(one: Stored, change: ChangeWords) -> WordsAre:
    turn = turn_of(one, change.turn)
    text = "".join(change.text.split())
    if not any(char.isalnum() or char == MASK for char in text) or len(text) > MOST_CHARACTERS:
        raise refused(f"a turn says something, in at most {MOST_CHARACTERS} characters")
    text = _unmasked(one, turn, text)
    if text == turn.text:
        raise refused("that is the text already")
    courtesy = _courtesy(one, [worded(turn, text)], Role.TELLER)
    return WordsAre(turn=turn.index, text=text, courtesy=courtesy)


def _unmasked(one: Stored, turn: Turn, text: str) -> str:
    """`text` with what its writer could not read as it is: she kept the masks, not their meaning.

    Raises:
        UsageError: ``desk.amendment`` where the masks are others than those she saw.
    """
    if MASK not in text:
        return text
    turns = one.kept.interaction.turns
    shown = dict(zip((it.index for it in turns), masked_turns(turns), strict=True))[turn.index]
    hidden = [turn.text[it.start() : it.end()] for it in _MASKED.finditer(shown)]
    if [len(it) for it in hidden] != [len(it) for it in _MASKED.findall(text)]:
        raise refused("what is masked is kept as it is, or all of it is written anew")
    left = iter(hidden)
    return _MASKED.sub(lambda _: next(left), text)


_MASKED = re.compile(f"{MASK}+")


def _courtesy(one: Stored, turns: Sequence[Turn], role: Role) -> tuple[CourtesyScore, ...]:
    """What the model says of `turns`, were they of `role`; nothing but of staff."""
    return load_courtesy().judge([replace(it, role=role) for it in turns], one.kept.prosody)


def _finding(one: Stored, change: AddFinding, rules: Engine) -> Finding:
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
        severity=change.severity or rules.severity_of(change.code) if breach else None,
        verdict=Verdict.BREACHED if breach else Verdict.MET,
        role=turn.role,
        probability=1.0,
        status=Status.CONFIRMED,
        match=Match.EXACT,
        evidence=(
            Evidence(
                turn=turn.index,
                span=span,
                phrase=code.short,
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
