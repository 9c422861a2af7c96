"""``svcscore diarize``: look at who speaks when in one recording."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from svcscore.errors import InputError, OutputError, UsageError

LONGEST = 5400.0
"""Seconds of sound that a page holds (29 MB)."""


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--queue",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of the queue system: which ticket was served when, at which counter.",
)
@click.option(
    "--voices",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Enrolled voices of staff (svcscore staff enrol).",
)
@click.option("--model", help="Recogniser: a name (base, small, …) or a CTranslate2 folder.")
@click.option(
    "--rttm", type=click.Path(dir_okay=False, path_type=Path), help="Write RTTM here; - is stdout."
)
@click.option("--roles", is_flag=True, help="Name the speakers of the RTTM by their roles.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with the timeline and the sound here.",
)
def diarize(
    file: str,
    queue: Path | None,
    voices: Path | None,
    model: str | None,
    rttm: Path | None,
    roles: bool,
    html: Path | None,
) -> None:
    """Tell who speaks when in one recording, and where its interactions begin and end.

    Heard and told apart as `svcscore score` does it, with what the sidecar says, and nothing is judged
    or kept. Without --rttm or --html the timeline is printed. Long numbers are masked, in the page
    also in the sound.
    """
    from svcscore.audio.clip import encode_clip
    from svcscore.intake.discover import discover
    from svcscore.intake.identity import sha256_of
    from svcscore.pipeline import hear, load_ears
    from svcscore.reports.exchange.rttm import rttm_of
    from svcscore.reports.exchange.shared import spoken_in
    from svcscore.reports.timeline import lines, write_timeline
    from svcscore.settings import settings
    from svcscore.spans import Span
    from svcscore.text.redaction import redacted_spans

    plan = discover([file], queue=queue)
    for one in plan.failed:
        _failed(f"{one.path}: {one.message} [{one.code}] → {one.remedy}")
    recordings = [item for item in plan.items if item.kind == "audio"]
    if len(recordings) != 1:
        raise UsageError(
            "input.invalid", f"{len(recordings)} recordings, not one", "name one recording", file
        )
    (item,) = recordings
    sha256 = sha256_of(item.path)
    ears = load_ears(settings(model=model, workers=1, voices=voices))
    try:
        heard = hear(item, sha256, ears)
    except InputError as error:
        _failed(str(error))
    recording = heard.recording
    found = heard.interactions(recording.id)
    if rttm is not None:
        _write(rttm, rttm_of(recording, spoken_in(found), roles=roles))
    if html is not None:
        sound = None
        if recording.duration <= LONGEST:
            mixed = heard.samples.mean(axis=0)
            mute = [span for one in found for span in redacted_spans(one.turns)]
            sound = encode_clip(mixed, Span(0.0, recording.duration), mute=mute)
        try:
            write_timeline(html, recording, found, sound)
        except OSError as error:
            raise _unwritable(html, error) from error
    if rttm is None and html is None:
        for line in lines(recording, found):
            click.echo(line)


def _failed(told: str) -> NoReturn:
    click.echo(f"failed: {told}", err=True)
    sys.exit(1)


def _write(path: Path, text: str) -> None:
    if str(path) == "-":
        click.echo(text, nl=False)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "output.unwritable", error.strerror or str(error), "choose another path", str(path)
    )
