"""What a closed calibration shows: how far all agree, who judges otherwise than the expert, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from svcscore.decisions import Decision
from svcscore.desk.calibrating import ANSWERS, asked, see
from svcscore.desk.calibration_view import CalibrationView
from svcscore.desk.casework import titles
from svcscore.desk.viewer import Viewer
from svcscore.errors import UsageError
from svcscore.records import Finding, Severity, Verdict
from svcscore.scoring.agreement_bootstrap import Estimate, by_unit, weighted_share
from svcscore.scoring.agreement_many import Accord, Rated, accord
from svcscore.store.desk import calibrations as rows
from svcscore.store.desk.calibrations import Given, Member
from svcscore.text.masking import mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one member answered; None where she did not."""

    decision: Decision | None
    reason: str
    differs: bool
    """From the expert; False where either did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding with all answers, in the order of the members."""

    interaction_id: str
    place: int
    """Of its case, from 1."""
    finding_id: str
    title: str
    verdict: Verdict
    severity: Severity | None
    cells: tuple[Cell, ...]

    @property
    def disagreed(self) -> bool:
        """Whether not all who answered say the same."""
        return len({cell.decision for cell in self.cells if cell.decision}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far one member is from the expert."""

    shown: str
    both: int
    """Findings about which both answered."""
    differs: int
    share: Estimate | None
    """`differs` of `both`, 90 % interval; None where nothing can be compared."""
    stricter: int
    """Counts against somebody what the expert does not."""
    milder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All of it."""

    calibration: CalibrationView
    members: tuple[str, ...]
    expert: int | None
    """Place of the expert among the members."""
    accord: Accord
    deviations: tuple[Deviation, ...]
    """Of everybody but the expert; empty where there is none."""
    lines: tuple[Line, ...]
    """Those about which people disagree first."""


def result(connection: Connection, viewer: Viewer, key: int) -> Result:
    """What came out of a calibration.

    Raises:
        StoreError: ``store.unknown`` where there is none for this viewer.
        UsageError: ``desk.conflict`` where it is not closed yet.
    """
    calibration = see(connection, viewer, key)
    if calibration.closed_at is None:
        raise UsageError(
            "desk.conflict", "this calibration is not closed yet", "wait until it is closed"
        )
    found = rows.one(connection, key)
    members = rows.members(connection, key)
    expert = next((n for n, m in enumerate(members) if found and m.key == found.expert_key), None)
    given = {
        (one.interaction_key, one.finding_id, one.account_key): one
        for one in rows.answers(connection, key)
    }
    cases = rows.cases(connection, key)
    findings = rows.findings(connection, [case for case, _ in cases])
    lines = [
        _line(case, name, place, finding, members, expert, given)
        for place, (case, name) in enumerate(cases, 1)
        for finding in asked(findings.get(case, ()))
    ]
    lines.sort(key=lambda line: (not line.disagreed, line.place))
    return Result(
        calibration=calibration,
        members=tuple(one.shown for one in members),
        expert=expert,
        accord=accord([_rated(line) for line in lines], len(ANSWERS)),
        deviations=tuple(
            _deviation(one.shown, n, expert, lines)
            for n, one in enumerate(members)
            if expert is not None and n != expert
        ),
        lines=tuple(lines),
    )


def _line(
    case: int,
    interaction_id: str,
    place: int,
    finding: Finding,
    members: Sequence[Member],
    expert: int | None,
    given: Mapping[tuple[int, str, int], Given],
) -> Line:
    said = [given.get((case, finding.id, one.key)) for one in members]
    measure = said[expert] if expert is not None else None
    return Line(
        interaction_id=interaction_id,
        place=place,
        finding_id=finding.id,
        title=titles().get(finding.code, finding.code),
        verdict=finding.verdict,
        severity=finding.severity,
        cells=tuple(
            Cell(
                decision=one.decision if one else None,
                reason=mask(one.reason) if one else "",
                differs=bool(one and measure and one.decision is not measure.decision),
            )
            for one in said
        ),
    )


def _rated(line: Line) -> Rated:
    counts = [sum(cell.decision is one for cell in line.cells) for one in ANSWERS]
    return Rated(interaction_id=line.interaction_id, counts=tuple(counts))


def _deviation(shown: str, member: int, expert: int | None, lines: Sequence[Line]) -> Deviation:
    assert expert is not None
    both = [
        (line, line.cells[member])
        for line in lines
        if line.cells[member].decision and line.cells[expert].decision
    ]
    harder = [
        _harm(line, cell.decision) - _harm(line, line.cells[expert].decision) for line, cell in both
    ]
    return Deviation(
        shown=shown,
        both=len(both),
        differs=sum(cell.differs for _, cell in both),
        share=_share([line.interaction_id for line, _ in both], [c.differs for _, c in both]),
        stricter=sum(one > 0 for one in harder),
        milder=sum(one < 0 for one in harder),
    )


def _harm(line: Line, decision: Decision | None) -> int:
    """1 where the decision leaves something that counts against somebody.

    What was heard and is good counts for her: to overturn it does harm.
    """
    good = line.verdict is Verdict.MET
    return int(decision is (Decision.OVERTURN if good else Decision.CONFIRM))


def _share(cases: Sequence[str], differs: Sequence[bool]) -> Estimate | None:
    names, places = by_unit(cases)
    hits = np.bincount(places, weights=np.array(differs, dtype=float), minlength=len(names))
    totals = np.bincount(places, minlength=len(names)).astype(np.float64)
    return weighted_share(np.ones(len(names)), hits.astype(np.float64), totals, 0, "deviation")
