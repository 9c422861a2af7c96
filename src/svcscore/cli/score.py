"""``svcscore score``: recordings in, scores and a report out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from svcscore.cli.console import Console
from svcscore.cli.running import Chosen, reach, run, run_options


@click.command()
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@run_options
@click.option("--json", "as_json", is_flag=True, help="Print a summary for machines.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def score(inputs: tuple[str, ...], as_json: bool, quiet: bool, **options: Any) -> None:  # noqa: ANN401
    """Score recordings and transcripts.

    INPUT is an audio file, a folder (searched wholly), a pattern in quotes, or a transcript (.json,
    .srt, .vtt, .TextGrid). Writes interactions.jsonl, recordings.jsonl, report.html and report.xlsx.

    Exit codes: 0 all went well; 1 nothing could be done; 2 the call or a configuration file is
    wrong; 3 some inputs failed and the others are done.
    """
    from svcscore.intake.discover import discover

    chosen = Chosen(**options)
    reach(chosen.url)
    plan = discover(inputs, chosen.manifest, chosen.queue)
    with Console(quiet=quiet or as_json, log_format=chosen.log_format) as console:
        outcome = run(chosen, plan, console)
    summary = outcome.summary
    console.failures(outcome.recordings)
    if as_json:
        content = asdict(summary) | {
            "out": str(chosen.out),
            "fresh": outcome.fresh,
            "wall_seconds": round(outcome.wall_seconds, 2),
        }
        click.echo(json.dumps(content, ensure_ascii=False))
    elif not quiet:
        console.summary(summary, outcome.fresh, chosen.out)
    if (summary.failed and summary.ok) or (outcome.refused and summary.ok):
        sys.exit(3)
    if not summary.ok:
        sys.exit(1)
