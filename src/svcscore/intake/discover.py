"""What a run is given, as a plan: which files, of which kind, and what the bank says about each.

Everything that is wrong with one input becomes a `Failed` beside the plan's items; only a wrong
call (no input at all, a broken manifest) stops the run.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic_core import from_json

from svcscore.audio.files import shown, unreadable
from svcscore.errors import InputError, UsageError
from svcscore.intake.encoding import utf8
from svcscore.intake.manifest import Row, read_manifest
from svcscore.intake.queue import read_queue, with_visits
from svcscore.intake.rttm import read_rttm
from svcscore.intake.sidecar import completed, read_sidecar
from svcscore.intake.transcripts import SUFFIXES as TRANSCRIPT_SUFFIXES
from svcscore.intake.walk import Walk
from svcscore.records import Context, Failed

AUDIO_SUFFIXES = frozenset({
    ".wav", ".wave", ".w64", ".mp3", ".mp2", ".mpga", ".m4a", ".m4b", ".m4v", ".aac", ".ac3",
    ".mp4", ".mov", ".3gp", ".3g2", ".flac", ".ogg", ".oga", ".opus", ".spx", ".webm", ".mkv",
    ".mka", ".amr", ".awb", ".gsm", ".wma", ".wmv", ".asf", ".aiff", ".aif", ".aifc", ".au",
    ".snd", ".caf", ".avi", ".flv", ".mpg", ".mpeg", ".ape", ".wv", ".tta",
})  # fmt: skip
_BEST_FIRST = (".json", ".textgrid", ".vtt", ".srt")
"""Which of several transcripts of one name is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One input. `context` is what sidecar and manifest say, the manifest going first."""

    path: Path
    kind: Literal["audio", "transcript"]
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, in order of the inputs, and what cannot be done (not yet tried are the items)."""

    items: tuple[Item, ...]
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A file that was reached; `named` where the user named it rather than its folder."""

    path: Path
    named: bool
    row: Row | None = None

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def place(self) -> tuple[str, str]:
        """Folder and stem: what a recording shares with its sidecar and its transcript."""
        return os.path.realpath(self.path.parent), self.path.stem


def discover(
    inputs: Sequence[str], manifest: Path | None = None, queue: Path | None = None
) -> Plan:
    """Find what `inputs` and `manifest` name.

    Args:
        inputs: files, folders (recursive) and patterns (``*``, ``?``, ``[...]``, ``**``). A path
            that exists is never taken for a pattern. A file that is named is tried whatever its
            ending; in folders and patterns only known endings count.
        manifest: a CSV; its rows are inputs too.
        queue: a CSV of the queue system, for recordings that have no visits of their own.

    Returns:
        Each file once, by its resolved path, however often it is reached.

    Raises:
        UsageError: ``manifest.invalid``, ``manifest.encoding``, ``queue.invalid``,
            ``queue.encoding``, or ``input.missing`` where nothing is given.
    """
    if not inputs and manifest is None:
        raise UsageError(
            "input.missing", "no input is given", "name files, folders, patterns or a --manifest"
        )
    rows = read_manifest(manifest) if manifest is not None else ()
    tickets = read_queue(queue) if queue is not None else ()
    gathered = _Gathered()
    for text in inputs:
        gathered.add_input(text)
    for row in rows:
        gathered.add_row(row)
    plan = _planned(gathered)
    if not tickets:
        return plan
    items = (replace(item, context=with_visits(item.context, tickets)) for item in plan.items)
    return replace(plan, items=tuple(items))


@dataclass(slots=True)
class _Gathered:
    """Files by resolved path, in the order in which they were first reached."""

    files: dict[str, _Found] = field(default_factory=dict)
    walk: Walk = field(default_factory=Walk)

    @property
    def failed(self) -> list[Failed]:
        return self.walk.failed

    def add_input(self, text: str) -> None:
        """A file, folder or pattern as the user wrote it."""
        path = Path(text)
        faults = len(self.failed)
        if os.path.lexists(text):
            if os.path.isdir(path):  # noqa: PTH112  # False, not an error, where it may not be asked
                if not self._add_all(self.walk.files(path)) and faults == len(self.failed):
                    self._fail(
                        path,
                        InputError(
                            "input.nothing",
                            "the folder holds no recording and no transcript",
                            "check the folder; known endings are "
                            + " ".join(sorted(AUDIO_SUFFIXES | TRANSCRIPT_SUFFIXES)),
                        ),
                        skipped=True,
                    )
            else:
                self._add(_Found(path=path, named=True))
        elif not self._add_all(self.walk.matches(text)) and faults == len(self.failed):
            self._fail(
                path,
                InputError(
                    "input.missing",
                    "there is no such file or folder, and as a pattern it matches nothing",
                    "check the path; put patterns in quotes",
                ),
            )

    def add_row(self, row: Row) -> None:
        """A row of the manifest: an input, and what completes the context of one."""
        if not os.path.lexists(row.path):
            self._fail(
                row.path,
                InputError(
                    "input.missing",
                    f"line {row.line} of the manifest names a file that does not exist",
                    "paths are relative to the manifest's folder",
                ),
            )
            return
        self._add(_Found(path=row.path, named=True, row=row))

    def _add_all(self, paths: Iterator[Path]) -> bool:
        """Add what has a known ending; whether there was any."""
        any_known = False
        for path in paths:
            if path.suffix.lower() in AUDIO_SUFFIXES | TRANSCRIPT_SUFFIXES:
                any_known = True
                self._add(_Found(path=path, named=False))
        return any_known

    def _add(self, found: _Found) -> None:
        try:
            regular = stat.S_ISREG(found.path.stat().st_mode)
        except OSError as fault:
            self._fail(found.path, unreadable(found.path, fault))
            return
        if not regular:
            told = "neither a file nor a folder" if not found.path.is_dir() else "a folder"
            self._fail(
                found.path,
                InputError("input.unsupported", f"this is {told}", "name a recording"),
            )
            return
        real = os.path.realpath(found.path)
        known = self.files.get(real)
        if known is not None:
            found = _Found(
                path=known.path, named=known.named or found.named, row=found.row or known.row
            )
        self.files[real] = found

    def _fail(self, path: Path, error: InputError, *, skipped: bool = False) -> None:
        self.failed.append(_failed(path, error, skipped=skipped))


def _planned(gathered: _Gathered) -> Plan:
    failed = list(gathered.failed)
    audio = {f.place for f in gathered.files.values() if f.suffix not in TRANSCRIPT_SUFFIXES}
    transcripts = _best_transcripts(gathered.files.values())
    items: list[Item] = []
    for found in gathered.files.values():
        try:
            item = _item(found, audio, transcripts)
        except InputError as error:
            failed.append(_failed(found.path, error))
        except _SkippedError as skipped:
            failed.append(_failed(found.path, skipped.error, skipped=True))
        else:
            items += [item] if item is not None else []
    return Plan(items=tuple(items), failed=tuple(dict.fromkeys(failed)))


class _SkippedError(Exception):
    """There is nothing to judge in this file, for the reason that `error` tells."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error)
        self.error = error


