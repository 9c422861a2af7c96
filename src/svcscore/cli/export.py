"""``svcscore export``: what is stored, for other tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option, scope, scope_options

if TYPE_CHECKING:
    from svcscore.ledger.exporting import Rebuilt
    from svcscore.records import Scored

_FORMATS = ("srt", "vtt", "rttm", "textgrid", "label-studio", "parquet")
_PREFIX = "/data/local-files/?d="


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@db_option
@scope_options
@click.option("--sample", help="Only interactions that this sample of `svcscore sample` drew.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the files; those of the same names are replaced.",
)
@click.option(
    "--audio-prefix",
    default=_PREFIX,
    show_default=True,
    help="Put before a recording's path to make its URL (label-studio).",
)
def export(
    form: str,
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    sample: str | None,
    out: Path,
    audio_prefix: str,
) -> None:
    """Write stored interactions as srt, vtt, rttm, textgrid, label-studio or parquet.

    The first four write a file for each recording. Findings are the machine's, scores those that
    count now. The export is written to the audit log.
    """
    from svcscore.ledger.exporting import announce, recordings
    from svcscore.outputs import output_error
    from svcscore.store.database import Database

    meant = scope(staff, branch, since, until)
    with Database(url) as database:
        extent = announce(database, form, str(out), meant, sample)
        passing = _Passing(recordings(database, meant, sample))
        try:
            _write(form, out, passing, audio_prefix)
        except OSError as fault:
            raise output_error(out, fault) from fault
    if passing.mixed:
        click.echo(
            f"warning: {passing.mixed} recordings are judged by more than one rubric or rules; the"
            " latest is told for all of each → run the last `svcscore rescore` to its end",
            err=True,
        )
    click.echo(f"{extent.recordings} recordings, {extent.interactions} interactions: {out}")


class _Passing:
    """Counts on the way what cannot be told in the files."""

    def __init__(self, rebuilt: Iterator[Rebuilt]) -> None:
        self._rebuilt = rebuilt
        self.mixed = 0

    def __iter__(self) -> Iterator[Rebuilt]:
        for one in self._rebuilt:
            self.mixed += one.mixed
            yield one

    def scored(self) -> Iterator[Scored]:
        return (one.scored for one in self)


def _write(form: str, out: Path, passing: _Passing, audio_prefix: str) -> None:
    if form == "parquet":
        from svcscore.reports.exchange.parquet import ParquetFolder

        with ParquetFolder(out) as folder:
            for one in passing:
                folder.add(one.scored, one.reviews)
        return
    from svcscore.reports.exchange.folders import write_tasks, write_texts

    if form == "label-studio":
        write_tasks(out, passing.scored(), audio_prefix)
    else:
        write_texts(out, passing.scored(), form)
