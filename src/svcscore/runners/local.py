"""Processes on this machine: a worker that dies takes one task with it, not the run.

Each worker has a pipe of its own and shares no lock with anybody. Pools of the standard library and of
pebble share queues whose locks die with whoever holds them: a worker that was killed at the wrong
moment stopped all others for good (`tests/faults`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any

from svcscore.runners.base import Done, Result, Task
from svcscore.runners.limits import Excess, Guard, Limits

ATTEMPTS = 2
"""A task whose worker died is tried once more: the machine may have been short of memory."""
_TICK = 0.25
"""Seconds between two looks at how far the workers are."""
_MOST_TASKS = 200
"""Tasks after which a worker is started anew: what libraries leak does not add up for weeks."""
_PATIENCE = 5.0
"""Seconds that a worker without work may take to end."""


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
        count = min(self._workers, len(tasks))
        if not count:
            return
        context = multiprocessing.get_context("spawn")
        # no lock: a worker that is killed while it holds one would stop all others
        told = context.Array("d", len(tasks), lock=False)
        guard = Guard(self._limits, self._limits.bytes_each(count))
        workers = [_Worker(context, work, told) for _ in range(count)]
        try:
            yield from _drain(workers, tasks, progress, told, guard)
        finally:
            for worker in workers:
                worker.end()


def _drain(
    workers: Sequence[_Worker],
    tasks: Sequence[Task],
    progress: Callable[[int, float], None],
    told: SynchronizedArray[float],
    guard: Guard,
) -> Iterator[Done[Result]]:
    waiting = deque(range(len(tasks)))
    tried: dict[int, list[Excess | None]] = {}
    while waiting or any(worker.index is not None for worker in workers):
        for worker in workers:
            if worker.index is None and waiting:
                following = waiting.popleft()
                worker.give(following, tasks[following])
        busy = [worker for worker in workers if worker.index is not None]
        ready = wait([at for worker in busy for at in worker.signs], timeout=_TICK)
        for worker in busy:
            index = worker.index
            assert index is not None
            progress(index, told[index])
            if not any(at in ready for at in worker.signs):
                guard.look(index, worker.pid, told[index])
                continue
            try:
                yield Done(index=index, result=worker.answer())
            except EOFError:
                reasons = tried.setdefault(index, [])
                reasons.append(guard.excess(index))
                died = worker.anew()
                if len(reasons) < ATTEMPTS:
                    waiting.appendleft(index)
                else:
                    excess = reasons[0] if len(set(reasons)) == 1 else None
                    yield Done(index=index, result=None, died=died, excess=excess)


class _Worker:
    """A process, the pipe to it, and the task that it works on (`index`)."""

    def __init__(
        self,
        context: SpawnContext,
        work: Callable[[Any, Callable[[float], None]], Any],
        told: SynchronizedArray[float],
    ) -> None:
        self._context = context
        self._work = work
        self._told = told
        self.index: int | None = None
        self._begin()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid or 0

    @property
    def signs(self) -> tuple[Connection, int]:
        """What is ready when it has answered or ended."""
        return self._pipe, self._process.sentinel

    def give(self, index: int, task: Any) -> None:  # noqa: ANN401
        """Let it do a task."""
        self.index = index
        self._given += 1
        with contextlib.suppress(OSError):  # it has just died, which `answer` will tell
            self._pipe.send((index, task))

    def answer(self) -> Any:  # noqa: ANN401
        """The result of its task.

        Raises:
            EOFError: where it died before it had one.
            BaseException: what the task raised.
        """
        if not self._pipe.poll():
            raise EOFError
        try:
            fine, result = self._pipe.recv()
        except OSError as fault:
            raise EOFError from fault
        self.index = None
        if not fine:
            raise result
        if self._given >= _MOST_TASKS:
            self.end()
            self._begin()
        return result

    def anew(self) -> str:
        """Start another process in its place; how this one ended."""
        self._process.join()
        code = self._process.exitcode
        self._pipe.close()
        self.index = None
        self._begin()
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def end(self) -> None:
        """End the process: at once where it works, else when it has seen that nothing comes."""
        self._pipe.close()
        if self.index is None:
            self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _begin(self) -> None:
        self._given = 0
        self._pipe, theirs = self._context.Pipe()
        self._process: SpawnProcess = self._context.Process(
            target=_serve, args=(theirs, self._work, self._told, os.getpid()), daemon=True
        )
        self._process.start()
        theirs.close()  # so that the pipe ends with the process


def _serve(
    pipe: Connection,
    work: Callable[[Any, Callable[[float], None]], Any],
    told: Any,  # noqa: ANN401  # a raw shared array has no public type
    parent: int,
) -> None:
    """In a worker: do what comes until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    while True:
        try:
            index, task = pipe.recv()
        except (EOFError, OSError):
            return

        def tell(seconds: float, index: int = index) -> None:
            told[index] = seconds

        try:
            answer = (True, work(task, tell))
        except BaseException as fault:  # it is the parent's to handle
            answer = (False, fault)
        pipe.send(answer)


def _end_with(parent: int) -> None:
    """End this process once its parent is gone: nobody would take its result."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
