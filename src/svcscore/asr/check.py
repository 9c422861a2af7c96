"""Whether weights are what they should be: SHA-256, remembered for files that did not change.

Hashing the 145 MB of the base model takes 0.1–0.5 s, and a large model ten seconds, at every start
of every worker. So the digest of a file is kept in the cache together with the file's device, inode,
size, and times of change to the nanosecond; whoever writes to the file, or puts another in its
place, changes one of them. This finds accidents; bits that rot without a write are found by
``svcscore models verify``, which always reads everything. It is no protection from somebody who may
write the user's own cache: they could as well replace svcscore.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from svcscore.asr.cache import cache_folder
from svcscore.asr.manifest import Model, WeightFile

Status = Literal["ok", "missing", "corrupt"]


def sha256_of(path: Path, *, fresh: bool = False) -> str:
    """SHA-256 of a file in hex; `fresh` reads the file whatever is remembered.

    Raises:
        OSError: where the file cannot be read.
    """
    before = _mark(path)
    stamp = cache_folder() / "stamps" / f"{before[1]}.json"
    if not fresh:
        with suppress(OSError, ValueError, KeyError, TypeError):
            remembered = json.loads(stamp.read_bytes())
            if remembered["mark"] == before:
                return str(remembered["sha256"])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if _mark(path) == before:  # else it was written to meanwhile
        with suppress(OSError):  # a read-only cache: the file is read again next time
            _write(stamp, json.dumps({"mark": before, "sha256": digest}))
    return digest


def _mark(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def faults(model: Model, folder: Path, *, fresh: bool = False) -> tuple[str, ...]:
    """Names of the files in `folder` that are absent, unreadable, or not those of the manifest."""
    return tuple(file.name for file in model.files if not _same(file, folder / file.name, fresh))


def _same(file: WeightFile, path: Path, fresh: bool) -> bool:
    try:
        return path.stat().st_size == file.size and sha256_of(path, fresh=fresh) == file.sha256
    except OSError:
        return False


def condition(model: Model, folder: Path, *, fresh: bool = False) -> Status:
    """``missing`` without the main file, ``corrupt`` where any file is not that of the manifest."""
    if not os.path.lexists(folder / model.main.name):
        return "missing"
    return "corrupt" if faults(model, folder, fresh=fresh) else "ok"
