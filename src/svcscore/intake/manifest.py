"""What the bank says about many recordings: a CSV with one row each (``--manifest``).

Columns are those of the sidecar and `path`, which is relative to the manifest's folder; an empty
cell says nothing. `channels` is written ``teller,customer``, `visits` as the sidecar's JSON.
A fault anywhere stops the run before it starts: a manifest whose rows are half understood would
score recordings under the wrong names.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from svcscore.audio.files import shown
from svcscore.errors import UsageError
from svcscore.intake.encoding import NotUtf8Error, utf8
from svcscore.intake.sidecar import Sidecar, faults
from svcscore.records import Context

COLUMNS = ("path", *Sidecar.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recording of the manifest; `line` counts from 1, the header included."""

    path: Path
    line: int
    context: Context


def read_manifest(path: Path) -> tuple[Row, ...]:
    """Read a manifest; whether the recordings exist is not looked at.

    Raises:
        UsageError: ``manifest.encoding`` or ``manifest.invalid``, with all faulty lines.
    """
    try:
        text = utf8(path.read_bytes())
    except NotUtf8Error as fault:
        raise UsageError(
            "manifest.encoding",
            f"the manifest is {fault}",
            'save it as "CSV UTF-8" in the spreadsheet, or convert it: '
            f"iconv -f {fault.detected} -t UTF-8",
            shown(path),
        ) from fault
    except OSError as fault:
        raise _invalid(path, [f"it cannot be read ({fault.strerror})"]) from fault
    wrong: list[str] = []
    rows: list[Row] = []
    lines: dict[str, int] = {}
    for line, cells in _records(path, text):
        try:
            row = _row(path.parent, line, cells)
        except ValidationError as fault:
            wrong.append(f"line {line}: {faults(fault, Sidecar)}")
            continue
        except ValueError as fault:
            wrong.append(f"line {line}: {fault}")
            continue
        first = lines.setdefault(os.path.realpath(row.path), line)
        if first != line:
            wrong.append(f"line {line}: path {cells['path']!r} is also on line {first}")
        rows.append(row)
    if wrong:
        raise _invalid(path, wrong)
    return tuple(rows)


def _records(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and non-empty cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header)
        line = reader.line_num + 1
        for values in reader:
            if any(value.strip() for value in values):
                if len(values) > len(header):
                    told = f"line {line}: {len(values)} cells under {len(header)} columns"
                    raise _invalid(path, [f"{told}; put a cell that holds a comma in quotes"])
                cells = zip(header, values, strict=False)
                yield line, {name: v.strip() for name, v in cells if v.strip()}
            line = reader.line_num + 1
    except csv.Error as fault:
        raise _invalid(path, [f"line {reader.line_num}: {fault}"]) from fault


def _check_header(path: Path, header: list[str]) -> None:
    wrong = [f"line 1: unknown column {name!r}" for name in header if name not in COLUMNS]
    if "path" not in header:
        wrong.append("line 1: no column 'path'")
    if len(set(header)) < len(header):
        wrong.append("line 1: a column is named twice")
    if wrong:
        raise _invalid(path, wrong)


def _row(folder: Path, line: int, cells: dict[str, str]) -> Row:
    if "path" not in cells:
        raise ValueError("path is empty")
    if "\0" in cells["path"]:
        raise ValueError("path holds a NUL")
    said: dict[str, object] = {name: cell for name, cell in cells.items() if name != "path"}
    if "channels" in cells:
        said["channels"] = {str(i): r.strip() for i, r in enumerate(cells["channels"].split(","))}
    if "visits" in cells:
        try:
            said["visits"] = json.loads(cells["visits"])
        except ValueError as fault:
            raise ValueError(f"visits: not JSON ({fault})") from fault
    context = Sidecar.model_validate_json(json.dumps(said)).context()
    return Row(path=folder / cells["path"], line=line, context=context)


def _invalid(path: Path, wrong: list[str]) -> UsageError:
    return UsageError(
        "manifest.invalid",
        shown("; ".join(wrong)),
        f"the columns are {', '.join(COLUMNS)}, separated by commas",
        shown(path),
    )
