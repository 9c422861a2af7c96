"""``svcscore rules tune``: what reviews suggest for rules, and what it would be worth."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option, scope, scope_options
from svcscore.cli.rules_folder import FOLDER, folder_of
from svcscore.errors import UsageError

if TYPE_CHECKING:
    from svcscore.ledger.suggesting import Proposal
    from svcscore.ledger.tuning import Figures, Tuned, Tuning
    from svcscore.rules.load import Lexicon
    from svcscore.scoring.agreement_bootstrap import Estimate


@click.command()
@FOLDER
@db_option
@scope_options
@click.option("--rule", "name", metavar="ID", help="Only this rule.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tune(
    folder: Path | None,
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Suggest changes of rules from what people decided about their hits; adopts nothing.

    Exclusions, new phrases and a least probability come from one half of the reviewed interactions;
    precision and recall before and after are those of the other half, with 90 % intervals.
    """
    from svcscore.ledger.tuning import tune as reckon
    from svcscore.rules.load import load_lexicon
    from svcscore.store.database import Database

    lexicon = load_lexicon(folder_of(folder))
    if name is not None:
        _check(lexicon, name)
    with Database(url) as database:
        tuning = reckon(database, lexicon, scope(staff, branch, since, until), name)
    if as_json:
        click.echo(json.dumps(asdict(tuning), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        for line in _lines(tuning):
            click.echo(line)


def _check(lexicon: Lexicon, name: str) -> None:
    """Refuse a rule that the lexicon does not have.

    Raises:
        UsageError: ``input.invalid``, with the name that comes closest.
    """
    known = [rule.id for rule in lexicon.rules]
    if name in known:
        return
    close = difflib.get_close_matches(name, known, 1)
    remedy = (
        f"did you mean {close[0]!r}?" if close else "`svcscore rules catalogue` lists all rules"
    )
    raise UsageError("input.invalid", f"there is no rule {name!r}", remedy, "--rule")


def _lines(tuning: Tuning) -> Iterator[str]:
    told = f"{tuning.hits} reviewed hits in {tuning.interactions} reviewed interactions"
    if tuning.stale:
        told += f"; {tuning.stale} reviews of findings that these rules do not make left out"
    yield told
    if tuning.missed:
        yield "\nwhat people added, for no rule heard it:"
        yield from (f"  {one.code}: {one.heard} ({one.times})" for one in tuning.missed)
    for one in tuning.rules:
        yield f"\n{one.rule} {one.title} ({one.code})"
        yield f"  tuning half:    {_figures(one.tuning)}"
        yield f"  held-out half:  {_figures(one.held_out)}"
        if one.proposal is None or one.after is None:
            yield f"  nothing is suggested{_why_not(one)}"
            continue
        yield from _proposal(one.proposal)
        yield f"  held-out after: {_figures(one.after)}"
        for text in one.failing:
            yield f"  it would break the rule's own example: {text}"


def _why_not(one: Tuned) -> str:
    from svcscore.ledger.suggesting import ENOUGH

    few = one.tuning.hits < ENOUGH
    return f": fewer than {ENOUGH} reviewed hits in the tuning half" if few else ""


def _figures(figures: Figures) -> str:
    return (
        f"{figures.right} right, {figures.wrong} wrong; "
        f"precision {_share(figures.precision)}, recall {_share(figures.recall)}; "
        f"confirmed without a person: {figures.sure_right} right, {figures.sure_wrong} wrong"
    )


def _share(value: Estimate | None) -> str:
    if value is None:
        return "—"
    return f"{value.value:.0%} [{value.low:.0%}–{value.high:.0%}]"


def _proposal(proposal: Proposal) -> Iterator[str]:
    """As it would stand in the pack, each with what it rests on."""
    for field in ("unless", "unless_turn"):
        if some := [one for one in proposal.exclusions if one.field == field]:
            yield f"  {field}: [{', '.join(one.text for one in some)}]"
            for one in some:
                yield (
                    f"    # {one.text}: {one.wrong} overturned turns, no confirmed one "
                    f"(log-odds {one.log_odds:.1f})"
                )
    if proposal.phrases:
        yield f"  phrases: [{', '.join(one.text for one in proposal.phrases)}]"
        for phrase in proposal.phrases:
            yield f"    # {phrase.text}: heard in {phrase.confirmed} confirmed likenesses"
    if proposal.least is not None:
        yield f"  least: {proposal.least:g}"
