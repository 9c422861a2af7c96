"""Many stored interactions worked through by processes on all cores; only the caller writes."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection

from svcscore.store.database import Database

_BATCH = 250
"""Interactions that are worked on at once."""
_WORTH_IT = 2
"""Processes (and batches) from which on starting them pays."""

T = TypeVar("T")
Work = Callable[[Connection, Sequence[int]], T]
"""What is done with the interactions that have these keys."""


def spread(database: Database, keys: Sequence[int], make: Callable[[], Work[T]]) -> Iterator[T]:
    """Work on interactions in batches; results come in the order of `keys`.

    Args:
        database: open; each process opens its own.
        keys: of the interactions.
        make: makes the work ready (rules, rubrics) once in each process; can be pickled, as can
            what the work gives.

    Raises:
        StoreError: where the database cannot be used, or what is kept of one cannot be read.
    """
    batches = [keys[at : at + _BATCH] for at in range(0, len(keys), _BATCH)]
    workers = min(len(os.sched_getaffinity(0)), len(batches))
    if workers < _WORTH_IT:
        work = make()
        for batch in batches:
            with database.reading() as connection:
                yield work(connection, batch)
        return
    url = database.url.render_as_string(hide_password=False)
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(url, make)
    )
    with pool:
        # a few batches ahead of the caller, never all of them in memory
        ahead: deque[Future[T]] = deque()
        for batch in batches:
            ahead.append(pool.submit(_work, batch))
            if len(ahead) > 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


_worker: tuple[Database, Work[Any]] | None = None
"""In a process of the pool: its own connection, and the work made ready."""


def _begin(url: str, make: Callable[[], Work[Any]]) -> None:
    global _worker
    _worker = (Database(url), make())


def _work(keys: Sequence[int]) -> Any:  # noqa: ANN401
    assert _worker is not None
    database, work = _worker
    with database.reading() as connection:
        return work(connection, keys)
