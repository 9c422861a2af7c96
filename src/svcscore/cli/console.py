"""What a run tells the terminal: bars where there is one, plain lines in a pipe."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from svcscore.batch import Progress as Step
    from svcscore.reports.lines import RecordingLine
    from svcscore.reports.summary import Summary
    from svcscore.work import Task

_BYTES_PER_SECOND = 16_000
"""Taken for the length of a file that does not tell its own."""


class Console:
    """Speaks to stderr while the run goes on, and to stdout at its end."""

    def __init__(self, *, quiet: bool, log_format: str = "text") -> None:
        self._quiet = quiet
        self._json = log_format == "json"
        self._errors = Terminal(stderr=True, soft_wrap=True, highlight=False, markup=False)
        self._bar: Progress | None = None
        self._bar_task = TaskID(0)
        self._begun = time.monotonic()
        self._lengths: list[float] = []
        self._done: list[float] = []
        self._ended = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def failures(self, recordings: Sequence[RecordingLine]) -> None:
        """Every input that could not be judged, also those that an earlier call tried."""
        for line in recordings:
            if line.error is not None and line.status != "ok":
                if self._json:
                    error = line.error.model_dump(exclude_none=True)
                    self._log(line.status, path=line.path, **error)
                    continue
                told = f"{line.error.message} [{line.error.code}] → {line.error.remedy}"
                self._errors.print(f"{line.status}: {line.path}: {told}")

    def began(self, tasks: Sequence[Task]) -> None:
        """The inputs that have to be done."""
        self._begun = time.monotonic()
        self._lengths = [_length(task) for task in tasks]
        self._done = [0.0] * len(tasks)
        self._ended = 0
        self.__exit__()
        if self._quiet or self._json or not tasks or not self._errors.is_terminal:
            return
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=self._errors,
        )
        self._bar_task = self._bar.add_task(
            f"0/{len(tasks)} inputs", total=sum(self._lengths), told=""
        )
        self._bar.start()

    def progress(self, step: Step) -> None:
        """How far one input is, or how it ended."""
        length = self._lengths[step.index]
        self._done[step.index] = length if step.ended else min(step.seconds, length)
        if step.ended is not None:
            self._ended += 1
            self._tell(step)
        if self._bar is not None:
            done = sum(self._done)
            self._bar.update(
                self._bar_task,
                completed=done,
                description=f"{self._ended}/{len(self._done)} inputs",
                told=f"{done:.0f} of {sum(self._lengths):.0f} s audio, RTF {self._factor(done)}",
            )

    def _factor(self, done: float) -> str:
        """Real-time factor: seconds of work to a second of audio."""
        return f"{(time.monotonic() - self._begun) / done:.2f}" if done > 0 else "–"

    def _tell(self, step: Step) -> None:
        ended = step.ended
        assert ended is not None
        if self._quiet:
            return
        if self._json:
            self._log(
                "ended",
                path=ended.path,
                audio_seconds=round(ended.seconds, 2),
                code=ended.code,
                done=self._ended,
                of=len(self._done),
            )
            return
        told = f"failed [{ended.code}]" if ended.code else ended.told
        if self._errors.is_terminal:
            if told:
                self._errors.print(f"{ended.path}: {told}")
            return
        count = f"{self._ended}/{len(self._done)}"
        factor = self._factor(sum(self._done))
        self._errors.print(
            f"{count} {ended.path}: {ended.seconds:.1f} s, RTF {factor}{told and f' ({told})'}"
        )

    def note(self, event: str, told: str, **fields: object) -> None:
        """Something that concerns no single input."""
        if self._json:
            self._log(event, told=told, **fields)
        elif not self._quiet:
            self._errors.print(told)

    def _log(self, event: str, **fields: object) -> None:
        """One event as a line of JSON; it names files and codes, never what was said."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "event": event, **fields}
        self._errors.print(json.dumps(line, ensure_ascii=False))

    def summary(self, summary: Summary, fresh: int, out: Path) -> None:
        """The table at the end."""
        from svcscore.reports.summary import table

        terminal = Terminal(soft_wrap=True, highlight=False)
        terminal.print(table(summary))
        terminal.print(
            f"{fresh} done now, {summary.inputs - fresh} before or not at all; "
            f"report: {out / 'report.html'}",
            markup=False,
        )


def _length(task: Task) -> float:
    from svcscore.audio.length import declared_seconds

    if task.item.kind == "transcript":
        return 1.0
    declared = declared_seconds(task.item.path)
    return declared or task.item.path.stat().st_size / _BYTES_PER_SECOND
