"""The model card: what is known of the model, kept beside it as YAML and shown as a page."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.courtesy.classifier import MODEL
from svcscore.courtesy.data import Labelled
from svcscore.courtesy.evaluation import Evaluation, HeldOut, evaluate
from svcscore.errors import ConfigError
from svcscore.learnt import CARD

LIBRARIES = ("scikit-learn", "skops", "numpy", "scipy", "jieba", "pypinyin", "opencc")
_GUESSES = {
    "model": "model",
    "misheard": "model, recogniser-like errors",
    "cues_only": "cues only",
    "length_only": "length only",
}
_MEASURES = {
    "macro_f1": "macro-F1",
    "weighted_kappa": "quadratic kappa",
    "curt_or_worse_f1": "curt or worse, F1",
    "calibration_error": "calibration error",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Result(_Part):
    """Figures of one way of guessing on one set of turns, each ``[value, low, high]`` (90 %)."""

    tested_on: str
    guess: str
    turns: int
    figures: dict[str, tuple[float, float, float]]


class Data(_Part):
    """What the model was trained on."""

    turns: int
    scenes: int
    by_level: dict[int, int]
    by_writer: dict[str, int]
    sha256: str


class Card(_Part):
    """A card; the prose is written by hand, the rest by `train`."""

    name: str
    what: str
    levels: dict[int, str]
    uses: tuple[str, ...] = Field(min_length=1)
    not_for: tuple[str, ...] = Field(min_length=1)
    limits: tuple[str, ...] = Field(min_length=1)
    groups: tuple[str, ...] = Field(min_length=1)
    voice: str
    how: str
    origin: str
    protocol: str
    licence: str
    data: Data | None = None
    results: tuple[Result, ...] = ()
    libraries: dict[str, str] = {}
    sha256: str = ""


def read_card(folder: Path) -> Card:
    """The card in `folder`.

    Raises:
        ConfigError: where it is missing or incomplete.
    """
    path = folder / CARD
    try:
        return Card.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(
            "config.invalid", f"model card: {error}", "compare it with the packaged one", str(path)
        ) from error


def write_model(
    folder: Path, data: bytes, turns: Sequence[Labelled], digest: str, held: HeldOut, prose: Card
) -> None:
    """Write the model's bytes and its card, which takes its prose from `prose`."""
    counted = Data(
        turns=len(turns),
        scenes=len({(turn.writer, turn.scene) for turn in turns}),
        by_level=dict(sorted(Counter(turn.level for turn in turns).items())),
        by_writer=dict(sorted(Counter(turn.writer for turn in turns).items())),
        sha256=digest,
    )
    card = prose.model_copy(
        update={
            "data": counted,
            "results": tuple(results(held)),
            "libraries": {name: version(name) for name in LIBRARIES},
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(data)
    text = yaml.safe_dump(
        card.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100
    )
    head = "# The prose is written by hand; data, results, libraries and sha256 by `svcscore courtesy train`.\n"
    (folder / CARD).write_text(head + text, encoding="utf-8")


def results(held: HeldOut) -> Iterator[Result]:
    """Figures over all writers, baselines too, and of the model on each writer by himself."""
    for guess in _GUESSES:
        yield result("all writers", evaluate(guess, held.turns, getattr(held, guess)))
    for writer in sorted({turn.writer for turn in held.turns}):
        rows = [i for i, turn in enumerate(held.turns) if turn.writer == writer]
        turns = [held.turns[i] for i in rows]
        yield result(f"writer {writer}", evaluate("model", turns, held.model[rows]))


def result(tested_on: str, evaluation: Evaluation) -> Result:
    """An evaluation as the card holds it."""
    figures = {name: (f.value, f.low, f.high) for name, f in evaluation.figures.items()}
    return Result(
        tested_on=tested_on, guess=evaluation.name, turns=evaluation.turns, figures=figures
    )


def table(results: Sequence[Result]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| tested on | guess | turns | " + " | ".join(_MEASURES.values()) + " |"
    yield "|" + " --- |" * (3 + len(_MEASURES))
    for one in results:
        values = (one.figures[name] for name in _MEASURES)
        cells = " | ".join(f"{value:.3f} ({low:.3f}–{high:.3f})" for value, low, high in values)
        guess = _GUESSES.get(one.guess, one.guess)
        yield f"| {one.tested_on} | {guess} | {one.turns} | {cells} |"


def page(card: Card) -> str:
    """The card in Markdown."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    yield f"# Model card: {card.name}\n"
    yield f"{card.what}\n"
    yield "| level | meaning |\n| --- | --- |"
    yield from (f"| {level} | {meaning} |" for level, meaning in sorted(card.levels.items()))
    for title, points in (("Uses", card.uses), ("Not for", card.not_for)):
        yield f"\n## {title}\n"
        yield from (f"- {point}" for point in points)
    yield f"\n## How it works\n\n{card.how}\n\n{card.voice}"
    yield "\n## Data\n"
    yield card.origin
    if card.data is not None:
        levels = ", ".join(f"level {level}: {n}" for level, n in card.data.by_level.items())
        writers = ", ".join(f"{writer}: {n}" for writer, n in card.data.by_writer.items())
        yield f"\n{card.data.turns} turns in {card.data.scenes} scenes ({levels}; by writer {writers})."
        yield f"SHA-256 over the files: `{card.data.sha256}`."
    yield f"\n## Figures\n\n{card.protocol}\n"
    yield from table(card.results)
    for title, points in (("Limits", card.limits), ("Groups of people", card.groups)):
        yield f"\n## {title}\n"
        yield from (f"- {point}" for point in points)
    yield "\n## Files\n"
    yield f"`{MODEL}`, SHA-256 `{card.sha256}`. Licence: {card.licence}"
    yield "Trained with " + ", ".join(f"{k} {v}" for k, v in card.libraries.items()) + "."
