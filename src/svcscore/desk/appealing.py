"""Appeals: whoever is scored contests a finding, somebody else than who decided it answers.

An appeal moves the final score only by a review, as any decision does; the machine's record stays.
Each step is added in one transaction with what follows from it, and writers take turns: of two who
answer at once one is told that it was done.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from svcscore.decisions import Decision, Review, standing
from svcscore.desk import clock
from svcscore.desk.accounts import viewer_of
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.ledger.reviewing import record_in
from svcscore.records import Finding, Role, Status, Verdict
from svcscore.scorecards import Scorecard
from svcscore.scoring.final import reviewed
from svcscore.store import audit, reader, waiting
from svcscore.store.database import Database
from svcscore.store.desk import accounts
from svcscore.store.desk import appeals as rows
from svcscore.store.desk.appeals import Appeal
from svcscore.store.reader import Stored

LEAST, MOST = 10, 2000
"""Characters of a reason and of an answer."""
UPHELD = "申诉成立："
"""Begins the reason of the review that an upheld appeal leads to."""
REJECTED = "申诉不成立，维持认定："
_AGAINST = frozenset({Verdict.BREACHED, Verdict.ABSENT, Verdict.UNSURE})
_STRANGERS = frozenset({Role.CUSTOMER, Role.MACHINE})
_DAY_S = 86_400.0


class State(StrEnum):
    """Where an appeal stands."""

    FILED = "filed"
    TAKEN = "taken"
    """Somebody has it in hand."""
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.value in rows.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Within how many days what has to be done; calendar days, holidays are not known here."""

    appeal_days: int
    """From when the score that counts was reckoned."""
    answer_days: int
    """From when the appeal was filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a handler says of an appeal."""

    upheld: bool
    text: str
    decision: Decision = Decision.OVERTURN
    """Of an upheld one: `Decision.OVERTURN` or `Decision.NOT_APPLICABLE`."""
    confirm: bool = False
    """Of a rejected one: whether the finding is confirmed by it, which only matters where nobody
    had decided."""


def against(stored: Stored, card: Scorecard) -> tuple[Finding, ...]:
    """Findings that count against who is scored, or may yet: these can be appealed.

    Args:
        stored: the case.
        card: that counts now; what bears on nothing in it harms nobody.
    """
    bearing = {name for line in card.lines for name in line.finding_ids}
    return tuple(
        finding
        for finding in reviewed(stored.findings, stored.reviews).findings
        if finding.verdict in _AGAINST
        and finding.status is not Status.REJECTED
        and finding.role not in _STRANGERS
        and (finding.severity is not None or finding.id in bearing)
    )


def until(judged_at: str, terms: Terms) -> str:
    """The end of the time for appeals against a score that was reckoned then."""
    return clock.after(judged_at, days=terms.appeal_days)


def days_left(end: str, now: str) -> int:
    """Days until `end`, a begun one counted; 0 where it is over."""
    left = datetime.fromisoformat(end) - datetime.fromisoformat(now)
    return max(0, math.ceil(left.total_seconds() / _DAY_S))


def file(
    database: Database,
    viewer: Viewer,
    interaction_id: str,
    finding_id: str,
    reason: str,
    *,
    terms: Terms,
) -> Appeal:
    """Appeal a finding of one's own; the same request twice is one appeal.

    Raises:
        StoreError: ``store.unknown`` where there is no such case of hers.
        UsageError: ``desk.late`` after the time for it, ``desk.reason`` where the reason is too
            short or too long, ``desk.conflict`` where the finding was appealed already or does not
            count against her, ``desk.refused``.
    """
    reason = _worded(reason)
    with database.writing() as connection:
        stored = open_case(connection, viewer, interaction_id)
        if not viewer.may(May.APPEAL) or stored.staff_id != viewer.staff_id:
            raise _refused("only whoever is scored appeals")
        for old in rows.of_case(connection, stored.key):
            if old.finding_id == finding_id and old.account_key == viewer.key:
                if old.reason == reason and State(old.state).open:
                    return old
                raise _conflict("this finding was appealed already")
        card = reader.scorecard(connection, stored.key, stored.number)
        if all(finding.id != finding_id for finding in against(stored, card)):
            raise _conflict("this finding does not count against you, or counts no more")
        now = clock.now()
        end = until(rows.judged_at(connection, [stored.key])[stored.key], terms)
        if now > end:
            raise UsageError(
                "desk.late",
                f"the time for an appeal ended on {end[:10]}",
                "speak with your supervisor or the QA lead",
            )
        decided = standing(stored.reviews).get(finding_id)
        appeal_id = secrets.token_hex(8)
        key = rows.add(
            connection,
            {
                "id": appeal_id,
                "interaction_key": stored.key,
                "finding_id": finding_id,
                "account_key": viewer.key,
                "staff_id": stored.staff_id,
                "branch_id": stored.branch_id,
                "reason": reason,
                "filed_at": now,
                "due_at": clock.after(now, days=terms.answer_days),
                "state": State.FILED.value,
                "decided_by": decided.reviewer if decided else None,
                "handler_key": None,
            },
        )
        rows.step(connection, key, viewer.key, now, State.FILED.value, reason)
        detail = {"appeal": appeal_id, "interaction": stored.id, "finding": finding_id}
        audit.log(connection, viewer.name, "appeal.filed", detail)
        waiting.refresh(connection, [stored.key])
        return _there(connection, appeal_id)


