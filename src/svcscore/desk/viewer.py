"""Who looks, and what they may: pure, so that every page and every route asks the same question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from svcscore.store.reader import Scope


class Office(StrEnum):
    """What somebody is to the desk (`records.Role` is who speaks in a recording)."""

    QA_LEAD = "qa_lead"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    """Manages a branch, or all where no branch is named."""
    TELLER = "teller"
    """Any member of staff who is scored: sees her own cases and nobody else's."""
    ADMINISTRATOR = "administrator"
    """Looks after accounts; hears nobody."""
    AUDITOR = "auditor"
    """Sees who did what, and the cases; changes nothing."""


class May(StrEnum):
    """What a route asks for."""

    QUEUE = "queue"
    """See what waits, claim and release it."""
    CASES = "cases"
    """Open any case within the branch."""
    OWN_CASES = "own_cases"
    """Open one's own cases."""
    HEAR = "hear"
    """Play clips of the cases that may be opened."""
    DECIDE = "decide"
    """Decide findings, add and correct them, write notes."""
    ASSIGN = "assign"
    """Give cases to reviewers."""
    APPEAL = "appeal"
    """Appeal a finding of one's own."""
    ANSWER = "answer"
    """Handle appeals."""
    CALIBRATE = "calibrate"
    """Take part in calibrations and blind second reviews."""
    LEAD = "lead"
    """Begin and close calibrations, see everybody's answers."""
    TRENDS = "trends"
    """See tellers and branches over time."""
    OWN_TREND = "own_trend"
    """See one's own scores over time."""
    UNMASK = "unmask"
    """Read and hear what is masked, with a reason that is logged."""
    EXPORT = "export"
    """Take cases, labels and clips out of the desk."""
    HOLD = "hold"
    """Keep a case from deletion."""
    ACCOUNTS = "accounts"
    """Make, change and lock accounts."""
    LOG = "log"
    """Read the audit log."""


GRANTS: dict[Office, frozenset[May]] = {
    Office.QA_LEAD: frozenset(May)
    - {May.OWN_CASES, May.OWN_TREND, May.APPEAL, May.ACCOUNTS, May.LOG},
    Office.REVIEWER: frozenset(
        {May.QUEUE, May.CASES, May.HEAR, May.DECIDE, May.ANSWER, May.CALIBRATE}
    ),
    Office.SUPERVISOR: frozenset({May.CASES, May.HEAR, May.ANSWER, May.TRENDS, May.EXPORT}),
    Office.TELLER: frozenset({May.OWN_CASES, May.HEAR, May.APPEAL, May.OWN_TREND}),
    Office.ADMINISTRATOR: frozenset({May.ACCOUNTS, May.LOG}),
    Office.AUDITOR: frozenset({May.CASES, May.TRENDS, May.LOG}),
}
"""Who may what. Nobody who decides is also who gives out rights, and nobody who is scored decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who is logged in, or holds a token."""

    key: int
    """Of the account."""
    name: str
    """The account's: it stands in reviews and in the audit log."""
    shown: str
    office: Office
    branch_id: str | None
    """None: all branches."""
    staff_id: str | None
    language: str
    """``zh`` or ``en``."""
    must_change: bool = False
    """Nothing may be done before the password is another."""
    narrowed: frozenset[May] | None = None
    """What a token may at most; None where somebody logged in."""

    @property
    def rights(self) -> frozenset[May]:
        """All that may be done."""
        granted = GRANTS[self.office]
        return granted if self.narrowed is None else granted & self.narrowed

    def may(self, *wanted: May) -> bool:
        """Whether one of these is granted."""
        return not self.rights.isdisjoint(wanted)

    def sees(self, *, staff_id: str | None, branch_id: str | None) -> bool:
        """Whether a case of this person and branch is within what the viewer may open at all."""
        if self.office is Office.TELLER:
            return self.staff_id is not None and staff_id == self.staff_id
        return self.branch_id is None or branch_id == self.branch_id

    @property
    def scope(self) -> Scope:
        """The interactions that `sees` allows, for the database."""
        if self.office is Office.TELLER:
            return Scope(staff_id=self.staff_id or "")
        return Scope(branch_id=self.branch_id)
