"""Calibrations: several people judge the same findings, none seeing the others; no score moves.

Answers are added until the calibration is closed; of each member the last about a finding counts.
Before it is closed nobody reads what others answered, not even who leads it: she reads how far
each is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.decisions import Decision
from svcscore.desk import clock
from svcscore.desk.accounts import viewer_of
from svcscore.desk.calibration_view import (
    Asked,
    CalibrationView,
    CaseProgress,
    MemberCase,
    Progress,
)
from svcscore.desk.casework import is_own, view_of, waits
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.records import Finding, Role, Status, Verdict
from svcscore.scoring import sampling
from svcscore.scoring.sampling import Candidate
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.desk import accounts
from svcscore.store.desk import calibrations as rows
from svcscore.store.desk.calibrations import Calibration, Given, Member
from svcscore.store.reader import Stored

CASES, MEMBERS = 30, 20
"""Most cases and most members of one calibration."""
LATEST = 20
"""Calibrations that a list shows."""
ANSWERS = (Decision.CONFIRM, Decision.OVERTURN, Decision.NOT_APPLICABLE)
"""What can be answered."""
_AGAINST = frozenset({Verdict.BREACHED, Verdict.ABSENT, Verdict.UNSURE})
_STRANGERS = frozenset({Role.CUSTOMER, Role.MACHINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalibration:
    """A calibration to be made: of these cases, or of a sample where none is named."""

    name: str
    cases: tuple[str, ...]
    """Ids of interactions."""
    sample: int
    """How many are drawn of those that were or should be reviewed."""
    seed: int
    members: tuple[str, ...]
    """Names of accounts."""
    expert: str | None
    """Name of the account whose answers are the measure; takes part too."""


def make(database: Database, viewer: Viewer, new: NewCalibration) -> int:
    """Begin a calibration; tells its key.

    Raises:
        StoreError: ``store.unknown`` where an account or a case is not there.
        UsageError: ``store.exists`` where the name is taken, ``store.empty`` where nothing can be
            drawn, ``desk.refused`` where somebody may not lead one, or not take part in it.
    """
    if not viewer.may(May.LEAD):
        raise _refused("only who leads quality begins calibrations")
    with database.writing() as connection:
        if rows.is_there(connection, new.name):
            raise UsageError(
                "store.exists", f"there is a calibration {new.name!r}", "choose another name"
            )
        names = dict.fromkeys((*new.members, *([new.expert] if new.expert else [])))
        members = [_member(connection, name) for name in names]
        ids = new.cases or _drawn(connection, viewer, new)
        stored = [open_case(connection, viewer, name) for name in dict.fromkeys(ids)]
        _check(members, stored)
        expert = next((one.key for one in members if one.name == new.expert), None)
        key = rows.add(
            connection,
            name=new.name,
            lead_key=viewer.key,
            expert_key=expert,
            at=clock.now(),
            cases=[one.key for one in stored],
            members=[one.key for one in members],
        )
        detail = {
            "calibration": key,
            "interactions": [one.id for one in stored],
            "members": [one.name for one in members],
            "expert": new.expert,
        }
        audit.log(connection, viewer.name, "calibration.made", detail)
    return key


def answer(
    database: Database,
    viewer: Viewer,
    key: int,
    *,
    interaction_id: str,
    finding_id: str,
    decision: Decision,
    reason: str,
) -> CalibrationView:
    """Answer about one finding, or answer otherwise than before; tells how far the viewer is.

    Raises:
        StoreError: ``store.unknown`` where there is no such calibration or case of hers.
        UsageError: ``desk.conflict`` where it is closed or the finding is not asked about.
    """
    with database.writing() as connection:
        _own(connection, viewer, key)
        stored = _case(connection, viewer, key, interaction_id)
        if decision not in ANSWERS or finding_id not in {one.id for one in asked(stored.findings)}:
            raise _conflict("nothing is asked about this finding")
        before = {
            (one.interaction_key, one.finding_id): one
            for one in rows.answers(connection, key, account_key=viewer.key)
        }.get((stored.key, finding_id))
        if before is None or (before.decision, before.reason) != (decision, reason):
            given = Given(
                interaction_key=stored.key,
                finding_id=finding_id,
                account_key=viewer.key,
                decision=decision,
                at=clock.now(),
                reason=reason,
            )
            rows.answer(connection, key, given)
            detail = {"calibration": key, "interaction": stored.id, "finding": finding_id}
            audit.log(connection, viewer.name, "calibration.answered", detail)
        return see(connection, viewer, key)


def close(database: Database, viewer: Viewer, key: int) -> None:
    """Let nothing be answered any more, and the results be read.

    Raises:
        StoreError: ``store.unknown``.
        UsageError: ``desk.refused`` where the viewer may not; ``desk.conflict`` where it is closed.
    """
    with database.writing() as connection:
        found = _there(connection, viewer, key)
        if not viewer.may(May.LEAD):
            raise _refused("only who leads quality closes calibrations")
        if found.closed_at is not None:
            raise _conflict("this calibration is closed already")
        rows.close(connection, key, clock.now())
        audit.log(connection, viewer.name, "calibration.closed", {"calibration": key})


def listing(
    connection: Connection, viewer: Viewer, *, skip: int = 0
) -> tuple[CalibrationView, ...]:
    """A page of the viewer's calibrations, the latest first; of all for who leads quality."""
    mine = None if viewer.may(May.LEAD) else viewer.key
    found = rows.every(connection, account_key=mine, most=LATEST, skip=skip)
    return tuple(_view(connection, viewer, one) for one in found)


