"""Where recordings lie, and whether what lies there is still what was scored.

A path of the database is believed no further than the folder that the desk was given, and a file no
further than its digest.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from svcscore.audio.stretch import Stretches
from svcscore.desk.recent import Recent
from svcscore.errors import InputError
from svcscore.records import Recording

_OPEN = 12
"""Recordings that stay open: a long MP4 takes a tenth of a second and 20 MB to be opened."""
_KNOWN = 10_000
"""Files whose digests are remembered."""
_Mark: TypeAlias = tuple[str, int, int, int, int, int]
"""Path, device, inode, size, and times of change: another content has another mark."""


class Recordings:
    """The recordings below one folder; any thread may ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: Recent[_Mark, str] = Recent(_KNOWN)
        self._opened: Recent[_Mark, Stretches] = Recent(_OPEN)
        self._one_reads = Lock()

    def open(self, recording: Recording) -> Stretches:
        """A recording to be read from, when its content was found to be what was scored.

        The first time the whole file is read for its digest: half a second for eight hours of WAV.

        Raises:
            InputError: ``desk.no_recording``, ``desk.other_recording`` or ``audio.unreadable``.
        """
        path = self.locate(recording.path)
        mark = _mark(path)
        if self._digest(path, mark) != recording.sha256:
            raise _another()
        opened = self._opened.get(mark)
        if opened is None:
            opened = Stretches(path)
            self._opened.put(mark, opened)
        return opened

    def locate(self, given: str) -> Path:
        """The file that a path of the database names.

        Raises:
            InputError: ``desk.no_recording`` where it is not there, is no file, or lies elsewhere.
        """
        try:
            folder = self._folder.resolve(strict=True)
            path = (folder / given).resolve(strict=True)
            if path.is_relative_to(folder) and stat.S_ISREG(path.stat().st_mode):
                return path
        except (OSError, ValueError, RuntimeError):
            pass  # what lies outside of the folder is told as what is not there
        raise _not_there()

    def _digest(self, path: Path, mark: _Mark) -> str:
        known = self._digests.get(mark)
        if known is not None:
            return known
        # one at a time: two that ask for the same file would both read all of it
        with self._one_reads:
            known = self._digests.get(mark)
            if known is None:
                known = _read_digest(path)
                if _mark(path) != mark:
                    raise _another()
                self._digests.put(mark, known)
        return known


def _mark(path: Path) -> _Mark:
    try:
        found = path.lstat()
    except OSError as fault:
        raise _not_there() from fault
    moments = (found.st_mtime_ns, found.st_ctime_ns)
    return (str(path), found.st_dev, found.st_ino, found.st_size, *moments)


def _read_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise _not_there() from fault


def _not_there() -> InputError:
    return InputError(
        "desk.no_recording",
        "the recording is not where it was when it was scored",
        "put it back below the folder that `svcscore review serve --recordings` names",
    )


def _another() -> InputError:
    return InputError(
        "desk.other_recording",
        "the file in the place of the recording holds something else, and is not played",
        "put the recording that was scored back into its place",
    )
