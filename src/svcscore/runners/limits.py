"""What one task may take, and what to do with a worker that takes more: it is killed.

Memory is what the process really holds (resident set): limits of the address space would also hit
what the recogniser maps and never touches. Time is measured from the last sign of progress, so that
a long recording may take long and a decoder that hangs may not.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Literal

import psutil

Excess = Literal["time", "memory"]

STALL = 1200.0
"""Seconds without progress: loading the models and decoding a day of audio take far less."""
_SHARE = 0.8
"""Of the machine's memory, for all workers together."""
_LEAST_BYTES = 2 << 30
"""The recogniser, its models and an hour of audio need 1.2 GiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`stall`: seconds without progress; `memory`: bytes of the resident set of one worker."""

    stall: float = STALL
    memory: int | None = None
    """None for a fair share of the machine's memory."""

    def bytes_each(self, workers: int) -> int:
        """Bytes that each of `workers` may hold."""
        if self.memory is not None:
            return self.memory
        return max(_LEAST_BYTES, int(_SHARE * psutil.virtual_memory().total / workers))


@dataclass(slots=True)
class Guard:
    """Watches the workers of one run; one call of `look` for each look at a task."""

    limits: Limits
    most_bytes: int
    _since: dict[int, tuple[int, float, float]] = field(default_factory=dict)
    """Of each task: its process, how far it was (seconds of audio), and when that was first seen."""
    _taken: dict[int, Excess] = field(default_factory=dict)

    def look(self, index: int, process: int, done: float) -> None:
        """Kill `process` if the task at `index` holds too much, or has got no further for too long.

        Args:
            index: of the task.
            process: that works on it; 0 where none does yet.
            done: seconds of audio that it is through.
        """
        if not process:
            return
        now = time.monotonic()
        seen = self._since.get(index)
        if seen is None or seen[:2] != (process, done):
            self._since[index] = (process, done, now)
        elif now - seen[2] > self.limits.stall:
            self._end(index, process, "time")
            return
        try:
            held = psutil.Process(process).memory_info().rss
        except psutil.Error:
            return  # it has just ended
        if held > self.most_bytes:
            self._end(index, process, "memory")

    def excess(self, index: int) -> Excess | None:
        """Why the worker of the task was killed here, if it was; asked once for each attempt."""
        self._since.pop(index, None)
        return self._taken.pop(index, None)

    def _end(self, index: int, process: int, why: Excess) -> None:
        self._taken[index] = why
        os.kill(process, signal.SIGKILL)