def see(connection: Connection, viewer: Viewer, key: int) -> CalibrationView:
    """One calibration.

    Raises:
        StoreError: ``store.unknown`` where there is none for this viewer.
    """
    return _view(connection, viewer, _there(connection, viewer, key))


def see_case(connection: Connection, viewer: Viewer, key: int, interaction_id: str) -> MemberCase:
    """A case to work on.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for this member.
        UsageError: ``desk.conflict`` where it is closed.
    """
    found = _own(connection, viewer, key)
    stored = _case(connection, viewer, key, interaction_id)
    whole = view_of(connection, viewer, stored)
    wanted = {one.id for one in asked(stored.findings)}
    given = {
        one.finding_id: one
        for one in rows.answers(connection, key, account_key=viewer.key)
        if one.interaction_key == stored.key
    }
    ids = [name for _, name in rows.cases(connection, key)]
    place = ids.index(interaction_id)
    return MemberCase(
        calibration=_view(connection, viewer, found),
        place=place + 1,
        view=whole,
        asked=tuple(
            Asked(finding=one, given=given.get(one.id))
            for one in whole.findings
            if one.id in wanted
        ),
        following=ids[place + 1] if place + 1 < len(ids) else None,
    )


def asked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Of a case's findings those that members judge: against somebody, or waiting for a person."""
    return tuple(
        finding
        for finding in findings
        if finding.role not in _STRANGERS
        and finding.status is not Status.REJECTED
        and (waits(finding) or finding.verdict in _AGAINST)
    )


def people(connection: Connection) -> tuple[Member, ...]:
    """Who may take part in calibrations."""
    return tuple(
        Member(key=one.key, name=one.name, shown=one.shown)
        for one in accounts.every(connection)
        if one.active and viewer_of(one).may(May.CALIBRATE)
    )


def _view(connection: Connection, viewer: Viewer, found: Calibration) -> CalibrationView:
    cases = rows.cases(connection, found.key)
    asking = {
        case: {finding.id for finding in asked(findings)}
        for case, findings in rows.findings(connection, [key for key, _ in cases]).items()
    }
    given = [
        one
        for one in rows.answers(connection, found.key)
        if one.finding_id in asking.get(one.interaction_key, ())
    ]
    mine = Counter(one.interaction_key for one in given if one.account_key == viewer.key)
    everybody = Counter(one.account_key for one in given)
    members = rows.members(connection, found.key)
    leads = viewer.may(May.LEAD)
    return CalibrationView(
        key=found.key,
        name=found.name,
        lead=found.lead,
        expert=found.expert,
        began_at=found.began_at,
        closed_at=found.closed_at,
        member=any(one.key == viewer.key for one in members),
        may_close=leads and found.closed_at is None,
        asked=sum(map(len, asking.values())),
        cases=tuple(
            CaseProgress(
                interaction_id=name,
                place=place,
                asked=len(asking.get(key, ())),
                answered=mine[key],
            )
            for place, (key, name) in enumerate(cases, 1)
        ),
        members=tuple(
            Progress(
                shown=one.shown, expert=one.key == found.expert_key, answered=everybody[one.key]
            )
            for one in members
            if leads
        ),
    )


def _there(connection: Connection, viewer: Viewer, key: int) -> Calibration:
    found = rows.one(connection, key)
    mine = found is not None and any(one.key == viewer.key for one in rows.members(connection, key))
    if found is None or not (mine or viewer.may(May.LEAD)):
        raise reader.unknown("calibration", str(key))
    return found


def _own(connection: Connection, viewer: Viewer, key: int) -> Calibration:
    """One that is open, and in which the viewer takes part."""
    found = _there(connection, viewer, key)
    if all(one.key != viewer.key for one in rows.members(connection, key)):
        raise reader.unknown("calibration", str(key))
    if found.closed_at is not None:
        raise _conflict("this calibration is closed")
    return found


def _case(connection: Connection, viewer: Viewer, key: int, interaction_id: str) -> Stored:
    if all(name != interaction_id for _, name in rows.cases(connection, key)):
        raise reader.unknown("case", interaction_id)
    return open_case(connection, viewer, interaction_id)


def _member(connection: Connection, name: str) -> Viewer:
    found = accounts.by_name(connection, name)
    if found is None or not found.active:
        raise reader.unknown("account", name)
    return viewer_of(found)


def _check(members: Sequence[Viewer], cases: Iterable[Stored]) -> None:
    """See that all may open all cases, and nobody judges her own."""
    given = list(cases)
    for one in members:
        able = one.may(May.CALIBRATE) and all(
            one.sees(staff_id=case.staff_id, branch_id=case.branch_id) and not is_own(one, case)
            for case in given
        )
        if not able:
            raise _refused(f"{one.shown} may not judge all of these cases")
    if not (2 <= len(members) <= MEMBERS and 1 <= len(given) <= CASES):
        raise _refused(f"two to {MEMBERS} members judge one to {CASES} cases")


def _drawn(connection: Connection, viewer: Viewer, new: NewCalibration) -> tuple[str, ...]:
    candidates = [
        Candidate(interaction_id=name, staff_id="", risk=0.0, uncertainty=0.0)
        for name in rows.worth_judging(connection, viewer.scope)
    ]
    if not candidates:
        raise UsageError(
            "store.empty", "no case was reviewed or should be", "take in recordings first"
        )
    plan = sampling.count(candidates, min(max(1, new.sample), CASES), new.seed)
    return tuple(one.interaction_id for one in plan.chosen)


def _conflict(message: str) -> UsageError:
    return UsageError("desk.conflict", message, "look at what stands now")


def _refused(message: str) -> UsageError:
    return UsageError("desk.refused", message, "choose others, or ask who leads quality")
