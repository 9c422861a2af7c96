"""What a worker process does with one input; loads the stages once and keeps them.

The module itself is light, for the parent process imports it too; the pipeline comes with the first
input.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from svcscore.audio.files import shown
from svcscore.errors import InputError, SvcscoreError
from svcscore.intake.discover import Item
from svcscore.outputs import write_atomically
from svcscore.records import Failed
from svcscore.reports.contract import interaction_line, recording_line
from svcscore.settings import Settings
from svcscore.store.evidence import pack_scored

if TYPE_CHECKING:
    from svcscore.pipeline import Result, Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One input to be done. `key` is its place in the journal; sound goes into `clips`."""

    item: Item
    sha256: str
    key: str
    copy: bool
    settings: Settings
    clips: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What became of an input, as lines; `code` tells why it failed, None where it did not."""

    recording: str
    interactions: tuple[str, ...]
    path: str
    seconds: float
    code: str | None = None
    evidence: bytes | None = None
    """The recording with all that was concluded; None where it could not be judged."""
    told: str = ""
    """What limits the judgement of one that was done, for the terminal."""

    @classmethod
    def failed(cls, failed: Failed) -> Self:
        """Of an input that could not be judged."""
        return cls(
            recording=recording_line(failed),
            interactions=(),
            path=failed.path,
            seconds=0.0,
            code=failed.code,
        )


def failed(task: Task, error: SvcscoreError, seconds: float = 0.0) -> Failed:
    """What becomes of an input under `error`, after `seconds` of work."""
    return Failed(
        path=shown(task.item.path),
        code=error.code,
        message=error.message,
        remedy=error.remedy,
        sha256=task.sha256,
        wall_seconds=seconds,
    )


def work(task: Task, tell: Callable[[float], None]) -> Finished:
    """Do one input; whatever is wrong with it becomes part of the result.

    Raises:
        OutputError, WeightsError, ConfigError: what would stop every other input too.
    """
    begun = time.monotonic()
    try:
        result = _score(task, tell)
        _keep(task.clips, result)
    except InputError as error:
        return Finished.failed(failed(task, error, time.monotonic() - begun))
    except SvcscoreError:
        raise
    except Exception as fault:
        return Finished.failed(failed(task, _internal(fault), time.monotonic() - begun))
    scored = result.scored
    remarks = scored.recording.remarks
    return Finished(
        recording=recording_line(scored),
        interactions=tuple(interaction_line(one, scored) for one in scored.interactions),
        path=scored.recording.path,
        seconds=scored.recording.duration,
        evidence=pack_scored(scored),
        told="; ".join(f"{remark.message} [{remark.code}]" for remark in remarks),
    )


@cache
def _stages(settings: Settings, hearing: bool) -> Stages:
    from svcscore.pipeline import load_stages

    return load_stages(settings, hearing=hearing)


def _score(task: Task, tell: Callable[[float], None]) -> Result:
    from svcscore.pipeline import score_recording, score_transcript

    stages = _stages(task.settings, task.item.kind == "audio")
    if task.item.kind == "transcript":
        return score_transcript(task.item, task.sha256, stages, copy=task.copy)
    return score_recording(task.item, task.sha256, stages, copy=task.copy, tell=tell)


def _keep(folder: Path, result: Result) -> None:
    for name, sound in result.clips:
        write_atomically(folder / f"{name}.mp3", sound)


def _internal(fault: Exception) -> InputError:
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    return InputError(
        "internal.error",
        f"{type(fault).__name__} at {where}: {fault}",
        "this is a fault of svcscore: report it with this line; the other files are done",
    )