def take(database: Database, viewer: Viewer, appeal_id: str) -> Appeal:
    """Take an appeal in hand; who has it already goes on having it.

    Raises:
        StoreError: ``store.unknown`` where there is none for this viewer.
        UsageError: ``desk.conflict`` where somebody else has it or it was answered, ``desk.refused``.
    """
    with database.writing() as connection:
        appeal = _handled(connection, viewer, appeal_id)
        if appeal.handler_key == viewer.key:
            return appeal
        if appeal.handler_key is not None:
            raise _conflict(f"{appeal.handler} has this appeal in hand")
        rows.hand_to(connection, appeal.key, viewer.key)
        rows.step(connection, appeal.key, viewer.key, clock.now(), State.TAKEN.value, "")
        audit.log(connection, viewer.name, "appeal.taken", {"appeal": appeal.id})
        return _there(connection, appeal_id)


def assign(database: Database, viewer: Viewer, appeal_id: str, account: str) -> Appeal:
    """Give an appeal to somebody, whoever has it.

    Raises:
        StoreError: ``store.unknown`` where there is no such appeal or account.
        UsageError: ``desk.conflict`` where it was answered; ``desk.refused`` where the other may not
            handle it.
    """
    with database.writing() as connection:
        appeal = _open(connection, viewer, appeal_id)
        if not viewer.may(May.LEAD):
            raise _refused("only who leads quality gives appeals to others")
        found = accounts.by_name(connection, account)
        if found is None or not found.active:
            raise reader.unknown("account", account)
        other = viewer_of(found)
        _check_handler(other, appeal)
        if appeal.handler_key != other.key:
            rows.hand_to(connection, appeal.key, other.key)
            told = f"→ {other.shown}"
            rows.step(connection, appeal.key, viewer.key, clock.now(), State.TAKEN.value, told)
            detail = {"appeal": appeal.id, "account": other.name}
            audit.log(connection, viewer.name, "appeal.assigned", detail)
        return _there(connection, appeal_id)


def answer(database: Database, viewer: Viewer, appeal_id: str, given: Answer) -> Appeal:
    """Answer an appeal; where it is upheld, a review follows and with it the score.

    Raises:
        StoreError: ``store.unknown`` where there is none for this viewer.
        UsageError: ``desk.conflict`` where somebody else has it in hand or it was answered already,
            ``desk.reason`` where the text is too short or too long, ``desk.refused``.
    """
    text = _worded(given.text)
    if given.decision not in {Decision.OVERTURN, Decision.NOT_APPLICABLE}:
        raise _refused("an appeal is upheld by overturning, or as not applicable")
    state = State.UPHELD if given.upheld else State.REJECTED
    with database.writing() as connection:
        appeal = _seen(connection, viewer, appeal_id)
        if appeal.state == state.value and _last_said(connection, appeal, viewer) == text:
            return appeal
        appeal = _handled(connection, viewer, appeal_id)
        if appeal.handler_key not in {None, viewer.key}:
            raise _conflict(f"{appeal.handler} has this appeal in hand")
        now = clock.now()
        review = _review(connection, viewer, appeal, given, text, now)
        if review is not None:
            record_in(connection, [review], by=viewer.name)
        rows.hand_to(connection, appeal.key, viewer.key)
        rows.step(connection, appeal.key, viewer.key, now, state.value, text)
        detail = {"appeal": appeal.id, "review": review.id if review else None}
        audit.log(connection, viewer.name, f"appeal.{state.value}", detail)
        waiting.refresh(connection, [appeal.interaction_key])
        return _there(connection, appeal_id)


