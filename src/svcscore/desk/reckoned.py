"""What takes long to reckon, kept for as long as it is true, or a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from svcscore.desk import clock
from svcscore.desk.recent import Recent
from svcscore.store.database import Database
from svcscore.store.desk import trend_rows

T = TypeVar("T")
MINUTE_S = 60.0
"""Seconds after which everything is reckoned anew: what a rescore changed is not noticed before."""
WORTH = 20.0
"""What is no longer quite true is shown for so many times as long as it took to reckon: what took
0.1 s is reckoned anew two seconds after a decision, what took 3 s after a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning(Generic[T]):
    """A result, and of when it is."""

    value: T
    at: str
    state: tuple[int, ...]
    """Of the database."""
    cost_s: float
    made: float
    """`time.monotonic`."""

    def holds(self, state: tuple[int, ...]) -> bool:
        """Whether it may still be shown."""
        allowed = MINUTE_S if self.state == state else min(MINUTE_S, WORTH * self.cost_s)
        return time.monotonic() - self.made < allowed


class Reckoned(Generic[T]):
    """Results by what was asked for; any thread may ask.

    Args:
        most: results that are kept.
    """

    def __init__(self, most: int) -> None:
        self._kept: Recent[tuple[str, Hashable], Reckoning[T]] = Recent(most)
        self._one_reckons = Lock()

    def get(self, database: Database, asked: Hashable, reckon: Callable[[], T]) -> Reckoning[T]:
        """The result of `reckon`, or the one of before where it may still be shown.

        Args:
            database: open.
            asked: what is reckoned.
            reckon: does it.
        """
        key = (database.shown, asked)
        with database.reading() as connection:
            state = trend_rows.state(connection)
        found = self._kept.get(key)
        if found is None or not found.holds(state):
            # one at a time: it takes all of a core, and the next may want the same
            with self._one_reckons:
                found = self._kept.get(key)
                if found is None or not found.holds(state):
                    begun = time.monotonic()
                    value = reckon()
                    now = time.monotonic()
                    found = Reckoning(
                        value=value, at=clock.now(), state=state, cost_s=now - begun, made=now
                    )
                    self._kept.put(key, found)
        return found
