"""Folders of files for other tools. Each file is there whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from svcscore.records import Scored
from svcscore.reports.exchange.captions import srt, vtt
from svcscore.reports.exchange.label_studio import labeling_config, tasks
from svcscore.reports.exchange.rttm import rttm
from svcscore.reports.exchange.textgrid import textgrid
from svcscore.reports.whole import whole

TEXTS: Mapping[str, tuple[str, Callable[[Scored], str]]] = {
    "srt": ("srt", srt),
    "vtt": ("vtt", vtt),
    "rttm": ("rttm", rttm),
    "textgrid": ("TextGrid", textgrid),
}
"""Formats with one file a recording: the ending of its name, and what is in it."""
TASKS, CONFIG = "tasks.json", "config.xml"
_LONGEST = 120
"""Bytes of a name that are taken from the recording's; file systems hold 255 in all."""
_UNSAFE = re.compile(r"[^\w\-]+")


def write_texts(folder: Path, recordings: Iterable[Scored], form: str) -> None:
    """Write a file for each recording.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        recordings: what was scored.
        form: one of `TEXTS`.

    Raises:
        OSError: where one cannot be written; the others stay.
    """
    ending, written = TEXTS[form]
    folder.mkdir(parents=True, exist_ok=True)
    for scored in recordings:
        _write(folder / f"{safe_name(scored)}.{ending}", written(scored))


def write_tasks(folder: Path, recordings: Iterable[Scored], audio_prefix: str) -> None:
    """Write tasks and labelling config for Label Studio.

    Raises:
        OSError: where they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / TASKS, tasks(recordings, audio_prefix=audio_prefix))
    _write(folder / CONFIG, labeling_config())


def safe_name(scored: Scored) -> str:
    """A name for a recording's files, of letters, digits, ``_`` and ``-``, and no other's.

    It begins as the recording's own name does, so that players and people find the two together.
    """
    stem = _UNSAFE.sub("_", PurePosixPath(scored.recording.path).stem).strip("_-")
    cut = stem.encode()[:_LONGEST].decode(errors="ignore")
    return "-".join(part for part in (cut, scored.seed or scored.recording.id) if part)


def _write(path: Path, text: str) -> None:
    with whole(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="")
