"""Deciding findings: nobody overwrites unknowingly, nothing is counted twice, everything can be undone.

Whoever decides says what she saw (`seen`: the review that stood, or none). In the transaction that
writes, this must still be so. Decisions are only added: an undone one leaves what stood before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.decisions import Decision, Review
from svcscore.desk import clock
from svcscore.desk.casework import check_blind, is_own, may_decide, standing_for
from svcscore.desk.claiming import claim
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.ledger.reviewing import record_in
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import claims
from svcscore.store.reader import Stored


class ConflictError(UsageError):
    """Something else stands than the reviewer saw."""

    def __init__(self, message: str, stands: Review | None) -> None:
        super().__init__("desk.conflict", message, "look at what stands now, and decide again")
        self.stands = stands
        """The review that stands; None where none does, or the finding is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One decision as a reviewer asks for it."""

    interaction_id: str
    finding_id: str
    decision: Decision
    """`Decision.WITHDRAW` undoes `seen`, which must be the reviewer's own."""
    reason: str = ""
    seen: str | None = None
    """Id of the review that stood when she decided; None: none did."""
    blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of it."""

    review: Review
    known: bool
    """Whether it was there already: the same request came twice."""


def decide(database: Database, viewer: Viewer, wanted: Wanted, *, minutes: float) -> Decided:
    """Add a decision; the score follows at once, unless it is a blind one.

    Args:
        database: to write to.
        viewer: who decides.
        wanted: what.
        minutes: for which the case stays in her hand.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for her.
        ConflictError: ``desk.conflict`` where another review stands, or the finding is gone.
        UsageError: ``desk.claimed`` where somebody else has the case in hand; ``desk.reason`` where
            a finding is overturned without one; ``desk.refused``.
    """
    reason = wanted.reason.strip()
    if wanted.decision is Decision.OVERTURN and not reason:
        raise UsageError(
            "desk.reason", "a finding is overturned for a reason", "say why it is wrong"
        )
    with database.writing() as connection:
        stored = open_case(connection, viewer, wanted.interaction_id)
        _may(viewer, stored, blind=wanted.blind)
        if all(finding.id != wanted.finding_id for finding in stored.findings):
            raise ConflictError("the case was judged anew, and the finding is gone", None)
        mine = [one for one in stored.reviews if one.finding_id == wanted.finding_id]
        stands = standing_for(mine, viewer, blind=wanted.blind).get(wanted.finding_id)
        again = _again(mine, viewer, wanted, reason)
        if again is not None:
            return Decided(review=again, known=True)
        if (stands.id if stands else None) != wanted.seen:
            raise ConflictError("somebody else decided meanwhile", stands)
        _check_undone(viewer, wanted, stands)
        if not wanted.blind:
            _hold(connection, viewer, stored, minutes)
        review = Review(
            interaction_id=stored.id,
            finding_id=wanted.finding_id,
            decision=wanted.decision,
            reviewer=viewer.name,
            at=_next(clock.now(), mine),
            reason=reason,
            blind=wanted.blind,
            supersedes=wanted.seen if wanted.decision is Decision.WITHDRAW else None,
        )
        record_in(connection, [review], by=viewer.name)
    return Decided(review=review, known=False)


def hold_on_opening(
    database: Database, viewer: Viewer, interaction_id: str, *, minutes: float
) -> None:
    """Take a case in hand that is free, where the viewer may decide it.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for her.
    """
    with database.reading() as connection:
        stored = open_case(connection, viewer, interaction_id)
        held = claims.holder(connection, stored.key, clock.now())
    if may_decide(viewer, stored) and held is None:
        with database.writing() as connection:
            claim(connection, viewer, stored.key, minutes=minutes)


def take_over(database: Database, viewer: Viewer, interaction_id: str, *, minutes: float) -> None:
    """Take a case out of somebody else's hand, which the log tells.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for her.
        UsageError: ``desk.refused`` where she may not decide it.
    """
    with database.writing() as connection:
        stored = open_case(connection, viewer, interaction_id)
        _may(viewer, stored, blind=False)
        held = claims.holder(connection, stored.key, clock.now())
        if held is not None and held.account_key != viewer.key:
            claims.remove(connection, stored.key)
            detail = {"interaction": stored.id, "from": held.account_name}
            audit.log(connection, viewer.name, "claim.take_over", detail)
        claim(connection, viewer, stored.key, minutes=minutes)


def _may(viewer: Viewer, stored: Stored, *, blind: bool) -> None:
    if is_own(viewer, stored):
        raise UsageError(
            "desk.refused", "nobody decides a case of her own", "let somebody else decide it"
        )
    if blind:
        check_blind(viewer, stored.reviews)
    elif not viewer.may(May.DECIDE):
        raise UsageError("desk.refused", "deciding is not granted", "ask who leads quality")


def _again(reviews: Iterable[Review], viewer: Viewer, wanted: Wanted, reason: str) -> Review | None:
    """The review that this very request made before, where it is still the last word.

    It is when it says the same, by the same person, and before it stood what she says she saw.
    """
    ordered = sorted(
        (one for one in reviews if one.blind is wanted.blind), key=lambda one: (one.at, one.id)
    )
    if wanted.blind:
        ordered = [one for one in ordered if one.reviewer == viewer.name]
    if not ordered:
        return None
    last, before = ordered[-1], ordered[:-1]
    said = (last.reviewer, last.decision, last.reason)
    if said != (viewer.name, wanted.decision, reason):
        return None
    if last.decision is Decision.WITHDRAW:
        return last if last.supersedes == wanted.seen else None
    stood = standing_for(before, viewer, blind=wanted.blind).get(wanted.finding_id)
    return last if (stood.id if stood else None) == wanted.seen else None


def _check_undone(viewer: Viewer, wanted: Wanted, stands: Review | None) -> None:
    if wanted.decision is not Decision.WITHDRAW:
        return
    if stands is None or stands.reviewer != viewer.name:
        raise UsageError(
            "desk.refused",
            "only one's own decision can be taken back",
            "decide otherwise instead: both stay on record",
        )


def _hold(connection: Connection, viewer: Viewer, stored: Stored, minutes: float) -> None:
    """Go on having the case, or refuse where somebody else has it."""
    held = claim(connection, viewer, stored.key, minutes=minutes)
    if held.account_key != viewer.key:
        raise UsageError(
            "desk.claimed",
            f"{held.shown} has this case in hand",
            "take it over, or go on with another",
        )


def _next(now: str, reviews: Iterable[Review]) -> str:
    """A moment after all that was decided, wherever the clock has jumped."""
    last = max((review.at for review in reviews), default="")
    return now if now > last else clock.after(last, seconds=0.001)
