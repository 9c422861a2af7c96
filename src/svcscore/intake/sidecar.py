"""What the bank says about a recording: `NAME.json` beside `NAME.wav`.

Strict on purpose: a misspelt key or a number in place of a string would otherwise be a recording
that silently belongs to nobody. All faults of a file are told at once.
"""

from __future__ import annotations

import difflib
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from svcscore.audio.files import shown, unreadable
from svcscore.errors import InputError
from svcscore.intake.encoding import NotUtf8Error, utf8
from svcscore.records import Context, Kind, Role, Visit
from svcscore.spans import Span

_MOST_CHANNELS = 64
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def _date_time(value: str | None) -> str | None:
    if value is not None:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            fits = False
        else:
            fits = _DATE_TIME.match(value) is not None
        if not fits:
            raise ValueError("not an ISO 8601 date and time such as 2026-03-02T09:30:00+08:00")
    return value


Name = Annotated[str | None, BeforeValidator(_none_if_blank), AfterValidator(_stripped)]
"""A name or number as text; blank is the same as not given."""
Moment = Annotated[str | None, BeforeValidator(_none_if_blank), AfterValidator(_date_time)]
"""ISO 8601 date and time, with or without a zone."""
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Strict(BaseModel):
    """Base: no conversion of types, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class VisitModel(Strict):
    """One customer's visit; seconds from the start of the recording."""

    ticket: Name = None
    start: Seconds
    end: Seconds
    waited: Seconds | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"the visit ends at {self.end:g} s, before it starts")
        return self


class Sidecar(Strict):
    """The sidecar's fields, all optional; an explicit ``null`` is the same as leaving one out."""

    staff_id: Name = None
    branch_id: Name = None
    counter_id: Name = None
    kind: Kind | None = None
    occurred_at: Moment = None
    channels: dict[str, Role] | None = None
    visits: tuple[VisitModel, ...] | None = None

    @model_validator(mode="after")
    def _channels_known(self) -> Self:
        _ordered(self.channels or {})
        return self

    def context(self) -> Context:
        """As a record; visits in order of time."""
        return Context(
            staff_id=self.staff_id,
            branch_id=self.branch_id,
            counter_id=self.counter_id,
            kind=self.kind,
            occurred_at=self.occurred_at,
            channels=_ordered(self.channels or {}),
            visits=in_order(self.visits or ()),
        )


def in_order(visits: tuple[VisitModel, ...]) -> tuple[Visit, ...]:
    """The visits as records, by start."""
    records = (Visit(span=Span(v.start, v.end), ticket=v.ticket, waited=v.waited) for v in visits)
    return tuple(sorted(records, key=lambda visit: visit.span))


def _ordered(channels: dict[str, Role]) -> tuple[Role, ...]:
    """Roles by number of channel; a channel between two that are named is `UNKNOWN`."""
    numbered: dict[int, Role] = {}
    for key, role in channels.items():
        name = {"left": "0", "right": "1"}.get(key, key)
        if not (name.isascii() and name.isdigit() and int(name) < _MOST_CHANNELS):
            raise ValueError(f'channels: {key!r} is not "left", "right" or a number from "0"')
        if int(name) in numbered:
            raise ValueError(f"channels: {key!r} is a channel that is named twice")
        numbered[int(name)] = role
    return tuple(
        numbered.get(index, Role.UNKNOWN) for index in range(max(numbered, default=-1) + 1)
    )


def faults(error: ValidationError, model: type[BaseModel]) -> str:
    """All that pydantic found, a key and a sentence each, with a guess at what was meant."""
    return "; ".join(
        _fault(".".join(str(part) for part in fault["loc"]), fault["type"], fault["msg"], model)
        for fault in error.errors(include_url=False, include_input=False)
    )


def _fault(key: str, kind: str, message: str, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key.rpartition(".")[2], model.model_fields, n=1)
        hint = f", did you mean {near[0]!r}?" if near else ""
        return f"{key}: unknown key{hint}"
    message = message.removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


def read_sidecar(path: Path) -> Context:
    """Read a sidecar.

    Raises:
        InputError: ``sidecar.empty``, ``sidecar.invalid`` (with every faulty key), or
            ``input.unreadable``; its `path` is the sidecar's.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise unreadable(path, fault) from fault
    if not data.strip():
        raise InputError(
            "sidecar.empty",
            f"the sidecar {path.name} has no bytes",
            "write it again, put {} into it, or remove it",
            shown(path),
        )
    try:
        return Sidecar.model_validate_json(utf8(data)).context()
    except NotUtf8Error as fault:
        told, remedy = str(fault), "save it as UTF-8"
    except ValidationError as fault:
        told = faults(fault, Sidecar)
        remedy = (
            f"the keys are {', '.join(Sidecar.model_fields)}; ids are strings in quotes; "
            f"kinds are {', '.join(Kind)}; roles are {', '.join(Role)}"
        )
    raise InputError(
        "sidecar.invalid", shown(f"the sidecar {path.name}: {told}"), remedy, shown(path)
    )


def completed(first: Context, second: Context) -> Context:
    """`first`, with what it does not say taken from `second`, field by field."""
    return Context(
        staff_id=first.staff_id or second.staff_id,
        branch_id=first.branch_id or second.branch_id,
        kind=first.kind or second.kind,
        counter_id=first.counter_id or second.counter_id,
        occurred_at=first.occurred_at or second.occurred_at,
        channels=first.channels or second.channels,
        visits=first.visits or second.visits,
        speakers=first.speakers or second.speakers,
    )
