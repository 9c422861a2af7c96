"""``svcscore rules try``: what the rules find in a dialogue, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.rules_folder import FOLDER, folder_of
from svcscore.errors import UsageError

if TYPE_CHECKING:
    from svcscore.records import Finding, Interaction, Role
    from svcscore.reports.lines import FindingLine
    from svcscore.rules.load import Lexicon

_FORM = "write 柜员：您好/客户：我取钱 (柜员 大堂经理 客户经理 主管 保安 客户 机器, or 柜 堂 经 主 安 客 机)"


@dataclass(frozen=True, slots=True)
class _Tried:
    """An interaction with all that the rules say of it; `whole` where absences can be told."""

    interaction: Interaction
    findings: tuple[Finding, ...]
    whole: bool = True

    @property
    def shown(self) -> tuple[Finding, ...]:
        """Findings of what was due, and missed or heard."""
        from svcscore.records import Match, Verdict

        return tuple(
            finding
            for finding in self.findings
            if finding.verdict is not Verdict.NOT_APPLICABLE
            and (self.whole or finding.match is not Match.ABSENCE)
        )


@click.command("try")
@FOLDER
@click.option("--text", metavar="DIALOGUE", help="柜员：您好/客户：我取钱 (/ or a line break).")
@click.option(
    "--transcript",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A transcript (.json, .srt, .vtt, .TextGrid).",
)
@click.option("--db", "url", envvar="SVCSCORE_DB", help="The database that holds --interaction.")
@click.option("--interaction", "identity", metavar="ID", help="A stored interaction.")
@click.option("--json", "as_json", is_flag=True, help="Print lines of JSON, as `phrases try` does.")
def try_(
    folder: Path | None,
    text: str | None,
    transcript: Path | None,
    url: str | None,
    identity: str | None,
    as_json: bool,
) -> None:
    """Judge a dialogue by the rules of FOLDER (the packaged ones where none is given).

    Give one of --text, --transcript, or --db with --interaction. What is written counts as said; a
    stored interaction keeps how sure its words are, and what the second listen answered. A single
    turn is a part of a conversation: what is missing in it is not told.
    """
    from svcscore.rules.load import load_lexicon

    if sum(source is not None for source in (text, transcript, identity)) != 1:
        raise click.UsageError("give one of --text, --transcript, and --db with --interaction")
    if identity is not None and url is None:
        raise click.UsageError("--interaction needs --db (or SVCSCORE_DB)")
    lexicon = load_lexicon(folder_of(folder))
    if text is not None:
        tried = [_of_text(lexicon, text)]
    elif transcript is not None:
        tried = _of_transcript(lexicon, transcript)
    else:
        assert url is not None
        assert identity is not None
        tried = [_of_stored(lexicon, url, identity)]
    for one in tried:
        if as_json:
            click.echo(_line(one))
        else:
            _show(one)


def _of_text(lexicon: Lexicon, text: str) -> _Tried:
    from svcscore.rules.engine import Engine
    from svcscore.rules.spoken import kind_of, spoken

    lines = _lines(text)
    whole = len(lines) > 1
    interaction = spoken("text", lines, kind_of([role for role, _ in lines]), complete=whole)
    return _Tried(interaction, Engine(lexicon).judge(interaction), whole)


def _lines(text: str) -> list[tuple[Role, str]]:
    """Who says what.

    Raises:
        UsageError: ``input.invalid`` with the number of a turn that names no speaker.
    """
    from svcscore.intake.speakers import after_prefix
    from svcscore.rules.base import SPEAKERS_ZH

    lines: list[tuple[Role, str]] = []
    short = re.compile(rf"({'|'.join(SPEAKERS_ZH)})\s*[:：]\s*(.+)")
    for part in filter(None, (part.strip() for part in re.split(r"[/／\n]", text))):
        if letter := short.fullmatch(part):
            role, words = SPEAKERS_ZH.get(letter[1]), letter[2]
        else:
            said = after_prefix(part)
            role, words = (said.role, said.text) if said else (None, "")
        if role is None or not words:
            told = (
                f"turn {len(lines) + 1}, “{part}”, names no speaker that is known, or says nothing"
            )
            raise UsageError("input.invalid", told, _FORM, "--text")
        lines.append((role, words))
    if not lines:
        raise UsageError("input.invalid", "the dialogue holds no turn", _FORM, "--text")
    return lines


def _of_transcript(lexicon: Lexicon, path: Path) -> list[_Tried]:
    """The visits of a transcript, found as `svcscore score` finds them."""
    from svcscore.dialogue.interactions import interactions
    from svcscore.dialogue.stored import turns_from_transcript
    from svcscore.intake.transcripts import read_transcript
    from svcscore.rules.engine import Engine

    stored = read_transcript(path)
    turns = turns_from_transcript(stored)
    found = interactions(path.stem, turns, stored.context, stored.duration, ())
    if not found:
        raise UsageError("input.invalid", "nobody says anything", "give turns with text", str(path))
    engine = Engine(lexicon)
    return [_Tried(interaction, engine.judge(interaction)) for interaction in found]


def _of_stored(lexicon: Lexicon, url: str, identity: str) -> _Tried:
    from svcscore.ledger.judge import Rules
    from svcscore.store import reader
    from svcscore.store.database import Database

    with Database(url) as database, database.reading() as connection:
        keys = reader.keys_by_id(connection, [identity])
        if not keys:
            raise reader.unknown("interaction", identity)
        (one,) = reader.stored(connection, list(keys.values()))
        before = reader.provenance(connection, one.provenance_key)
    return _Tried(one.kept.interaction, Rules(lexicon).judge(one, before).findings)


def _line(tried: _Tried) -> str:
    from svcscore.reports.contract import finding_line

    texts = {turn.index: turn.text for turn in tried.interaction.turns}
    lines = [finding_line(finding, texts).model_dump(mode="json") for finding in tried.shown]
    return json.dumps({"id": tried.interaction.id, "findings": lines}, ensure_ascii=False)


def _show(tried: _Tried) -> None:
    from rich.table import Table

    from svcscore.cli.files import show
    from svcscore.reports.contract import finding_line
    from svcscore.reports.labels import KINDS, ROLES
    from svcscore.text.redaction import masked_turns

    interaction = tried.interaction
    texts = {turn.index: turn.text for turn in interaction.turns}
    click.echo(f"{interaction.id} · {KINDS[interaction.kind.value].zh}")
    for turn, text in zip(interaction.turns, masked_turns(interaction.turns), strict=True):
        click.echo(f"{turn.index:>3} {ROLES[turn.role.value].zh}：{text}")
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for head in ("句", "听到", "项目", "结论", "状态", "概率", "依据", "规则", "说明"):
        table.add_column(
            head,
            justify="right" if head in {"句", "概率"} else "left",
            overflow="fold",
            no_wrap=head == "规则",
        )
    for finding in tried.shown:
        table.add_row(*_row(finding_line(finding, texts)))
    if tried.shown:
        show(table)
    else:
        click.echo("规则没有发现。")
    if quiet := _not_due(tried.findings):
        click.echo(f"另有 {quiet} 项没有触发条件，不适用，未列出。")


def _row(line: FindingLine) -> Sequence[str]:
    from svcscore.reports.labels import MATCHES, SEVERITIES, STATUSES, VERDICTS

    verdict = VERDICTS[line.verdict.value].zh if line.verdict else ""
    if line.severity:
        verdict += f"（{SEVERITIES[line.severity.value].zh}）"
    match = MATCHES[line.match.value].zh
    if line.heard and line.heard != line.phrase:
        match += f"“{line.phrase}”"
    return (
        "" if line.turn is None else str(line.turn), line.heard, f"{line.title} {line.code}",
        verdict, STATUSES[line.status.value].zh, f"{line.probability:.2f}", match, line.rule,
        line.why,
    )  # fmt: skip


def _not_due(findings: Sequence[Finding]) -> int:
    from svcscore.records import Verdict

    return sum(finding.verdict is Verdict.NOT_APPLICABLE for finding in findings)
