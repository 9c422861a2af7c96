"""How long a file says it is, without decoding it: for telling how far a run is."""

from __future__ import annotations

from pathlib import Path

import av

from svcscore.audio.decode import open_media


def declared_seconds(path: Path) -> float | None:
    """Seconds as the container announces them (they may lie); None where it cannot be opened."""
    try:
        with open_media(path) as container:
            return container.duration / av.time_base if container.duration else None
    except (av.error.FFmpegError, OSError, ValueError):
        return None
