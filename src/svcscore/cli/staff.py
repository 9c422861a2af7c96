"""``svcscore staff``: voices that a bank chose to enrol, so that its staff are told from customers better."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcscore.errors import InputError, UsageError

_FILE = click.option(
    "--voices",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that holds the enrolled voices, apart from everything else.",
)


@click.group()
def staff() -> None:
    """Enrol voices of staff, list them, and forget them.

    Nobody is enrolled unless the bank does it, with the person's consent; a run uses the file only where
    it is named (--voices), and only to tell the staff's voice from the customers' in recordings of that
    person or branch. Kept are numbers that describe a voice, no sound.
    """


@staff.command()
@click.argument("staff_id")
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...")
@click.option(
    "--branch", help="Where the person works: for recordings that do not say whose they are."
)
@_FILE
def enrol(staff_id: str, recordings: tuple[str, ...], branch: str | None, voices: Path) -> None:
    """Enrol the voice of STAFF_ID from RECORDINGs in which hardly anybody else speaks.

    At least 15 s of one voice are needed. An earlier voice of the same person is replaced.
    """
    from svcscore.audio.decode import decode
    from svcscore.audio.speech import speech_spans
    from svcscore.dialogue.enrolling import voice_of
    from svcscore.enrolment import with_voice, write_voices
    from svcscore.intake.discover import discover
    from svcscore.intake.identity import sha256_of
    from svcscore.intake.voices import read_voices
    from svcscore.pipeline import load_voices

    ear = load_voices(threads=1)
    known = read_voices(voices, ear.embedder.sha256) if voices.exists() else ()
    plan = discover(recordings)
    try:
        for failed in plan.failed:
            raise InputError(failed.code, failed.message, failed.remedy, failed.path)
        heard = []
        for item in plan.items:
            if item.kind != "audio":
                raise InputError(
                    "input.unsupported", "this is no recording", "name recordings", str(item.path)
                )
            samples = decode(item.path, sha256=sha256_of(item.path)).samples.mean(axis=0)
            heard.append((samples, speech_spans(samples)))
        voice = voice_of(heard, ear, staff_id)
    except InputError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    write_voices(
        voices,
        ear.embedder.sha256,
        with_voice(known, staff_id, branch, voice.vector, voice.seconds),
    )
    click.echo(f"{staff_id}: {voice.seconds:.0f} s heard, kept in {voices}")


@staff.command("list")
@_FILE
def list_(voices: Path) -> None:
    """List who is enrolled."""
    from svcscore.intake.voices import read_voices

    for one in read_voices(voices, _encoder()):
        click.echo(
            f"{one.staff_id}\t{one.branch_id or '-'}\t{one.seconds:.0f} s\t{one.enrolled_at}"
        )


@staff.command()
@click.argument("staff_id")
@_FILE
def forget(staff_id: str, voices: Path) -> None:
    """Forget the voice of STAFF_ID."""
    from svcscore.enrolment import without_voice, write_voices
    from svcscore.intake.voices import read_voices

    known = read_voices(voices, _encoder())
    if staff_id not in {one.staff_id for one in known}:
        raise UsageError(
            "input.missing", f"{staff_id} is not enrolled", "svcscore staff list", str(voices)
        )
    write_voices(voices, _encoder(), without_voice(known, staff_id))
    click.echo(f"{staff_id} is forgotten")


def _encoder() -> str:
    """SHA-256 of the speaker encoder in use."""
    from svcscore.asr.weights import named_speaker_encoder
    from svcscore.dialogue.embeddings import Embedder

    return Embedder(named_speaker_encoder()).sha256
