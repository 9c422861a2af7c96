"""``svcscore phrases robustness``: which phrases of a lexicon this recogniser cannot hear."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from svcscore.hearing.saying import Wording
    from svcscore.hearing.trying import Trial
    from svcscore.phrases.measured import Measured
    from svcscore.rules.load import Lexicon

_SHOWN = 40


@click.command()
@click.argument("packs", nargs=-1, metavar="[PACK...]")
@click.option(
    "--lexicon",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of rules (default: the packaged ones).",
)
@click.option(
    "--phrase", "given", multiple=True, metavar="TEXT", help="Only this; may be repeated."
)
@click.option(
    "--voices", default=2, show_default=True, type=click.IntRange(1, 50), help="For each phrase."
)
@click.option("--model", help="Recogniser: a name (base, small, …) or a CTranslate2 folder.")
@click.option("--jsonl", is_flag=True, help="Print lines of JSON, one for each phrase.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the table and its card here, for `rules lint --heard`.",
)
def robustness(
    packs: tuple[str, ...],
    lexicon: Path | None,
    given: tuple[str, ...],
    voices: int,
    model: str | None,
    jsonl: bool,
    save: Path | None,
) -> None:
    """Say each phrase of the packs with several voices, spoil it, and see how often it is found.

    PACK is the name of a pack; without one, all of them are tried, which takes hours. Each voice is
    heard clearly, in a noisy lobby and over a telephone; a phrase that is hardly found is said by
    three voices more. The voices are made (the extra `speech`).
    """
    from rich.console import Console
    from rich.progress import Progress

    from svcscore.asr.weights import find_asr
    from svcscore.asr.whisper import WhisperTranscriber
    from svcscore.hearing.card import save_measured
    from svcscore.hearing.saying import CONDITIONS, recordings, say_with, sayings
    from svcscore.hearing.speaker import Speaker
    from svcscore.hearing.trying import AGAIN, hardly, measured, tried
    from svcscore.resources import data_folder
    from svcscore.rules.load import load_lexicon
    from svcscore.settings import settings

    rules = load_lexicon(lexicon or data_folder("lexicons"))
    wanted = _wanted(rules, packs, given)
    chosen = settings(model=model, workers=1)
    say = say_with(Speaker(chosen.threads))
    transcriber = WhisperTranscriber(find_asr(chosen.model), threads=chosen.threads)

    def heard(wordings: Sequence[Wording], numbers: Iterable[int], told: str) -> Iterator[Trial]:
        said = sayings(wordings, numbers)
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task(told, total=len(said) * len(CONDITIONS))
            for one in recordings(said, say, CONDITIONS):
                found = tried(one, transcriber)
                yield from found
                bar.advance(task, len(found))

    first = list(heard(wanted, range(voices), "said"))
    again = hardly(measured(first, rules.gates.negator_syllables))
    more = range(voices, voices + AGAIN)
    second = heard([one for one in wanted if one.phrase in again], more, "said again")
    results = measured([*first, *second], rules.gates.negator_syllables)
    if save is not None:
        save_measured(save, results, first, transcriber.identity, voices)
    if jsonl:
        for one in results:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
    else:
        _show(results)


def _wanted(rules: Lexicon, packs: tuple[str, ...], given: tuple[str, ...]) -> list[Wording]:
    """The phrases that are asked for.

    Raises:
        UsageError: ``input.missing`` where there is no such pack, ``input.invalid`` where a phrase
            cannot be searched for.
    """
    from difflib import get_close_matches

    from svcscore.errors import UsageError
    from svcscore.find import check_phrase
    from svcscore.hearing.saying import Wording, wordings
    from svcscore.phrases.pattern import PatternError, expand

    if given:
        for phrase in given:
            check_phrase(phrase, "--phrase")
            try:
                expand(phrase)
            except PatternError as error:
                raise UsageError(
                    "input.invalid", str(error), "mend the phrase", "--phrase"
                ) from error
        return [Wording(rule="", phrase=phrase) for phrase in given]
    known = {pack.pack: pack for pack in rules.packs}
    for name in packs:
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError("input.missing", f"there is no pack {name!r}", remedy)
    return list(wordings(rule for name in (packs or known) for rule in known[name].rules))


def _show(results: tuple[Measured, ...]) -> None:
    said = sum(one.said for one in results)
    if not said:
        click.echo("no phrase of two characters or more")
        return
    found = sum(one.found for one in results)
    exact = sum(one.by_text for one in results)
    for one in sorted(results, key=lambda m: (m.share, m.phrase))[:_SHOWN]:
        heard = f"   heard: {'、'.join(one.heard)}" if one.heard else ""
        click.echo(f"{one.found:3}/{one.said:<3} {one.phrase}{heard}")
    if len(results) > _SHOWN:
        click.echo(f"… and {len(results) - _SHOWN} more (--jsonl has all)")
    click.echo(
        f"{len(results)} phrases said {said} times: {found / said:.1%} found,"
        f" {exact / said:.1%} word for word"
    )
