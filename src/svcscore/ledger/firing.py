"""How often each rule says something in what is stored; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from svcscore.errors import StoreError
from svcscore.ledger.crew import Work, spread
from svcscore.ledger.judge import Rules
from svcscore.records import Finding, Kind, Match, Status, Verdict
from svcscore.rules.definition import AnyRule
from svcscore.rules.lint import Desk, Lint
from svcscore.rules.lint_reach import kinds_of
from svcscore.rules.load import Lexicon
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope

ENOUGH = 50
"""Interactions under which "never" and "always" say nothing."""
ALWAYS = 0.95
"""Share of interactions from which on a rule always fires: it tells nobody from anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """How often one rule fires."""

    rule: str
    interactions: int
    """Of a kind in which the rule is tried."""
    fired: int
    """Of them, those in which it heard something, or missed what was due."""

    @property
    def share(self) -> float:
        """0–1; of no interactions 0."""
        return self.fired / self.interactions if self.interactions else 0.0


def firing(database: Database, lexicon: Lexicon, scope: Scope) -> tuple[Firing, ...]:
    """Try the rules on the words of all interactions of `scope`; one row a rule, by its id.

    Raises:
        StoreError: ``store.empty`` where there are none, or the database cannot be used.
    """
    with database.reading() as connection:
        keys = reader.keys(connection, scope)
    if not keys:
        raise nothing_stored()
    kinds: Counter[Kind] = Counter()
    fired: Counter[str] = Counter()
    for some_kinds, some_fired in spread(database, keys, partial(_made, lexicon)):
        kinds += some_kinds
        fired += some_fired
    return tuple(
        Firing(
            rule=rule.id,
            interactions=sum(kinds[kind] for kind in kinds_of(rule)),
            fired=fired[rule.id],
        )
        for rule in sorted(lexicon.rules, key=lambda rule: rule.id)
    )


def firing_doubts(desk: Desk, fired: Sequence[Firing]) -> tuple[Lint, ...]:
    """Rules that never or always fire, where there are enough interactions to say so."""
    rules = {rule.id: rule for rule in desk.lexicon.rules}
    doubts = (_doubt(desk, rules[one.rule], one) for one in fired)
    return tuple(doubt for doubt in doubts if doubt)


def nothing_stored() -> StoreError:
    """The error for a scope without interactions."""
    return StoreError(
        "store.empty",
        "the database holds no interaction of what is meant",
        "take runs in with `svcscore db ingest`, or widen --since, --until, --branch, --staff",
    )


def _doubt(desk: Desk, rule: AnyRule, one: Firing) -> Lint | None:
    if one.interactions < ENOUGH or 0 < one.share < ALWAYS:
        return None
    told = f"fires in {one.fired} of {one.interactions} stored interactions ({one.share:.1%})"
    if one.fired == 0:
        return desk.doubt(
            rule, (), "never", told, "try it on what people really say (`svcscore rules try`)"
        )
    return desk.doubt(rule, (), "always", told, "it tells nobody apart: narrow its phrases")


def _made(lexicon: Lexicon) -> Work[tuple[Counter[Kind], Counter[str]]]:
    return partial(_count, Rules(lexicon))


def _count(
    rules: Rules, connection: Connection, keys: Sequence[int]
) -> tuple[Counter[Kind], Counter[str]]:
    kinds: Counter[Kind] = Counter()
    fired: Counter[str] = Counter()
    for one in reader.stored(connection, keys):
        before = reader.provenance(connection, one.provenance_key)
        kinds[one.kept.interaction.kind] += 1
        fired.update({f.rule for f in rules.judge(one, before).findings if _fires(f)})
    return kinds, fired


def _fires(finding: Finding) -> bool:
    """Whether the rule itself says something; that a code is absent everywhere is said of its rules."""
    if finding.status is Status.REJECTED:
        return False
    if finding.match is Match.ABSENCE:
        return finding.verdict is Verdict.ABSENT and bool(finding.evidence)
    return True
