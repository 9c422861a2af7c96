"""What the queue system recorded: a CSV with one ticket a row (``--queue``).

Columns ``branch_id, counter_id, ticket, taken_at, called_at, ended_at``; times are ISO 8601 by the queue
system's own clock, with or without a zone (a zone is left out, as with recordings). A row belongs to
every recording of its branch and counter whose time it touches; a blank branch or counter fits any.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from svcscore.audio.files import shown
from svcscore.errors import UsageError
from svcscore.intake.encoding import NotUtf8Error, utf8
from svcscore.records import Context, Visit
from svcscore.spans import Span

COLUMNS = ("branch_id", "counter_id", "ticket", "taken_at", "called_at", "ended_at")
LONGEST = timedelta(hours=24)
"""Of a recording: how far after its beginning rows are looked at."""
EARLIER = timedelta(minutes=10)
"""How far before it: the clocks may differ."""
_TOLD = 5
"""Faulty lines that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One row; None where a cell is blank."""

    branch_id: str | None
    counter_id: str | None
    number: str | None
    taken: datetime | None
    called: datetime
    ended: datetime


def read_queue(path: Path) -> tuple[Ticket, ...]:
    """The rows, by the time of the call.

    Raises:
        UsageError: ``queue.invalid`` with every faulty line, ``queue.encoding``.
    """
    try:
        text = utf8(path.read_bytes())
    except NotUtf8Error as fault:
        raise UsageError(
            "queue.encoding", f"the records are {fault}", "save them as UTF-8", shown(path)
        ) from fault
    except OSError as fault:
        raise _invalid(path, [f"they cannot be read ({fault.strerror})"]) from fault
    wrong: list[str] = []
    tickets: list[Ticket] = []
    try:
        for line, cells in _rows(text):
            try:
                tickets.append(_ticket(cells))
            except ValueError as fault:
                wrong.append(f"line {line}: {fault}")
    except (csv.Error, ValueError) as fault:
        wrong.append(str(fault))
    if wrong:
        raise _invalid(path, wrong)
    return tuple(sorted(tickets, key=lambda ticket: ticket.called))


def with_visits(context: Context, tickets: Sequence[Ticket]) -> Context:
    """`context` with the visits that `tickets` tell of; as it is where it has visits, or no time.

    Args:
        context: of a recording, with `occurred_at`, its branch and its counter.
        tickets: by the time of the call.

    Returns:
        Visits in seconds from the recording's start by the queue system's clock, also those that lie
        somewhat before it (as starting at 0) or after it; whoever knows the clocks' difference and the
        recording's length drops what is not in it.
    """
    began = context.moment(0.0)
    if context.visits or began is None:
        return context
    visits = tuple(_visits(context, tickets, began))
    return replace(context, visits=visits)


def _visits(context: Context, tickets: Iterable[Ticket], began: datetime) -> Iterator[Visit]:
    for ticket in tickets:
        if ticket.ended < began - EARLIER or ticket.called > began + LONGEST:
            continue
        if not all(
            theirs is None or theirs == ours
            for theirs, ours in (
                (ticket.branch_id, context.branch_id),
                (ticket.counter_id, context.counter_id),
            )
        ):
            continue
        start = max(0.0, (ticket.called - began).total_seconds())
        waited = None
        if ticket.taken is not None:
            waited = (ticket.called - ticket.taken).total_seconds()
        yield Visit(
            span=Span(start, max(start, (ticket.ended - began).total_seconds())),
            ticket=ticket.number,
            waited=waited,
        )


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in reader.fieldnames or []]
    if unknown := [name for name in header if name not in COLUMNS]:
        raise ValueError(f"line 1: unknown column {unknown[0]!r}")
    if lacking := [name for name in ("called_at", "ended_at") if name not in header]:
        raise ValueError(f"line 1: no column {lacking[0]!r}")
    reader.fieldnames = header
    for cells in reader:
        if None in cells or any(value is None for value in cells.values()):
            raise ValueError(f"line {reader.line_num}: another number of cells than columns")
        if any(value.strip() for value in cells.values()):
            yield reader.line_num, {name: value.strip() for name, value in cells.items()}


def _ticket(cells: dict[str, str]) -> Ticket:
    taken, called, ended = (
        _moment(name, cells.get(name, "")) for name in ("taken_at", "called_at", "ended_at")
    )
    if called is None or ended is None:
        raise ValueError("called_at and ended_at are needed")
    if ended < called:
        raise ValueError("the visit ends before its ticket was called")
    if taken is not None and called < taken:
        raise ValueError("the ticket was called before it was taken")
    return Ticket(
        branch_id=cells.get("branch_id") or None,
        counter_id=cells.get("counter_id") or None,
        number=cells.get("ticket") or None,
        taken=taken,
        called=called,
        ended=ended,
    )


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not ISO 8601 such as 2026-03-02T09:30:00") from None


def _invalid(path: Path, wrong: list[str]) -> UsageError:
    more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
    return UsageError(
        "queue.invalid",
        shown("; ".join(wrong[:_TOLD]) + more),
        f"the columns are {', '.join(COLUMNS)}, separated by commas",
        shown(path),
    )
