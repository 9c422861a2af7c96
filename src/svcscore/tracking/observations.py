"""What tracking reads of many interactions: columns of equal length, one row an interaction."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Columns with the shape [n], in order of `day`, `hour` and `interaction`.

    Totals are the final scores (reviews counted). What is unknown is an empty text or NaN.
    """

    interaction: Column
    """Ids (str)."""
    staff: Column
    branch: Column
    microphone: Column
    """Which counter's microphone, as the bank names it (str)."""
    day: Column
    """datetime64[D], local."""
    hour: Column
    """0–23, local; -1 where unknown."""
    kind: Column
    """`records.Kind` values (str)."""
    business: Column
    """Kind of business, e.g. ``withdrawal`` (str)."""
    load: Column
    """Interactions of the same branch that began in the same hour."""
    snr_db: Column
    pitch_hz: Column
    """Median F0 of the staff's turns, Hz."""
    total: Column
    """0–100; NaN where it is not scored."""
    low: Column
    high: Column
    """90 % interval of `total`."""
    red_lines: Column
    """Confirmed, and not overturned."""
    red_lines_in_review: Column
    needs_review: Column
    """bool."""
    reviewed: Column
    overturned: Column
    """Findings that people reviewed, and found wrong."""
    courtesy: Column
    """[n, 4]: staff turns that are rude, curt, polite, warm."""
    dimensions: Column
    """[n, d], 0–100; NaN where not applicable."""
    names: tuple[str, ...]
    """Titles of the d dimensions."""

    def __len__(self) -> int:
        return int(self.total.size)

    @property
    def scored(self) -> Column:
        """Which rows have a total, [n] bool."""
        return ~np.isnan(self.total)

    def where(self, rows: Column) -> Observations:
        """The rows that a mask or an index picks."""
        columns = {
            field.name: getattr(self, field.name)[rows]
            for field in fields(self)
            if field.name != "names"
        }
        return replace(self, **columns)
