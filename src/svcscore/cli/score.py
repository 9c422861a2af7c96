"""``svcscore score``: recordings in, scores and a report out."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from svcscore.cli.console import Console
from svcscore.runners.limits import STALL, Limits


@click.command()
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the results; the same folder again goes on where it stopped.",
)
@click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV that says whose recordings these are; its rows are inputs too.",
)
@click.option("--model", help="Recogniser: a name (base, small, …) or a CTranslate2 folder.")
@click.option("--profile", default="default", show_default=True, help="Rubric: a name or a file.")
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of rule packs in place of the packaged ones.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes; by default one to four cores, for each uses several.",
)
@click.option(
    "--file-timeout",
    type=click.FloatRange(min=1),
    default=STALL,
    show_default=True,
    help="Seconds without progress after which work on a file is ended.",
)
@click.option(
    "--file-memory",
    type=click.IntRange(min=256),
    help="MiB that one process may hold; by default its share of four fifths of the machine's.",
)
@click.option("--retry-failed", is_flag=True, help="Also try again what failed before.")
@click.option("--db", "url", help="Also take the results into this database.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary for machines.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def score(
    inputs: tuple[str, ...],
    out: Path,
    manifest: Path | None,
    model: str | None,
    profile: str,
    lexicon: Path | None,
    workers: int | None,
    file_timeout: float,
    file_memory: int | None,
    retry_failed: bool,
    url: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score recordings and transcripts.

    INPUT is an audio file, a folder (searched wholly), a pattern in quotes, or a transcript (.json,
    .srt, .vtt, .TextGrid). Writes interactions.jsonl, recordings.jsonl, report.html and report.xlsx.

    Exit codes: 0 all went well; 1 nothing could be done; 2 the call or a configuration file is
    wrong; 3 some inputs failed and the others are done.
    """
    from svcscore.batch import run
    from svcscore.intake.discover import discover
    from svcscore.runners.local import LocalRunner
    from svcscore.settings import settings

    begun = time.monotonic()
    if url is not None:
        _reach(url)
    chosen = settings(model=model, lexicon=lexicon, profile=profile, workers=workers)
    plan = discover(inputs, manifest)
    limits = Limits(stall=file_timeout, memory=file_memory and file_memory << 20)
    with Console(quiet=quiet or as_json) as console:
        lines = run(
            plan,
            chosen,
            out,
            LocalRunner(chosen.workers, limits),
            again=retry_failed,
            began=console.began,
            progress=console.progress,
        )

    refused = url is not None and _take_in(url, out)

    from svcscore.reports.contract import parse_interactions, parse_recordings
    from svcscore.reports.summary import summarise

    recordings = parse_recordings(lines.recordings)
    summary = summarise(parse_interactions(lines.interactions), recordings)
    console.failures(recordings)
    if as_json:
        content = asdict(summary) | {
            "out": str(out),
            "fresh": lines.fresh,
            "wall_seconds": round(time.monotonic() - begun, 2),
        }
        click.echo(json.dumps(content, ensure_ascii=False))
    elif not quiet:
        console.summary(summary, lines.fresh, out)
    if (summary.failed and summary.ok) or (refused and summary.ok):
        sys.exit(3)
    if not summary.ok:
        sys.exit(1)


def _reach(url: str) -> None:
    """A database that cannot be used is told before the night, not after it."""
    from svcscore.store.database import Database

    Database(url, create=True).close()


def _take_in(url: str, out: Path) -> bool:
    """Take the run in; whether some of it disagrees with what is there."""
    from svcscore.ledger.take_in import take_in
    from svcscore.store.database import Database

    with Database(url, create=True) as database:
        taken = take_in(database, out)
    for error in taken.refused:
        click.echo(f"error: {error}", err=True)
    return bool(taken.refused)
