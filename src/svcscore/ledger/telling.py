"""Events for other systems, written in the transaction of what they tell: never what was said."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from svcscore.amendments import Content, FindingIs
from svcscore.decisions import Review, standing
from svcscore.records import Finding, Severity
from svcscore.store.desk import events
from svcscore.store.reader import Stored

DECIDED = "red_line.decided"


def tell_decided(
    connection: Connection, reviews: Sequence[Review], stored: Mapping[str, Stored]
) -> None:
    """Write an event for each new decision about a red line, blind ones aside.

    Args:
        connection: of the transaction that adds the reviews.
        reviews: given; those that were there already tell nothing.
        stored: the interactions by id, as they were before.
    """
    for review in reviews:
        one = stored[review.interaction_id]
        finding = _red_line(one, review.finding_id)
        if finding is None or review.blind or any(old.id == review.id for old in one.reviews):
            continue
        given = [other for other in reviews if other.interaction_id == one.id]
        stands = standing([*one.reviews, *given]).get(review.finding_id)
        said = (review.decision.value, stands.decision.value if stands else None, review.at)
        _tell(connection, one, finding, *said)


def tell_added(
    connection: Connection, one: Stored, contents: Iterable[Content], at: str, *, back: bool
) -> None:
    """Write an event for each red line that somebody says was missed, or takes back.

    Args:
        connection: of the transaction that adds the amendments.
        one: the interaction, as it was before.
        contents: of the amendments.
        at: when.
        back: whether they are taken back.
    """
    for content in contents:
        if isinstance(content, FindingIs) and content.finding.severity is Severity.RED_LINE:
            decision = "withdraw" if back else "add"
            _tell(connection, one, content.finding, decision, None if back else decision, at)


def _tell(
    connection: Connection,
    one: Stored,
    finding: Finding,
    decision: str,
    stands: str | None,
    at: str,
) -> None:
    content = {
        "event": DECIDED,
        "id": secrets.token_hex(8),
        "interaction_id": one.id,
        "finding_id": finding.id,
        "code": finding.code,
        "decision": decision,
        "stands": stands,
        "staff_id": one.staff_id,
        "branch_id": one.branch_id,
        "day": str(one.day) if one.day else None,
        "at": at,
    }
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    events.add(connection, one.key, json.dumps(content, ensure_ascii=False), now)


def _red_line(one: Stored, finding_id: str) -> Finding | None:
    found = (finding for finding in one.findings if finding.id == finding_id)
    return next((finding for finding in found if finding.severity is Severity.RED_LINE), None)
