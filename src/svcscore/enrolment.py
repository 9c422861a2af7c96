"""Enrolling voices of staff, and forgetting them: the file is for its owner's eyes only, and always whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from svcscore.intake.voices import Voices
from svcscore.outputs import output_error
from svcscore.records import Enrolled


def with_voice(
    voices: Iterable[Enrolled],
    staff_id: str,
    branch_id: str | None,
    vector: Iterable[float],
    seconds: float,
) -> tuple[Enrolled, ...]:
    """`voices` with this one, in place of an earlier one of the same person."""
    new = Enrolled(
        staff_id=staff_id,
        branch_id=branch_id,
        vector=tuple(round(float(number), 6) for number in vector),
        seconds=round(seconds, 1),
        enrolled_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return (*without_voice(voices, staff_id), new)


def without_voice(voices: Iterable[Enrolled], staff_id: str) -> tuple[Enrolled, ...]:
    """`voices` without that of `staff_id`."""
    return tuple(one for one in voices if one.staff_id != staff_id)


def write_voices(path: Path, encoder: str, voices: Iterable[Enrolled]) -> None:
    """Write `voices` by name, made by the encoder with that SHA-256.

    Raises:
        OutputError: ``output.disk_full`` or ``output.unwritable``.
    """
    ordered = tuple(sorted(voices, key=lambda one: one.staff_id))
    content = Voices(encoder=encoder, voices=ordered).model_dump_json(by_alias=True, indent=1)
    try:
        # mkstemp's files can be read by their owner only, and what takes its place stays so
        handle, draft = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise output_error(path, fault) from fault
