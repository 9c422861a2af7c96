"""What people ask the queue for, as it stands in an address or in a body."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import HTTPException
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from svcscore.desk.queueing import Filter, Status
from svcscore.records import Severity
from svcscore.store.desk import decided, queues
from svcscore.store.desk.queues import Tab

_CASE = re.compile(r"(\d{1,3}\.\d{1,20}(?:e-\d{1,3})?)_(\d{1,18})")
_DECISION = re.compile(r"([0-9T:.+-]{10,40})_(\d{1,18})_([\w.:-]{1,64})", re.ASCII)


def _blank(value: Any) -> Any:  # noqa: ANN401  whatever was sent
    """A field that a form sends empty says nothing."""
    return None if value == "" else value


_Blank = BeforeValidator(_blank)
_Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Text = Annotated[_Line | None, _Blank]
Cursor = Annotated[Annotated[str, StringConstraints(max_length=150)] | None, _Blank]


class Asked(BaseModel):
    """A filter; what is left out does not matter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tab: Tab = Tab.ALL
    branch: Text = None
    staff: Text = None
    code: Text = None
    severity: Annotated[Severity | None, _Blank] = None
    since: Annotated[date | None, _Blank] = None
    until: Annotated[date | None, _Blank] = None
    status: Annotated[Status | None, _Blank] = None
    reviewer: Text = None

    def filter(self) -> Filter:
        """As the desk takes it."""
        names = Asked.model_fields
        return Filter(**{name: getattr(self, name) for name in names})

    def address(self, **other: object) -> str:
        """Of the page that shows this, with some fields other than they are."""
        fields = {name: getattr(self, name) for name in Asked.model_fields} | other
        said = {name: str(value) for name, value in fields.items() if value is not None}
        if said.get("tab") == Tab.ALL:
            del said["tab"]
        return "/queue?" + urlencode(said) if said else "/queue"


class AskedPage(Asked):
    """A filter and where in its order the page begins or ends."""

    after: Cursor = None
    before: Cursor = None

    def place(self, cursor: str | None) -> queues.Place | None:
        """Where a page of cases begins or ends."""
        found = _read(_CASE, cursor)
        return found and queues.Place(rank=float(found[1]), key=int(found[2]))

    def decided_place(self, cursor: str | None) -> decided.Place | None:
        """Where a page of decisions begins or ends."""
        found = _read(_DECISION, cursor)
        return found and decided.Place(at=found[1], key=int(found[2]), finding_id=found[3])


def _read(pattern: re.Pattern[str], cursor: str | None) -> re.Match[str] | None:
    if cursor is None:
        return None
    found = pattern.fullmatch(cursor)
    if found is None:
        raise HTTPException(422, "cursor")
    return found
