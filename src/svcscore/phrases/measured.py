"""How often this recogniser's transcripts hold a phrase that was said: measured, and kept as a table.

`models/hearing` holds it for the packaged lexicon; `svcscore phrases robustness` measures it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TABLE = "phrases.csv"
HARDLY = 0.34
"""Share found up to which a phrase is hardly heard: one time in three."""
_COLUMNS = ("phrase", "said", "by_text", "found", "heard")
_BETWEEN = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of one phrase, in whatever form and sentence it was said."""

    phrase: str
    """As the lexicon writes it."""
    said: int
    by_text: int
    """How often the transcript has it word for word."""
    found: int
    """How often it is found, by text or by sound."""
    heard: tuple[str, ...]
    """What was written instead where it was not found, the commonest first."""

    @property
    def share(self) -> float:
        """Of the times that it was said, how often it was found (0–1)."""
        return self.found / self.said


def read_measured(folder: Path) -> Mapping[str, Measured]:
    """The table in `folder` by phrase.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a table.
    """
    text = (folder / TABLE).read_text("utf-8")
    lines = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(lines.fieldnames or ()) != _COLUMNS:
        raise ValueError(f"{folder / TABLE}: the columns are not {', '.join(_COLUMNS)}")
    return {
        line["phrase"]: Measured(
            phrase=line["phrase"],
            said=int(line["said"]),
            by_text=int(line["by_text"]),
            found=int(line["found"]),
            heard=tuple(filter(None, line["heard"].split(_BETWEEN))),
        )
        for line in lines
    }


def table_of(measured: Iterable[Measured]) -> str:
    """The table as CSV, in the order of the phrases."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(_COLUMNS)
    for one in sorted(measured, key=lambda m: m.phrase):
        row = (one.phrase, one.said, one.by_text, one.found, _BETWEEN.join(one.heard))
        write.writerow(row)
    return out.getvalue()
