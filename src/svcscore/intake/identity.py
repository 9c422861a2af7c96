"""Which file is which: by content, not by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from svcscore.audio.files import unreadable

_PIECE = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of the content in hex, read in pieces of 1 MiB.

    Raises:
        InputError: ``input.missing`` or ``input.unreadable``.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as fault:
        raise unreadable(path, fault) from fault
    return digest.hexdigest()
