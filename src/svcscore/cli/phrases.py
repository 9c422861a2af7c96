"""``svcscore phrases``: try the rules on text, find any phrase in audio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel, ConfigDict, model_validator

from svcscore.cli.find import find
from svcscore.cli.jsonl import read_lines
from svcscore.cli.robustness import robustness
from svcscore.records import Role

if TYPE_CHECKING:
    from svcscore.records import Finding, Interaction

_FORM = 'write lines {"id", "role", "text"} or {"id", "turns": [{"role", "text"}, …]}'


class _Line(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Role
    text: str


class _Query(BaseModel):
    """A line of input: one turn, or several where context matters."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int
    role: Role | None = None
    text: str | None = None
    turns: tuple[_Line, ...] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> _Query:
        single = self.role is not None and self.text is not None
        if single == (self.turns is not None):
            raise ValueError("give either role and text, or turns")
        return self


@click.group()
def phrases() -> None:
    """Try phrases on text, find them in audio, or see which of them can be heard."""


phrases.add_command(find)
phrases.add_command(robustness)


@phrases.command("try")
@click.option(
    "--jsonl",
    "source",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help='Lines {"id", "role", "text"} or {"id", "turns": [{"role", "text"}, …]}; - is stdin.',
)
@click.option(
    "--lexicon",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of rules (default: the packaged ones).",
)
def try_(source: Path, lexicon: Path | None) -> None:
    """Print what the rules find in text: one line {"id", "findings"} for each line of FILE.

    The text is taken as said, word for word. A single turn is a part of a conversation: what is
    missing in it is not told; of turns it is.
    """
    from svcscore.reports.contract import finding_line
    from svcscore.resources import data_folder
    from svcscore.rules.engine import Engine
    from svcscore.rules.load import load_lexicon

    queries = list(read_lines(source, _Query, _FORM))
    engine = Engine(load_lexicon(lexicon or data_folder("lexicons")))
    for query in queries:
        interaction = _interaction(query)
        texts = {turn.index: turn.text for turn in interaction.turns}
        lines = [
            finding_line(finding, texts).model_dump(mode="json")
            for finding in engine.judge(interaction)
            if _told(query, finding)
        ]
        click.echo(json.dumps({"id": query.id, "findings": lines}, ensure_ascii=False))


def _told(query: _Query, finding: Finding) -> bool:
    from svcscore.records import Match, Verdict

    if finding.verdict is Verdict.NOT_APPLICABLE:
        return False
    return query.turns is not None or finding.match is not Match.ABSENCE


def _interaction(query: _Query) -> Interaction:
    from svcscore.rules.spoken import kind_of, spoken

    if query.turns is None:
        assert query.role is not None
        assert query.text is not None
        lines = [(query.role, query.text)]
    else:
        lines = [(line.role, line.text) for line in query.turns]
    kind = kind_of([role for role, _ in lines])
    return spoken(str(query.id), lines, kind, complete=query.turns is not None)
