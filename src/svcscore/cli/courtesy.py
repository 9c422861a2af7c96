"""``svcscore courtesy``: classify, train and evaluate courtesy, and print the model's card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel, ConfigDict, Field, model_validator

from svcscore.cli.database import db_option, scope, scope_options
from svcscore.cli.jsonl import read_lines
from svcscore.errors import UsageError

if TYPE_CHECKING:
    from svcscore.courtesy.classifier import CourtesyModel
    from svcscore.courtesy.data import Labelled
    from svcscore.records import Turn

MODEL = click.option(
    "--model",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a trained model (default: the packaged one).",
)
_FORM = 'write lines {"id", "text"}, optionally with "audio", "start", "end"'


class _Query(BaseModel):
    """A line of input: one staff turn, and where it is said."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int
    text: str
    audio: Path | None = None
    start: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    end: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> _Query:
        if self.end is not None and self.end < self.start:
            raise ValueError("end lies before start")
        return self


@click.group()
def courtesy() -> None:
    """Classify staff turns by courtesy: 3 warm, 2 polite, 1 curt, 0 rude."""


@courtesy.command()
@click.option(
    "--jsonl",
    "source",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help='Lines {"id", "text"}, optionally with "audio", "start", "end"; - is stdin.',
)
@MODEL
def classify(source: Path, folder: Path | None) -> None:
    """Print one line {"id", "level", "probabilities"} for each line of FILE.

    Lines with the same audio are taken for turns of one speaker, whose voice then counts too.
    """
    from svcscore.courtesy.classifier import load_courtesy

    queries = list(read_lines(source, _Query, _FORM))
    model = load_courtesy(folder)
    rows = [[float(p) for p in row] for row in model.classify([query.text for query in queries])]
    for audio in dict.fromkeys(query.audio for query in queries if query.audio is not None):
        numbers = [i for i, query in enumerate(queries) if query.audio == audio]
        heard = _heard(model, audio, [queries[i] for i in numbers])
        for number, row in zip(numbers, heard, strict=True):
            rows[number] = row
    for query, row in zip(queries, rows, strict=True):
        level = max(range(len(row)), key=row.__getitem__)
        told = {"id": query.id, "level": level, "probabilities": [round(p, 6) for p in row]}
        click.echo(json.dumps(told, ensure_ascii=False))


@courtesy.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@db_option
@scope_options
def labels(
    folder: Path,
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Write into FOLDER what reviewers corrected of courtesy, masked, as `courtesy train` reads it.

    Copy the packaged turns beside it (`models/courtesy/data`), then train on the folder.
    """
    from svcscore.ledger.labelling import courtesy_labels, write_labels
    from svcscore.ledger.people import actor
    from svcscore.outputs import output_error
    from svcscore.store import audit
    from svcscore.store.database import Database

    with Database(url) as database, database.writing() as connection:
        found = courtesy_labels(connection, scope(staff, branch, since, until))
        audit.log(connection, actor(), "export", {"what": "courtesy labels", "turns": len(found)})
        try:
            people = write_labels(folder, found)
        except OSError as fault:
            raise output_error(folder, fault) from fault
    click.echo(f"{len(found)} turns of {people} people")


@courtesy.command()
@click.argument(
    "data", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that model and card are written to.",
)
def train(data: Path | None, out: Path) -> None:
    """Train on the turns in DATA (default: the packaged ones) and write the model with its card.

    The figures of the card are held out by writer, so at least two writers are needed.
    """
    import shutil

    from svcscore.courtesy.card import page, read_card, write_model
    from svcscore.courtesy.data import read_turns
    from svcscore.courtesy.evaluation import hold_out
    from svcscore.courtesy.train import fit, stored
    from svcscore.courtesy.voice import VOICE
    from svcscore.resources import digest_of

    packaged = _packaged()
    data = data or packaged / "data"
    turns = read_turns(data)
    try:
        held = hold_out(turns)
        archive = stored(fit(turns))
    except ValueError as error:
        raise UsageError(
            "input.invalid", str(error), "see models/courtesy/GUIDE.md", str(data)
        ) from error
    write_model(out, archive, turns, digest_of(data, "*.yaml"), held, read_card(packaged))
    if out.resolve() != packaged.resolve():
        shutil.copyfile(packaged / VOICE, out / VOICE)
    click.echo(page(read_card(out)), nl=False)


@courtesy.command()
@click.argument(
    "data", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@MODEL
def evaluate(data: Path | None, folder: Path | None) -> None:
    """Print figures with 90 % intervals.

    With DATA, a folder of reviewed turns that the model was not trained on: of the packaged model and,
    if given, of another on the same turns. Without: of models trained anew on the packaged turns, each
    tested on a writer that it did not see (takes minutes).
    """
    from svcscore.courtesy.card import result, results, table
    from svcscore.courtesy.classifier import load_courtesy
    from svcscore.courtesy.data import read_turns
    from svcscore.courtesy.evaluation import evaluate as evaluated
    from svcscore.courtesy.evaluation import hold_out

    if data is None:
        if folder is not None:
            raise click.UsageError("--model needs DATA")
        rows = list(results(hold_out(read_turns(_packaged() / "data"))))
    else:
        turns: Sequence[Labelled] = read_turns(data)
        models = {"packaged model": None, **({str(folder): folder} if folder else {})}
        rows = [
            result(
                data.name,
                evaluated(name, turns, load_courtesy(at).classify([turn.text for turn in turns])),
            )
            for name, at in models.items()
        ]
    for line in table(rows):
        click.echo(line)


@courtesy.command()
@MODEL
def card(folder: Path | None) -> None:
    """Print the model's card in Markdown."""
    from svcscore.courtesy.card import page, read_card

    click.echo(page(read_card(folder or _packaged())), nl=False)


def _packaged() -> Path:
    from svcscore.resources import data_folder

    return data_folder("models") / "courtesy"


def _heard(model: CourtesyModel, audio: Path, queries: Sequence[_Query]) -> list[list[float]]:
    """Probabilities from words and voice of turns in one recording, taken for one speaker's."""
    from svcscore.audio.decode import decode
    from svcscore.audio.prosody import measure_prosody
    from svcscore.intake.identity import sha256_of

    sound = decode(audio, sha256=sha256_of(audio))
    length = sound.recording.duration
    turns = [_turn(number, query, length) for number, query in enumerate(queries)]
    scores = model.judge(turns, measure_prosody(sound.samples, turns))
    return [list(score.probabilities) for score in scores]


def _turn(number: int, query: _Query, length: float) -> Turn:
    """What a query says, as one word: only the whole turn's time is known."""
    from svcscore.records import Role, Turn, Word
    from svcscore.spans import Span

    end = length if query.end is None else min(query.end, length)
    span = Span(min(query.start, end), end)
    return Turn(
        index=number,
        span=span,
        words=(Word(text=query.text, span=span, probability=1.0),),
        role=Role.TELLER,
        role_probability=1.0,
        staff_probability=1.0,
        speaker="S1",
    )
