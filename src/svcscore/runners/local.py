"""Processes on this machine (pebble): a worker that dies takes one task with it, not the run."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any

from pebble import ProcessExpired, ProcessPool

from svcscore.runners.base import Done, Result, Task
from svcscore.runners.limits import Excess, Guard, Limits

ATTEMPTS = 2
"""A task whose worker died is tried once more: the machine may have been short of memory."""
_TICK = 0.25
"""Seconds between two looks at how far the workers are."""

_AHEAD = 4
"""Tasks of each worker that are handed out before they can begin."""
_MOST_TASKS = 200
"""Tasks after which a worker is started anew: what libraries leak does not add up for weeks."""

_told: Any = None
"""In a worker: the shared array of seconds done, by task, and behind them the process of each."""


class LocalRunner:
    """`workers` processes, started anew (spawn): nothing is inherited by accident."""

    def __init__(self, workers: int, limits: Limits | None = None) -> None:
        self._workers = workers
        self._limits = limits or Limits()

    def run(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task, Callable[[float], None]], Result],
        progress: Callable[[int, float], None],
    ) -> Iterator[Done[Result]]:
        """See `Runner`. An exception of `work` itself is raised here and ends the run."""
        context = multiprocessing.get_context("spawn")
        # no lock: a worker that is killed while it holds one would stop all others
        told = context.Array("d", max(2, 2 * len(tasks)), lock=False)
        workers = min(self._workers, max(1, len(tasks)))
        guard = Guard(self._limits, self._limits.bytes_each(workers))
        pool = ProcessPool(
            max_workers=workers,
            max_tasks=_MOST_TASKS,
            initializer=_begin,
            initargs=(told, os.getpid()),
            context=context,
        )
        with pool:
            try:
                yield from _drain(pool, tasks, work, progress, told, guard, workers)
            except BaseException:
                pool.stop()  # type: ignore[no-untyped-call]
                raise


def _drain(
    pool: ProcessPool,
    tasks: Sequence[Task],
    work: Callable[[Task, Callable[[float], None]], Result],
    progress: Callable[[int, float], None],
    told: SynchronizedArray[float],
    guard: Guard,
    workers: int,
) -> Iterator[Done[Result]]:
    waiting = deque(range(len(tasks)))
    running: dict[Future[Result], int] = {}
    tried: dict[int, list[Excess | None]] = {}
    while waiting or running:
        # few at a time: to wait for a million futures takes long each time that one ends
        while waiting and len(running) < _AHEAD * workers:
            index = waiting.popleft()
            told[len(tasks) + index] = 0
            running[pool.schedule(_do, args=(work, index, tasks[index]))] = index
        ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
        for future, index in running.items():
            progress(index, told[index])
            if not future.done():
                guard.look(index, int(told[len(tasks) + index]), told[index])
        for future in ended:
            index = running.pop(future)
            try:
                yield Done(index=index, result=future.result())
            except ProcessExpired as fault:
                reasons = tried.setdefault(index, [])
                reasons.append(guard.excess(index))
                if len(reasons) < ATTEMPTS:
                    waiting.appendleft(index)
                else:
                    excess = reasons[0] if len(set(reasons)) == 1 else None
                    yield Done(index=index, result=None, died=_how(fault), excess=excess)


def _how(fault: ProcessExpired) -> str:
    code = fault.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _begin(told: Any, parent: int) -> None:  # noqa: ANN401  # a raw shared array has no public type
    global _told
    _told = told
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent is gone: nobody would take its result."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _do(work: Callable[[Task, Callable[[float], None]], Result], index: int, task: Task) -> Result:
    def tell(seconds: float) -> None:
        _told[index] = seconds

    _told[len(_told) // 2 + index] = os.getpid()
    return work(task, tell)
