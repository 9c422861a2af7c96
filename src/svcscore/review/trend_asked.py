"""What people ask trends for, as it stands in an address."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import HTTPException
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from svcscore.desk.trending import Window
from svcscore.records import Kind
from svcscore.store.desk.trend_rows import Flag, Place, Wanted
from svcscore.tracking.fairness import bounds_of
from svcscore.tracking.fairness_gap import Factor

_PLACE = re.compile(r"(\d{4}-\d\d-\d\d)_(\d{1,18})", re.ASCII)


def _blank(value: Any) -> Any:  # noqa: ANN401  whatever was sent
    """A field that a form sends empty says nothing."""
    return None if value == "" else value


_Blank = BeforeValidator(_blank)
_Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Text = Annotated[_Line | None, _Blank]
Points = Annotated[Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None, _Blank]


class AskedDays(BaseModel):
    """Which days, and which kind of work; what is left out is as usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Annotated[date | None, _Blank] = None
    """The first day."""
    until: Annotated[date | None, _Blank] = None
    """The last day."""
    kind: Annotated[Kind | None, _Blank] = None


class AskedTrends(AskedDays):
    """Of which branch, too."""

    branch: Text = None


class AskedOverview(AskedTrends):
    """Whoever names a person is led to her."""

    staff: Text = None


class AskedCases(AskedTrends):
    """Which cases lie behind a figure."""

    staff: Text = None
    code: Text = None
    dimension: Text = None
    flag: Annotated[Flag | None, _Blank] = None
    least: Points = None
    """Of the total, or of the dimension where one is named."""
    below: Points = None
    hour: Annotated[Annotated[int, Field(ge=0, le=23)] | None, _Blank] = None
    weekday: Annotated[Annotated[int, Field(ge=0, le=6)] | None, _Blank] = None
    """0 is Monday."""
    microphone: Text = None
    noise: Text = None
    """A group of the fairness audit, as it names it; so are `hours` and `pitch`."""
    hours: Text = None
    pitch: Text = None
    after: Annotated[Annotated[str, StringConstraints(max_length=60)] | None, _Blank] = None
    """Cursor of a page."""

    def wanted(
        self, window: Window, branch_id: str | None, people: tuple[str, ...] | None
    ) -> Wanted:
        """As the database takes it.

        Args:
            window: the days.
            branch_id: what `own_branch` allows.
            people: those of the pitch that is asked for.
        """
        return Wanted(
            scope=window.scope(staff_id=self.staff, branch_id=branch_id),
            kind=self.kind,
            code=self.code,
            dimension=self.dimension,
            flag=self.flag,
            least=self.least,
            below=self.below,
            hour=self.hour,
            weekday=self.weekday,
            microphone=self.microphone,
            snr_db=_band(Factor.NOISE, self.noise),
            hours=_band(Factor.HOUR, self.hours),
            people=people,
        )

    def place(self) -> Place | None:
        """Behind which the page begins."""
        if self.after is None:
            return None
        found = _PLACE.fullmatch(self.after)
        try:
            return Place(day=date.fromisoformat(found[1]), key=int(found[2])) if found else _none()
        except ValueError:
            return _none()


def address(path: str, asked: AskedDays, **other: object) -> str:
    """Of a page under the same days and kind, or under others where `other` names them."""
    fields = {"since": asked.since, "until": asked.until, "kind": asked.kind} | other
    said = {name: str(value) for name, value in fields.items() if value not in {None, ""}}
    return f"{path}?{urlencode(said)}" if said else path


def _band(factor: Factor, group: str | None) -> tuple[float, float] | None:
    if group is None:
        return None
    found = bounds_of(factor, group)
    if found is None:
        raise HTTPException(422, factor.value)
    return found


def _none() -> Place:
    raise HTTPException(422, "cursor")
