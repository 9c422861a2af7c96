"""What `score` and `watch` share: the options of a run, and the run itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from svcscore.runners.limits import STALL, Limits

if TYPE_CHECKING:
    from svcscore.cli.console import Console
    from svcscore.intake.discover import Plan
    from svcscore.reports.lines import RecordingLine
    from svcscore.reports.summary import Summary
    from svcscore.settings import ListenMode

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--out",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for the results; the same folder again goes on where it stopped.",
    ),
    click.option(
        "--manifest",
        type=click.Path(path_type=Path, dir_okay=False),
        help="CSV that says whose recordings these are; its rows are inputs too.",
    ),
    click.option(
        "--queue",
        type=click.Path(path_type=Path, dir_okay=False),
        help="CSV of the queue system: which ticket was served when, at which counter.",
    ),
    click.option(
        "--voices",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Enrolled voices of staff (svcscore staff enrol); none are used without it.",
    ),
    click.option("--model", help="Recogniser: a name (base, small, …) or a CTranslate2 folder."),
    click.option(
        "--listen",
        type=click.Choice(["off", "auto", "all"]),
        default="auto",
        show_default=True,
        help="Hear phrases again in the sound: none, those in doubt or that weigh, or all.",
    ),
    click.option(
        "--profile", default="default", show_default=True, help="Rubric: a name or a file."
    ),
    click.option(
        "--lexicon",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of rule packs in place of the packaged ones.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        help="Processes; by default one to four cores, for each uses several.",
    ),
    click.option(
        "--file-timeout",
        type=click.FloatRange(min=1),
        default=STALL,
        show_default=True,
        help="Seconds without progress after which work on a file is ended.",
    ),
    click.option(
        "--file-memory",
        type=click.IntRange(min=256),
        help="MiB that one process may hold; by default its share of four fifths of the machine's.",
    ),
    click.option("--retry-failed", is_flag=True, help="Also try again what failed before."),
    click.option("--db", "url", help="Also take the results into this database."),
    click.option(
        "--metrics-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the numbers of the run here for Prometheus (ending .prom).",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How each input is told; json is a line an event, without words of a transcript.",
    ),
)


def run_options(command: Command) -> Command:
    """Give `command` the options of a run, which `Chosen` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The options of a run, as they were given."""

    out: Path
    manifest: Path | None
    queue: Path | None
    voices: Path | None
    listen: ListenMode
    model: str | None
    profile: str
    lexicon: Path | None
    workers: int | None
    file_timeout: float
    file_memory: int | None
    retry_failed: bool
    url: str | None
    metrics_file: Path | None
    log_format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to."""

    summary: Summary
    recordings: tuple[RecordingLine, ...]
    fresh: int
    """Inputs that were done in this call."""
    refused: bool
    """Whether the database disagrees with some of it."""
    wall_seconds: float


def reach(url: str | None) -> None:
    """A database that cannot be used is told before the night, not after it."""
    from svcscore.store.database import Database

    if url is not None:
        Database(url, create=True).close()


def run(chosen: Chosen, plan: Plan, console: Console) -> Outcome:
    """Do what is missing of `plan`, take it into the database, and write the metrics.

    Raises:
        SvcscoreError: what concerns the whole run.
    """
    from svcscore import batch
    from svcscore.reports.contract import parse_interactions, parse_recordings
    from svcscore.reports.metrics import write_metrics
    from svcscore.reports.summary import summarise
    from svcscore.runners.local import LocalRunner
    from svcscore.settings import settings

    begun = time.monotonic()
    how = settings(
        model=chosen.model,
        lexicon=chosen.lexicon,
        profile=chosen.profile,
        workers=chosen.workers,
        voices=chosen.voices,
        listen=chosen.listen,
    )
    memory = chosen.file_memory and chosen.file_memory << 20
    lines = batch.run(
        plan,
        how,
        chosen.out,
        LocalRunner(how.workers, Limits(stall=chosen.file_timeout, memory=memory)),
        again=chosen.retry_failed,
        began=console.began,
        progress=console.progress,
    )
    refused = chosen.url is not None and _take_in(chosen.url, chosen.out)
    recordings = parse_recordings(lines.recordings)
    outcome = Outcome(
        summary=summarise(parse_interactions(lines.interactions), recordings),
        recordings=tuple(recordings),
        fresh=lines.fresh,
        refused=refused,
        wall_seconds=time.monotonic() - begun,
    )
    if chosen.metrics_file is not None:
        write_metrics(chosen.metrics_file, outcome.summary, recordings, outcome.wall_seconds)
    return outcome


def _take_in(url: str, out: Path) -> bool:
    """Take the run in; whether some of it disagrees with what is there."""
    from svcscore.ledger.take_in import take_in
    from svcscore.store.database import Database

    with Database(url, create=True) as database:
        taken = take_in(database, out)
    for error in taken.refused:
        click.echo(f"error: {error}", err=True)
    return bool(taken.refused)
