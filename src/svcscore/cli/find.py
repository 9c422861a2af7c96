"""``svcscore phrases find``: phrases that no lexicon knows, in audio."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from svcscore.errors import InputError, UsageError


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--phrase", "given", multiple=True, metavar="TEXT", help="A phrase; may be repeated.")
@click.option(
    "--phrases-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="UTF-8, one phrase a line.",
)
@click.option("--model", help="Recogniser: a name (base, small, …) or a CTranslate2 folder.")
@click.option("--jsonl", is_flag=True, required=True, help="Print lines of JSON (the only form).")
def find(
    inputs: tuple[str, ...],
    given: tuple[str, ...],
    phrases_file: Path | None,
    model: str | None,
    jsonl: bool,
) -> None:
    """Search recordings for phrases, by text, by sound and by a second listen.

    Prints a line {"path", "phrase", "start", "end", "heard", "match", "probability"} for each place
    where a phrase may be, also improbable ones: the caller chooses the threshold.
    """
    from svcscore.find import find_phrases
    from svcscore.intake.discover import discover
    from svcscore.intake.identity import sha256_of
    from svcscore.pipeline import load_ears
    from svcscore.settings import settings

    phrases = tuple(dict.fromkeys(_phrases(given, phrases_file)))
    plan = discover(inputs)
    recordings = [item for item in plan.items if item.kind == "audio"]
    failed = [f"{one.path}: {one.message} [{one.code}] → {one.remedy}" for one in plan.failed]
    ears = load_ears(settings(model=model, workers=1)) if recordings else None
    done = 0
    for item in recordings:
        assert ears is not None
        try:
            found = find_phrases(item, sha256_of(item.path), phrases, ears)
        except InputError as error:
            failed.append(str(error))
            continue
        done += 1
        for one in found:
            line = {
                "path": str(item.path),
                "phrase": one.phrase,
                "start": round(one.span.start, 2),
                "end": round(one.span.end, 2),
                "heard": one.heard,
                "match": one.match,
                "probability": round(one.probability, 4),
            }
            click.echo(json.dumps(line, ensure_ascii=False))
    for told in failed:
        click.echo(f"failed: {told}", err=True)
    if failed or not done:
        sys.exit(3 if done else 1)


def _phrases(given: tuple[str, ...], file: Path | None) -> Iterator[str]:
    """All phrases, each checked.

    Raises:
        UsageError: ``input.invalid`` with the line, or where there is none.
    """
    from svcscore.find import check_phrase
    from svcscore.text.normalise import simplify

    lines = [("--phrase", phrase) for phrase in given]
    if file is not None:
        try:
            content = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(
                "input.invalid", f"not UTF-8 (byte {error.start})", "save it as UTF-8", str(file)
            ) from error
        except OSError as error:
            raise UsageError(
                "input.unreadable", error.strerror or str(error), "check the path", str(file)
            ) from error
        lines += [
            (f"{file}:{number}", line.strip())
            for number, line in enumerate(content.splitlines(), 1)
            if line.strip()
        ]
    if not lines:
        raise UsageError("input.missing", "no phrase is given", "--phrase TEXT or --phrases-file")
    for where, phrase in lines:
        check_phrase(phrase, where)
        yield simplify(phrase)
