"""Alerts on red lines: each raised once, kept until a webhook has taken it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, insert, select, update

from svcscore.decisions import Decision, standing
from svcscore.errors import OutputError
from svcscore.ledger.posting import post
from svcscore.records import Severity
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.rows import RED_LINE, SURE
from svcscore.store.tables import ALERTS, FINDINGS, INTERACTIONS, QUEUE, REVIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A confirmed red line; never what was said."""

    key: int
    interaction_id: str
    finding_id: str
    code: str
    staff_id: str | None
    branch_id: str | None
    day: str | None
    raised_at: str


def raise_alerts(database: Database, path: Path | None) -> tuple[Alert, ...]:
    """Raise an alert for every confirmed red line that has none, and add it to the lines of `path`.

    Red lines that await review raise none until a person confirms them.

    Raises:
        OutputError: where the file cannot be written; nothing is raised then.
    """
    with database.writing() as connection:
        new = [*connection.execute(_machine()), *_confirmed(connection)]
        now = datetime.now(UTC).replace(tzinfo=None)
        for interaction_key, finding_id in dict.fromkeys((row[0], row[1]) for row in new):
            values = {
                "interaction_key": interaction_key,
                "finding_id": finding_id,
                "raised_at": now,
            }
            connection.execute(insert(ALERTS), values)
        raised = _alerts(connection, since=now) if new else ()
        if path is not None and raised:
            _append(path, raised)
    return raised


def send_alerts(database: Database, webhook: str) -> int:
    """Post the alerts that were not sent yet, oldest first; tells how many the webhook took.

    One that it does not take stays for the next call.

    Raises:
        OutputError: ``alerts.refused`` where the webhook cannot be reached or refuses.
    """
    with database.reading() as connection:
        waiting = _alerts(connection, unsent=True)
    for sent, alert in enumerate(waiting):
        try:
            post(webhook, json.dumps(asdict(alert), ensure_ascii=False).encode())
        except (OSError, ValueError) as fault:
            raise OutputError(
                "alerts.refused",
                f"the webhook took {sent} of {len(waiting)} alerts, then not ({fault})",
                "check its address; what was not sent stays and is sent by the next call",
            ) from fault
        with database.writing() as connection:
            now = datetime.now(UTC).replace(tzinfo=None)
            connection.execute(update(ALERTS).where(ALERTS.c.key == alert.key).values(sent_at=now))
    return len(waiting)


def _machine() -> Select[Any]:
    """What the machine confirmed, and nobody has decided or been told about."""
    return (
        select(QUEUE.c.interaction_key, QUEUE.c.finding_id)
        .outerjoin(ALERTS, _same(QUEUE))
        .where(
            QUEUE.c.priority >= RED_LINE + SURE,
            QUEUE.c.severity == Severity.RED_LINE.value,
            ALERTS.c.key.is_(None),
        )
    )


def _confirmed(connection: Connection) -> list[tuple[int, str]]:
    """What people confirmed and did not take back since."""
    said = [(row[0], row[1]) for row in connection.execute(_people())]
    decided = {
        one.key: standing(one.reviews)
        for one in reader.stored(connection, sorted({key for key, _ in said}))
    }
    return [
        (key, finding_id)
        for key, finding_id in said
        if (review := decided[key].get(finding_id)) and review.decision is Decision.CONFIRM
    ]


def _people() -> Select[Any]:
    """What people confirmed, and nobody was told about."""
    return (
        select(REVIEWS.c.interaction_key, REVIEWS.c.finding_id)
        .join(INTERACTIONS, INTERACTIONS.c.key == REVIEWS.c.interaction_key)
        .join(
            FINDINGS,
            and_(
                FINDINGS.c.interaction_key == REVIEWS.c.interaction_key,
                FINDINGS.c.number == INTERACTIONS.c.findings_number,
                FINDINGS.c.id == REVIEWS.c.finding_id,
            ),
        )
        .outerjoin(ALERTS, _same(REVIEWS))
        .where(
            REVIEWS.c.decision == "confirm",
            REVIEWS.c.blind.is_(False),
            FINDINGS.c.severity == Severity.RED_LINE.value,
            INTERACTIONS.c.red_lines > 0,
            ALERTS.c.key.is_(None),
        )
    )


def _same(table: Table) -> ColumnElement[bool]:
    return and_(
        ALERTS.c.interaction_key == table.c.interaction_key,
        ALERTS.c.finding_id == table.c.finding_id,
    )


def _alerts(
    connection: Connection, *, since: datetime | None = None, unsent: bool = False
) -> tuple[Alert, ...]:
    chosen = (
        select(ALERTS, INTERACTIONS, FINDINGS.c.code, ALERTS.c.key.label("alert_key"))
        .join(INTERACTIONS, INTERACTIONS.c.key == ALERTS.c.interaction_key)
        .join(
            FINDINGS,
            and_(
                FINDINGS.c.interaction_key == ALERTS.c.interaction_key,
                FINDINGS.c.number == INTERACTIONS.c.findings_number,
                FINDINGS.c.id == ALERTS.c.finding_id,
            ),
        )
        .order_by(ALERTS.c.key)
    )
    if since is not None:
        chosen = chosen.where(ALERTS.c.raised_at >= since)
    if unsent:
        chosen = chosen.where(ALERTS.c.sent_at.is_(None))
    return tuple(
        Alert(
            key=row.alert_key,
            interaction_id=row.id,
            finding_id=row.finding_id,
            code=row.code,
            staff_id=row.staff_id,
            branch_id=row.branch_id,
            day=str(row.day) if row.day else None,
            raised_at=row.raised_at.isoformat(timespec="seconds") + "+00:00",
        )
        for row in connection.execute(chosen)
    )


def _append(path: Path, alerts: Sequence[Alert]) -> None:
    lines = "".join(json.dumps(asdict(alert), ensure_ascii=False) + "\n" for alert in alerts)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(lines)
    except OSError as fault:
        raise OutputError(
            "output.unwritable",
            f"the alerts cannot be written ({fault.strerror or fault})",
            "choose another file; nothing is lost, the next call raises them again",
            str(path),
        ) from fault
