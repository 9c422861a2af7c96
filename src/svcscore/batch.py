"""A run: what is given, less what is done already, through the workers into the output folder.

Light on purpose: a run that finds everything done loads no model and no numerical library. What is
heavy is imported in the workers.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from svcscore import __version__
from svcscore.asr.check import sha256_of as stamped_sha256
from svcscore.asr.weights import find_asr, named_speaker_encoder
from svcscore.audio.files import shown, unreadable
from svcscore.errors import InputError, OutputError
from svcscore.intake.discover import Item, Plan
from svcscore.intake.identity import sha256_of
from svcscore.outputs import Folder
from svcscore.records import Failed
from svcscore.reports.contract import recording_line
from svcscore.resources import data_folder, digest_of
from svcscore.runners.base import Done, Runner
from svcscore.scoring.rubric import load_rubric
from svcscore.settings import Settings
from svcscore.store.evidence import FORMAT
from svcscore.store.journal import Entry, Journal, stamp_of
from svcscore.store.snapshots import Snapshot, lexicon_snapshot, rubric_snapshot
from svcscore.work import Finished, Task, failed, work

RETRIED = frozenset({"internal.error", "internal.worker_died", "input.unreadable", "input.missing"})
"""Failures that say nothing about the content: the next run tries again."""
_CRASHES = frozenset(
    f"signal {int(one)}"
    for one in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
)
"""How a library ends a process that it has led astray; what kills from outside is none of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. `index` of the task; `seconds` of its audio done; `ended` when it is."""

    index: int
    seconds: float
    ended: Finished | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """All lines of a run, in the order of its inputs; `fresh` counts inputs done in this call."""

    recordings: tuple[str, ...]
    interactions: tuple[str, ...]
    fresh: int


def run(
    plan: Plan,
    settings: Settings,
    out: Path,
    runner: Runner,
    *,
    again: bool = False,
    began: Callable[[Sequence[Task]], None] = lambda tasks: None,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Lines:
    """Do what is missing of `plan`, and bring the files in `out` up to date.

    Args:
        plan: what `intake.discover` found.
        settings: the choices of this run.
        out: the output folder; made where it is missing.
        runner: where the work is done.
        again: also do again what could not be done before.
        began: hears which inputs have to be done.
        progress: hears how far they are, and how each ended.

    Raises:
        WeightsError, ConfigError: before anything is done.
        OutputError: where `out` cannot be written, or another run works in it.
    """
    folder = Folder(out)
    with _alone(folder), Journal(folder.journal) as journal:
        hearing = any(item.kind == "audio" for item in plan.items)
        digest = {
            "audio": _digest(settings, hearing=True) if hearing else "",
            "transcript": _digest(settings, hearing=False),
        }
        tasks, lost = _tasks(plan, settings, folder, journal, digest)
        known = journal.entries(task.key for task in tasks)
        if again:
            known = {key: entry for key, entry in known.items() if entry.interactions or _ok(entry)}
        missing = [task for task in tasks if task.key not in known]
        began(missing)
        entries = {**known, **_do(missing, journal, runner, progress)}
        lines = _lines(plan, tasks, lost, entries, fresh=len(missing))
        journal.stand([task.key for task in tasks], _judged_by(settings))
        folder.write(lines.interactions, lines.recordings)
    return lines


def _judged_by(settings: Settings) -> tuple[Snapshot, ...]:
    """Rules and rubric of this run, for whoever judges its evidence anew."""
    rubric = load_rubric(settings.profile, None)
    return (
        lexicon_snapshot(settings.lexicon),
        rubric_snapshot(rubric.profile, rubric.sha256, rubric.source),
    )


def _alone(folder: Folder) -> FileLock:
    lock = FileLock(folder.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as fault:
        raise OutputError(
            "output.busy",
            "another run works in this output folder",
            "wait until it ends, or use another --out",
            str(folder.path),
        ) from fault
    return lock


def _digest(settings: Settings, *, hearing: bool) -> str:
    """Digest of everything beside an input that its result depends on."""
    models = data_folder("models")
    encoder = named_speaker_encoder() if hearing else None
    parts = {
        "version": __version__,
        "evidence": FORMAT,
        "lexicon": digest_of(settings.lexicon, "*.yaml"),
        "profile": load_rubric(settings.profile, None).sha256,
        "models": digest_of(models, "*.skops", "*.yaml"),
        "asr": find_asr(settings.model).sha256 if hearing else "",
        "speakers": stamped_sha256(encoder) if encoder else "",
        "listen": settings.listen if hearing else "",
        "voices": stamped_sha256(settings.voices) if settings.voices and hearing else "",
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _tasks(
    plan: Plan, settings: Settings, folder: Folder, journal: Journal, digest: dict[str, str]
) -> tuple[list[Task], list[Failed]]:
    """A task for each input that can be read, and what became of the others."""
    tasks: list[Task] = []
    lost: list[Failed] = []
    seen: set[str] = set()
    for item in plan.items:
        try:
            sha256 = _sha256(item.path, journal)
        except InputError as error:
            lost.append(_lost(item, error))
            continue
        copy = sha256 in seen
        seen.add(sha256)
        parts = (shown(item.path), sha256, _context(item), digest[item.kind], str(copy))
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        tasks.append(
            Task(
                item=item, sha256=sha256, key=key, copy=copy, settings=settings, clips=folder.clips
            )
        )
    return tasks, lost


def _lost(item: Item, error: InputError) -> Failed:
    return Failed(
        path=shown(item.path), code=error.code, message=error.message, remedy=error.remedy
    )


def _sha256(path: Path, journal: Journal) -> str:
    try:
        stamp = stamp_of(path)
        known = journal.digest(path)
    except OSError as fault:
        raise unreadable(path, fault) from fault
    if known is not None:
        return known
    sha256 = sha256_of(path)
    journal.add_digest(path, stamp, sha256)
    return sha256


def _context(item: Item) -> str:
    return json.dumps(asdict(item.context), sort_keys=True, ensure_ascii=True)


def _do(
    tasks: Sequence[Task],
    journal: Journal,
    runner: Runner,
    progress: Callable[[Progress], None],
) -> dict[str, Entry]:
    def tell(index: int, seconds: float) -> None:
        progress(Progress(index=index, seconds=seconds))

    entries: dict[str, Entry] = {}
    if not tasks:
        return entries
    for done in runner.run(tasks, work, tell):
        task = tasks[done.index]
        finished = done.result or _died(task, done)
        entry = Entry(
            key=task.key,
            recording=finished.recording,
            interactions=finished.interactions,
            evidence=finished.evidence,
        )
        if finished.code not in RETRIED:
            journal.add(entry)
        entries[task.key] = entry
        progress(Progress(index=done.index, seconds=finished.seconds, ended=finished))
    return entries


def _ok(entry: Entry) -> bool:
    return bool(json.loads(entry.recording)["status"] == "ok")


def _died(task: Task, done: Done[Finished]) -> Finished:
    """What becomes of an input whose worker ended each time that it was tried."""
    remedy = "set the file apart and report it; --retry-failed tries it once more"
    if done.excess == "time":
        error = InputError(
            "input.too_slow", "work on this file got no further for too long, twice", remedy
        )
    elif done.excess == "memory":
        message = "work on this file took more memory than one worker may, twice"
        error = InputError("input.too_large", message, f"try --workers 1; else {remedy}")
    elif done.died in _CRASHES:
        message = f"a library crashed on this file, twice ({done.died})"
        error = InputError("input.crashes", message, remedy)
    else:
        error = InputError(
            "internal.worker_died",
            f"the process that worked on this file ended twice ({done.died})",
            "the machine may be short of memory: try --workers 1; else set the file apart and report it",
        )
    return Finished.failed(failed(task, error))


def _lines(
    plan: Plan,
    tasks: Sequence[Task],
    lost: Sequence[Failed],
    entries: dict[str, Entry],
    *,
    fresh: int,
) -> Lines:
    done = [entries[task.key] for task in tasks]
    failures = [recording_line(one) for one in (*lost, *plan.failed)]
    return Lines(
        recordings=(*(entry.recording for entry in done), *failures),
        interactions=tuple(line for entry in done for line in entry.interactions),
        fresh=fresh,
    )