def withdraw(database: Database, viewer: Viewer, appeal_id: str) -> Appeal:
    """Take one's own appeal back; it cannot be filed again.

    Raises:
        StoreError: ``store.unknown`` where there is none of this viewer's.
        UsageError: ``desk.conflict`` where it was answered already.
    """
    with database.writing() as connection:
        appeal = rows.one(connection, appeal_id)
        if appeal is None or appeal.account_key != viewer.key or not viewer.may(May.APPEAL):
            raise reader.unknown("appeal", appeal_id)
        if appeal.state == State.WITHDRAWN.value:
            return appeal
        _check_open(appeal)
        rows.step(connection, appeal.key, viewer.key, clock.now(), State.WITHDRAWN.value, "")
        audit.log(connection, viewer.name, "appeal.withdrawn", {"appeal": appeal.id})
        waiting.refresh(connection, [appeal.interaction_key])
        return _there(connection, appeal_id)


def may_see(viewer: Viewer, appeal: Appeal) -> bool:
    """Whether the viewer may know of the appeal: who filed it, and who handles appeals there."""
    if viewer.may(May.APPEAL) and appeal.account_key == viewer.key:
        return True
    return viewer.may(May.ANSWER) and viewer.sees(
        staff_id=appeal.staff_id, branch_id=appeal.branch_id
    )


def may_handle(viewer: Viewer, appeal: Appeal) -> bool:
    """Whether the viewer may answer it: neither who decided what is appealed, nor who appeals."""
    return (
        viewer.may(May.ANSWER)
        and viewer.sees(staff_id=appeal.staff_id, branch_id=appeal.branch_id)
        and viewer.name != appeal.decided_by
        and viewer.key != appeal.account_key
        and (viewer.staff_id is None or viewer.staff_id != appeal.staff_id)
    )


def _review(
    connection: Connection, viewer: Viewer, appeal: Appeal, given: Answer, text: str, now: str
) -> Review | None:
    """The decision that follows; None where none does, or there is nothing left to decide."""
    if not (given.upheld or given.confirm):
        return None
    stored = next(iter(reader.stored(connection, [appeal.interaction_key])))
    if all(finding.id != appeal.finding_id for finding in stored.findings):
        return None
    stands = standing(stored.reviews).get(appeal.finding_id)
    mine = [one for one in stored.reviews if one.finding_id == appeal.finding_id]
    return Review(
        interaction_id=stored.id,
        finding_id=appeal.finding_id,
        decision=given.decision if given.upheld else Decision.CONFIRM,
        reviewer=viewer.name,
        at=_after_all(now, mine),
        reason=(UPHELD if given.upheld else REJECTED) + text,
        supersedes=stands.id if stands else None,
    )


def _after_all(now: str, reviews: Iterable[Review]) -> str:
    """A moment after all of them, also where the clock was put back."""
    last = max((one.at for one in reviews), default="")
    return now if now > last else clock.after(last, seconds=0.001)


def _last_said(connection: Connection, appeal: Appeal, viewer: Viewer) -> str | None:
    """The viewer's own words, where hers was the last step."""
    last = rows.steps(connection, [appeal.key])[appeal.key][-1]
    return last.text if last.account_key == viewer.key else None


def _there(connection: Connection, appeal_id: str) -> Appeal:
    found = rows.one(connection, appeal_id)
    if found is None:
        raise reader.unknown("appeal", appeal_id)
    return found


def _seen(connection: Connection, viewer: Viewer, appeal_id: str) -> Appeal:
    appeal = _there(connection, appeal_id)
    if not may_see(viewer, appeal):
        raise reader.unknown("appeal", appeal_id)
    return appeal


def _open(connection: Connection, viewer: Viewer, appeal_id: str) -> Appeal:
    appeal = _seen(connection, viewer, appeal_id)
    _check_open(appeal)
    return appeal


def _handled(connection: Connection, viewer: Viewer, appeal_id: str) -> Appeal:
    appeal = _open(connection, viewer, appeal_id)
    _check_handler(viewer, appeal)
    return appeal


def _check_open(appeal: Appeal) -> None:
    if not State(appeal.state).open:
        raise _conflict(f"this appeal is {appeal.state} already")


def _check_handler(viewer: Viewer, appeal: Appeal) -> None:
    if not may_handle(viewer, appeal):
        raise _refused(
            f"{viewer.shown} may not handle this appeal: it is about her own decision or service, "
            "or outside her branch"
        )


def _worded(text: str) -> str:
    text = text.strip()
    if not LEAST <= len(text) <= MOST:
        raise UsageError(
            "desk.reason",
            f"between {LEAST} and {MOST} characters are needed",
            "say what happened, so that others understand it",
        )
    return text


def _conflict(message: str) -> UsageError:
    return UsageError("desk.conflict", message, "look at what stands now")


def _refused(message: str) -> UsageError:
    return UsageError("desk.refused", message, "ask who leads quality")
