"""Where the packaged data lies: inside the wheel, or beside `src/` in a source tree."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path


def data_folder(name: str) -> Path:
    """The folder of packaged data called `name` (``lexicons`` or ``models``).

    Raises:
        FileNotFoundError: where neither the wheel nor the source tree has it.
    """
    package = Path(str(files("svcscore")))
    for folder in (package / "_data" / name, package.parents[1] / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"packaged data {name!r} is missing: reinstall svcscore")


def digest_of(folder: Path, *patterns: str) -> str:
    """SHA-256 in hex over the relative names and bytes of the files that match, in sorted order."""
    digest = hashlib.sha256()
    found = sorted({path for pattern in patterns for path in folder.rglob(pattern)})
    for path in found:
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
