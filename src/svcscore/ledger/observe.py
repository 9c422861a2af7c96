"""Columns for tracking, out of the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from svcscore.store.reader import Scope
from svcscore.store.tables import INTERACTIONS
from svcscore.tracking.observations import Observations

_T = INTERACTIONS.c
_COLUMNS = (
    _T.id,
    _T.staff_id,
    _T.branch_id,
    _T.microphone,
    _T.day,
    _T.hour,
    _T.kind,
    _T.business,
    _T.snr_db,
    _T.pitch_hz,
    _T.total,
    _T.low,
    _T.high,
    _T.red_lines,
    _T.red_lines_in_review,
    _T.needs_review,
    _T.reviewed,
    _T.overturned,
    _T.rude,
    _T.curt,
    _T.polite,
    _T.warm,
    _T.dimensions,
)
_OFTEN = 10_000
"""Rows that are fetched at once."""


def observations(connection: Connection, scope: Scope) -> Observations:
    """The interactions of `scope` that have a day; `load` counts the whole branch.

    Columns as `Observations` describes them, in the order of day, hour and id.
    """
    chosen = (
        select(*_COLUMNS)
        .where(scope.condition(), _T.day.is_not(None))
        .order_by(_T.day, _T.hour, _T.id)
    )
    result = connection.execution_options(yield_per=_OFTEN).execute(chosen)
    rows: list[Any] = [row for part in result.partitions(_OFTEN) for row in part]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_COLUMNS)
    by = dict(zip([column.name for column in _COLUMNS], columns, strict=True))
    names, dimensions = _dimensions(by["dimensions"])
    return Observations(
        interaction=np.array(by["id"], dtype=str),
        staff=_texts(by["staff_id"]),
        branch=_texts(by["branch_id"]),
        microphone=_texts(by["microphone"]),
        day=np.array(by["day"], dtype="datetime64[D]"),
        hour=np.array([-1 if hour is None else hour for hour in by["hour"]], dtype=int),
        kind=_texts(by["kind"]),
        business=_texts(by["business"]),
        load=_load(connection, scope, by["branch_id"], by["day"], by["hour"]),
        snr_db=np.array(by["snr_db"], dtype=float),
        pitch_hz=np.array(by["pitch_hz"], dtype=float),
        total=np.array(by["total"], dtype=float),
        low=np.array(by["low"], dtype=float),
        high=np.array(by["high"], dtype=float),
        red_lines=np.array(by["red_lines"], dtype=int),
        red_lines_in_review=np.array(by["red_lines_in_review"], dtype=int),
        needs_review=np.array(by["needs_review"], dtype=bool),
        reviewed=np.array(by["reviewed"], dtype=int),
        overturned=np.array(by["overturned"], dtype=int),
        courtesy=np.array([by["rude"], by["curt"], by["polite"], by["warm"]], dtype=int).T,
        dimensions=dimensions,
        names=names,
    )


def _texts(values: Iterable[str | None]) -> np.ndarray[Any, Any]:
    return np.array([value or "" for value in values], dtype=str)


def _dimensions(documents: Iterable[str]) -> tuple[tuple[str, ...], np.ndarray[Any, Any]]:
    """Titles of all dimensions, and [n, d] of their scores; few documents differ in their titles."""
    # read as one: a call for each would take longer than the reading
    read: list[dict[str, float | None]] = json.loads(f"[{','.join(documents)}]")
    names = tuple(dict.fromkeys(name for one in read for name in one))
    table = [[one.get(name) for name in names] for one in read]
    return names, np.array(table, dtype=float).reshape(len(read), len(names))


def _load(
    connection: Connection,
    scope: Scope,
    branches: Iterable[str | None],
    days: Iterable[date],
    hours: Iterable[int | None],
) -> np.ndarray[Any, Any]:
    """How many interactions of the branch began in the same hour, [n]."""
    keys = list(zip(branches, days, hours, strict=True))
    if scope.staff_id is None and scope.interaction_ids is None:
        counted = Counter(keys)
    else:
        wanted = {branch for branch, _, _ in keys if branch is not None}
        chosen = (
            select(_T.branch_id, _T.day, _T.hour, func.count())
            .where(
                _T.gone.is_(False),
                _T.branch_id.in_(wanted),
                *([_T.day >= min(day for _, day, _ in keys)] if keys else []),
                *([_T.day <= max(day for _, day, _ in keys)] if keys else []),
            )
            .group_by(_T.branch_id, _T.day, _T.hour)
        )
        counted = Counter({(r[0], r[1], r[2]): r[3] for r in connection.execute(chosen)})
    return np.array([counted[key] for key in keys], dtype=int)