def _item(
    found: _Found,
    audio: set[tuple[str, str]],
    transcripts: dict[tuple[str, str], _Found],
) -> Item | None:
    """The item of a file; None for the sidecar of one that is done.

    Raises:
        InputError: of its sidecar, or where it cannot be read.
        _SkippedError: where there is nothing to judge.
    """
    if found.suffix not in TRANSCRIPT_SUFFIXES:
        return Item(path=found.path, kind="audio", context=_context(found))
    content = _json_content(found.path) if found.suffix == ".json" else "turns"
    if content != "turns":
        if found.place in audio or found.place in transcripts:
            return None
        if _recording_beside(found.path) or (content == "other" and not found.named):
            raise _SkippedError(
                InputError(
                    "sidecar.orphan",
                    "a .json without turns, and no recording of its name is among the inputs",
                    "name it as its recording (NAME.json for NAME.wav) and give the recording",
                )
            )
    elif found.place in audio:
        raise _SkippedError(
            InputError(
                "transcript.beside_audio",
                "a recording of the same name lies beside it, and the visit is counted once",
                "to judge the transcript instead, move it to a folder of its own",
            )
        )
    elif (best := transcripts[found.place]).path != found.path:
        raise _SkippedError(
            InputError(
                "transcript.twice",
                shown(f"{best.path.name} is judged, and the visit is counted once"),
                "keep one transcript of each name in a folder",
            )
        )
    return Item(path=found.path, kind="transcript", context=_context(found))


def _best_transcripts(files: Iterable[_Found]) -> dict[tuple[str, str], _Found]:
    """The transcript of each place that is judged."""
    best: dict[tuple[str, str], _Found] = {}
    for found in files:
        if found.suffix not in TRANSCRIPT_SUFFIXES:
            continue
        if found.suffix == ".json" and _json_content(found.path) != "turns":
            continue
        other = best.get(found.place)
        if other is None or _BEST_FIRST.index(found.suffix) < _BEST_FIRST.index(other.suffix):
            best[found.place] = found
    return best


def _context(found: _Found) -> Context:
    said = found.row.context if found.row is not None else Context()
    sidecar = _sidecar_of(found)
    if sidecar is not None:
        said = completed(said, read_sidecar(sidecar))
    rttm = found.path.with_suffix(".rttm")
    if found.suffix not in TRANSCRIPT_SUFFIXES and os.path.lexists(rttm):
        said = replace(said, speakers=read_rttm(rttm))
    return said


def _sidecar_of(found: _Found) -> Path | None:
    if found.suffix == ".json":
        return None
    # at a link, what lies beside the link goes before what lies beside the file itself
    for path in (found.path, Path(os.path.realpath(found.path))):
        for suffix in (".json", ".JSON"):
            beside = path.parent / f"{path.stem}{suffix}"
            if os.path.lexists(beside) and _json_content(beside) != "turns":
                return beside
    return None


def _recording_beside(path: Path) -> bool:
    return any(
        other.suffix.lower() in AUDIO_SUFFIXES and other.stem == path.stem
        for other in path.parent.iterdir()
    )


def _json_content(path: Path) -> Literal["turns", "other", "broken"]:
    """What a .json holds: a transcript, something else, or no JSON.

    One that is broken and no sidecar is tried as a transcript, so that it is told what is wrong.
    """
    try:
        content = from_json(utf8(path.read_bytes()))
    except (OSError, ValueError):
        return "broken"
    return "turns" if isinstance(content, dict) and "turns" in content else "other"


def _failed(path: Path, error: InputError, *, skipped: bool = False) -> Failed:
    return Failed(
        path=shown(path),
        code=error.code,
        message=error.message,
        remedy=error.remedy,
        skipped=skipped,
    )
