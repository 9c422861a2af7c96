"""The corrections of a case, as its reviewers read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svcscore.amendments import (
    Amendment,
    CourtesyIs,
    FindingIs,
    Gives,
    RoleIs,
    Takes,
    Withdraws,
    WordsAre,
    standing,
)
from svcscore.ledger.masked_words import masked_text, masked_words
from svcscore.records import Role, Turn
from svcscore.store.desk.amendments import kind_of
from svcscore.store.reader import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """One correction."""

    id: str
    kind: str
    """``role``, ``words``, ``courtesy``, ``finding``, ``gives``, ``takes`` or ``withdraw``."""
    turns: tuple[int, ...]
    """Indexes."""
    role: Role | None
    level: int | None
    """Of courtesy, 0–3."""
    code: str | None
    text: str
    """What was said, masked; empty where the correction is not about words."""
    other: str | None
    """Id of the case that gives or takes turns."""
    by: str
    at: str
    reason: str
    stands: bool


def corrections(one: Stored) -> tuple[CorrectionView, ...]:
    """All that were made, the last first; those that take others back are told by `stands`."""
    stands = {it.id for it in standing(one.amendments)}
    shown = [it for it in one.amendments if not isinstance(it.content, Withdraws)]
    turns = one.kept.interaction.turns
    return tuple(_view(it, turns, it.id in stands) for it in reversed(shown))


def _view(amendment: Amendment, said: Sequence[Turn], stands: bool) -> CorrectionView:
    content = amendment.content
    turns: tuple[int, ...] = ()
    text, code, other = "", None, None
    match content:
        case RoleIs() | Gives():
            turns = content.turns
        case WordsAre():
            turns, text = (content.turn,), masked_text(said, content.turn, content.text)
        case CourtesyIs():
            turns = (content.turn,)
        case FindingIs():
            (place,) = content.finding.evidence
            turns, text, code = (place.turn,), masked_words(said, place), content.finding.code
        case Takes():
            turns = tuple(turn.index for turn in content.turns)
        case _:
            pass
    if isinstance(content, Gives):
        other = content.to
    elif isinstance(content, Takes):
        other = content.of
    return CorrectionView(
        id=amendment.id,
        kind=kind_of(content),
        turns=turns,
        role=content.role if isinstance(content, RoleIs) else None,
        level=content.level if isinstance(content, CourtesyIs) else None,
        code=code,
        text=text,
        other=other,
        by=amendment.reviewer,
        at=amendment.at,
        reason=amendment.reason,
        stands=stands,
    )
