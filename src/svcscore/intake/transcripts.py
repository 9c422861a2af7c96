"""Transcripts as input: recognition is skipped, all that follows it runs.

Four formats: the contract's JSON, SRT and WebVTT (`captions`), and Praat's TextGrid (`textgrid`).
Times that make no sense stop the transcript: evidence would point at the wrong second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.audio.files import head, shown, unreadable
from svcscore.errors import InputError
from svcscore.intake.captions import read_srt, read_vtt
from svcscore.intake.encoding import NotUtf8Error, utf8
from svcscore.intake.sidecar import Moment, Name, VisitModel, completed, faults, in_order
from svcscore.intake.speakers import named
from svcscore.intake.textgrid import read_textgrid
from svcscore.intake.turns import MalformedError, StoredTurn, TimesError, turn
from svcscore.records import Context, Kind, Remark, Role

SUFFIXES = frozenset({".json", ".srt", ".vtt", ".textgrid"})

_OVERLAP = 0.01
"""Seconds; less is rounding of the tool that wrote the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTranscript:
    """A transcript that was given: turns by start, `duration` in seconds (end of the last turn)."""

    recording_id: str | None
    context: Context
    turns: tuple[StoredTurn, ...]
    duration: float
    remarks: tuple[Remark, ...] = ()


class _Lenient(BaseModel):
    # other tools' files carry more (words, confidence); what matters here is required
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _TurnModel(_Lenient):
    start: Annotated[float, Field(allow_inf_nan=False)]
    end: Annotated[float, Field(allow_inf_nan=False)]
    role: Role | None = None
    speaker: Name = None
    text: str


class _TranscriptModel(_Lenient):
    recording_id: Name = None
    staff_id: Name = None
    branch_id: Name = None
    counter_id: Name = None
    kind: Kind | None = None
    occurred_at: Moment = None
    visits: tuple[VisitModel, ...] | None = None
    turns: tuple[_TurnModel, ...]


def read_transcript(path: Path, context: Context | None = None) -> StoredTranscript:
    """Read a transcript of any of the four formats, told apart by the name's ending.

    Args:
        path: the file; UTF-8 (a TextGrid may be UTF-16 with a byte order mark, as Praat writes it).
        context: what a sidecar or manifest says; it goes before what the file itself says.

    Returns:
        Turns sorted by start; those without text are left out. Overlaps are kept under the remark
        ``transcript.overlap``; a file without turns has the remark ``audio.silent``.

    Raises:
        InputError: ``input.empty``, ``input.missing``, ``input.unreadable``, ``input.unsupported``,
            ``transcript.invalid``, or ``transcript.times``.
    """
    head(path)
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise unreadable(path, fault) from fault
    suffix = path.suffix.lower()
    try:
        if suffix == ".json":
            return _finished(*_read_json(data), context or Context())
        if suffix not in _READERS:
            raise MalformedError(
                f"{suffix or 'no ending'} is none of {', '.join(sorted(SUFFIXES))}"
            )
        turns = _READERS[suffix](data)
        return _finished(None, Context(), turns, context or Context())
    except TimesError as fault:
        raise InputError(
            "transcript.times", str(fault), "correct the times of these turns", shown(path)
        ) from fault
    except NotUtf8Error as fault:
        raise _invalid(path, f"it is {fault}", "save it as UTF-8") from fault
    except ValidationError as fault:
        told = shown(faults(fault, _TranscriptModel))
        remedy = f'"turns" is a list of start, end, role or speaker, text; roles: {", ".join(Role)}'
        raise _invalid(path, told, remedy) from fault
    except MalformedError as fault:
        raise _invalid(path, str(fault), "export it again as the format says") from fault


def _read_json(data: bytes) -> tuple[str | None, Context, tuple[StoredTurn, ...]]:
    model = _TranscriptModel.model_validate_json(utf8(data))
    context = Context(
        staff_id=model.staff_id,
        branch_id=model.branch_id,
        counter_id=model.counter_id,
        kind=model.kind,
        occurred_at=model.occurred_at,
        visits=in_order(model.visits or ()),
    )
    turns = tuple(
        turn(item.start, item.end, item.text, f"turn {index}", item.speaker, _role(item))
        for index, item in enumerate(model.turns, start=1)
    )
    return model.recording_id, context, turns


def _role(item: _TurnModel) -> Role | None:
    return item.role or (named(item.speaker, "").role if item.speaker else None)


_READERS: dict[str, Callable[[bytes], tuple[StoredTurn, ...]]] = {
    ".srt": read_srt,
    ".vtt": read_vtt,
    ".textgrid": read_textgrid,
}


def _finished(
    recording_id: str | None, own: Context, turns: tuple[StoredTurn, ...], given: Context
) -> StoredTranscript:
    kept = tuple(sorted((t for t in turns if t.text), key=lambda t: t.span))
    end = 0.0
    overlaps = 0
    for item in kept:
        overlaps += item.span.start < end - _OVERLAP
        end = max(end, item.span.end)
    remarks: list[Remark] = []
    if overlaps:
        remarks.append(
            Remark(
                code="transcript.overlap",
                message=f"{overlaps} turns begin before an earlier one ends; kept as such",
                remedy="nothing to do where people spoke at once; else correct the times",
            )
        )
    if not kept:
        remarks.append(
            Remark(
                code="audio.silent",
                message="the transcript holds no words; this cannot be judged and is no zero",
                remedy="check the tool that wrote it, if somebody spoke",
            )
        )
    return StoredTranscript(
        recording_id=recording_id,
        context=completed(given, own),
        turns=kept,
        duration=end,
        remarks=tuple(remarks),
    )


def _invalid(path: Path, told: str, remedy: str) -> InputError:
    return InputError("transcript.invalid", told, remedy, shown(path))
