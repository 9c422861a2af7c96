"""Processes on this machine (pebble): a worker that dies takes one task with it, not the run."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any

from pebble import ProcessExpired, ProcessPool

from svcscore.runners.base import Done, Result, Task

ATTEMPTS = 2
"""A task whose worker died is tried once more: the machine may have been short of memory."""
_TICK = 0.25
"""Seconds between two looks at how far the workers are."""

_told: Any = None
"""In a worker: the shared array of seconds done, by task."""


class LocalRunner:
    """`workers` processes, started anew (spawn): nothing is inherited by accident."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task, Callable[[float], None]], Result],
        progress: Callable[[int, float], None],
    ) -> Iterator[Done[Result]]:
        """See `Runner`. An exception of `work` itself is raised here and ends the run."""
        context = multiprocessing.get_context("spawn")
        # no lock: a worker that is killed while it holds one would stop all others
        told = context.Array("d", max(1, len(tasks)), lock=False)
        pool = ProcessPool(
            max_workers=min(self._workers, max(1, len(tasks))),
            initializer=_begin,
            initargs=(told, os.getpid()),
            context=context,
        )
        with pool:
            try:
                yield from _drain(pool, tasks, work, progress, told)
            except BaseException:
                pool.stop()  # type: ignore[no-untyped-call]
                raise


def _drain(
    pool: ProcessPool,
    tasks: Sequence[Task],
    work: Callable[[Task, Callable[[float], None]], Result],
    progress: Callable[[int, float], None],
    told: SynchronizedArray[float],
) -> Iterator[Done[Result]]:
    attempts = [1] * len(tasks)

    def begin(index: int) -> Future[Result]:
        future: Future[Result] = pool.schedule(_do, args=(work, index, tasks[index]))
        return future

    running = {begin(index): index for index in range(len(tasks))}
    while running:
        ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
        for index in running.values():
            progress(index, told[index])
        for future in ended:
            index = running.pop(future)
            try:
                yield Done(index=index, result=future.result())
            except ProcessExpired as fault:
                if attempts[index] < ATTEMPTS:
                    attempts[index] += 1
                    running[begin(index)] = index
                else:
                    yield Done(index=index, result=None, died=_how(fault))


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

    return work(task, tell)
