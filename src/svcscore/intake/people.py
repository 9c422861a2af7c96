"""Who works where: a CSV with the columns ``staff_id,name,branch_id,branch_name``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from svcscore.audio.files import shown
from svcscore.errors import UsageError
from svcscore.intake.encoding import NotUtf8Error, utf8

COLUMNS = ("staff_id", "name", "branch_id", "branch_name")


def read_people(path: Path) -> tuple[dict[str, str], ...]:
    """The rows, each with its cells that are not empty, by column.

    Raises:
        UsageError: ``manifest.invalid`` with every faulty line, ``manifest.encoding``.
    """
    try:
        text = utf8(path.read_bytes())
    except NotUtf8Error as fault:
        raise UsageError(
            "manifest.encoding", f"the list is {fault}", "save it as UTF-8", shown(path)
        ) from fault
    except OSError as fault:
        raise _invalid(path, [f"it cannot be read ({fault.strerror})"]) from fault
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    wrong: list[str] = []
    rows: list[dict[str, str]] = []
    try:
        unknown = [name for name in reader.fieldnames or [] if name not in COLUMNS]
        if unknown or "staff_id" not in (reader.fieldnames or []):
            raise _invalid(
                path, [f"line 1: unknown columns {unknown}" if unknown else "no staff_id"]
            )
        for row in reader:
            cells = {name: cell.strip() for name, cell in row.items() if name and cell}
            if None in row or not cells.get("staff_id"):
                wrong.append(f"line {reader.line_num}: no staff_id, or more cells than columns")
                continue
            rows.append({name: cell for name, cell in cells.items() if cell})
    except csv.Error as fault:
        wrong.append(f"line {reader.line_num}: {fault}")
    if wrong:
        raise _invalid(path, wrong)
    return tuple(rows)


def _invalid(path: Path, wrong: list[str]) -> UsageError:
    return UsageError(
        "manifest.invalid",
        shown("; ".join(wrong)),
        f"the columns are {', '.join(COLUMNS)}, separated by commas",
        shown(path),
    )
