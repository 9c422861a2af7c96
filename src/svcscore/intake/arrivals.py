"""Which files of a folder have arrived completely: those that have stood still for a while.

A share tells of no events, and a copy that is under way cannot be asked whether it is done; so a file,
with its sidecar, counts as complete once size and time of change have been the same for `settle`
seconds by this process's own clock. The clocks of recorders do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from svcscore.intake.discover import Item

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Size, time of change (ns) and inode of a recording and of its sidecar."""


@dataclass(slots=True)
class Arrivals:
    """Remembers since when each file has been as it is.

    Args:
        settle: seconds that a file must stand still.
    """

    settle: float
    _seen: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)

    def complete(self, items: Iterable[Item], now: float) -> tuple[Item, ...]:
        """The items that have stood still long enough.

        Args:
            items: all that is there now; what is gone is forgotten.
            now: seconds of a clock that only goes on.
        """
        seen: dict[Path, tuple[Stamp, float]] = {}
        found = []
        for item in items:
            stamp = _stamp(item.path)
            if stamp[0] is None:
                continue  # it has just gone
            before, since = self._seen.get(item.path, (None, now))
            if before != stamp:
                since = now
            seen[item.path] = (stamp, since)
            if now - since >= self.settle:
                found.append(item)
        self._seen = seen
        return tuple(found)

    def stamps(self, items: Iterable[Item]) -> tuple[tuple[Path, Stamp], ...]:
        """What `items` were last seen as: the same again means that nothing is new."""
        return tuple((item.path, self._seen[item.path][0]) for item in items)


def _stamp(path: Path) -> Stamp:
    return tuple(_of(one) for one in (path, path.with_suffix(".json")))


def _of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
