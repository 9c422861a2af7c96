"""The output folder: the files that people read, and beside them what a run remembers.

Files are written whole or not at all, and only where their content changes; a second run over the
same inputs touches nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from svcscore import __version__
from svcscore.errors import OutputError
from svcscore.reports.contract import parse_interactions, parse_recordings
from svcscore.reports.whole import whole

_OURS = ".svcscore"
_SECRET = 0o700
"""Rights of what holds speech: the owner's only."""


class Folder:
    """An output folder, made where it is missing.

    Raises:
        OutputError: ``output.unwritable`` or ``output.disk_full``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / _OURS / "journal.sqlite"
        self.lock = path / _OURS / "lock"
        self.clips = path / _OURS / "clips"
        self._written = path / _OURS / "written.json"
        try:
            path.mkdir(parents=True, exist_ok=True)
            self.clips.mkdir(parents=True, exist_ok=True, mode=_SECRET)
            (path / _OURS).chmod(_SECRET)
            with tempfile.TemporaryFile(dir=path):
                pass
        except OSError as fault:
            raise output_error(path, fault) from fault

    def write(self, interactions: Sequence[str], recordings: Sequence[str]) -> None:
        """Bring the four files up to date with the lines.

        Raises:
            OutputError: where one cannot be written; the others stay whole.
        """
        files = {
            "interactions.jsonl": _joined(interactions),
            "recordings.jsonl": _joined(recordings),
        }
        state = hashlib.sha256(__version__.encode())
        for content in files.values():
            state.update(hashlib.sha256(content).digest())
        if self._is_current(state.hexdigest()):
            return
        self._written.unlink(missing_ok=True)
        for name, content in files.items():
            write_atomically(self.path / name, content)
        self._write_reports(interactions, recordings)
        names = (*files, "report.html", "report.xlsx")
        written = {name: _sha256(self.path / name) for name in names}
        told = json.dumps({"state": state.hexdigest(), "files": written}, indent=1)
        write_atomically(self._written, told.encode())

    def _is_current(self, state: str) -> bool:
        try:
            written = json.loads(self._written.read_text("utf-8"))
            files: dict[str, str] = written["files"]
            return written["state"] == state and all(
                _sha256(self.path / name) == sha256 for name, sha256 in files.items()
            )
        except (OSError, ValueError, KeyError):
            return False

    def _write_reports(self, interactions: Sequence[str], recordings: Sequence[str]) -> None:
        from svcscore.reports.html import write_html
        from svcscore.reports.xlsx import write_xlsx

        served, heard = parse_interactions(interactions), parse_recordings(recordings)
        try:
            write_html(self.path / "report.html", served, heard, self._clip)
            write_xlsx(self.path / "report.xlsx", served, heard)
        except OSError as fault:
            raise output_error(self.path, fault) from fault

    def _clip(self, interaction_id: str) -> bytes | None:
        try:
            return (self.clips / f"{interaction_id}.mp3").read_bytes()
        except FileNotFoundError:
            return None


def write_atomically(path: Path, content: bytes) -> None:
    """Write `path` whole: a process that is killed leaves the old content or the new.

    Raises:
        OutputError: ``output.disk_full`` or ``output.unwritable``.
    """
    try:
        with whole(path) as draft:
            draft.write_bytes(content)
    except OSError as fault:
        raise output_error(path, fault) from fault


def output_error(path: Path, fault: OSError) -> OutputError:
    """Why `path` could not be written."""
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutputError(
            "output.disk_full",
            "the disk is full; what is done is kept",
            "free some space and run the same command again",
            str(path),
        )
    return OutputError(
        "output.unwritable",
        f"this cannot be written ({fault.strerror or fault})",
        "choose another --out, or mend the rights of the folder",
        str(path),
    )


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
