"""Folders and patterns to files, in an order that is the same on every machine.

Hidden files and folders are left alone. Symbolic links are followed within the folder that was named;
one that leads out of it is told and left alone, for who may write there must not choose what else
is read, and so is one that leads back to a folder on its own way down, which would never end.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from svcscore.audio.files import shown, unreadable
from svcscore.records import Failed


@dataclass(slots=True)
class Walk:
    """Walks folders; what goes wrong on the way gathers in `failed`."""

    failed: list[Failed] = field(default_factory=list)

    def files(self, folder: Path) -> Iterator[Path]:
        """Every file below `folder`, sorted by name, links that lead nowhere included.

        A folder that several links lead to is walked once.
        """
        yield from self._below(folder, (), set(), os.path.realpath(folder))

    def _below(
        self, folder: Path, above: tuple[str, ...], seen: set[str], root: str
    ) -> Iterator[Path]:
        real = os.path.realpath(folder)
        if real in above:
            self.failed.append(
                Failed(
                    path=shown(folder),
                    code="input.loop",
                    message="the symbolic link leads back to a folder that holds it",
                    remedy="remove the link; all other files are done",
                )
            )
            return
        if real in seen:
            return
        seen.add(real)
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except OSError as fault:
            error = unreadable(folder, fault)
            self.failed.append(
                Failed(
                    path=shown(folder), code=error.code, message=error.message, remedy=error.remedy
                )
            )
            return
        for name in names:
            path = folder / name
            if path.is_symlink() and self._leads_out(path, root):
                continue
            if os.path.isdir(path):  # noqa: PTH112  # False, not an error, where it may not be asked
                yield from self._below(path, (*above, real), seen, root)
            else:
                yield path

    def _leads_out(self, link: Path, root: str) -> bool:
        target = os.path.realpath(link)
        if os.path.commonpath([root, target]) == root:
            return False
        self.failed.append(
            Failed(
                path=shown(link),
                code="input.outside",
                message="the symbolic link leads out of the folder that was named",
                remedy="name what it leads to as an input of its own, or put a copy here",
            )
        )
        return True

    def matches(self, pattern: str) -> Iterator[Path]:
        """Files that a pattern names, and files below the folders that it names.

        ``*``, ``?`` and ``[...]`` match within a name, ``**`` any number of folders.
        """
        parts = Path(pattern).parts
        if "**" not in parts:
            for found in sorted(glob.glob(pattern)):  # noqa: PTH207  # Path.glob takes no absolute
                if Path(found).is_dir():
                    yield from self.files(Path(found))
                else:
                    yield Path(found)
            return
        # glob's own ** goes round in symbolic links
        fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
        base = Path(*parts[:fixed])
        for path in self.files(base):
            if _fits(path.parts[len(base.parts) :], parts[fixed:]):
                yield path


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether the pattern matches the path or a folder above it."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_fits(parts[skip:], pattern[1:]) for skip in range(len(parts) + 1)) and (
            len(pattern) > 1 or bool(parts)
        )
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
