"""History judged anew, without audio: another rubric, other rules, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from svcscore.ledger.crew import Work, spread
from svcscore.ledger.judge import Bench, Change, Judge, Verdict
from svcscore.ledger.people import actor
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.store.writer import Writer


def rescore(
    database: Database,
    bench: Bench,
    scope: Scope,
    *,
    dry: bool,
) -> Iterator[Change]:
    """Judge the interactions of `scope` anew; reviews count as before.

    Processes on all cores judge, this one writes. A transaction holds a few hundred interactions:
    who stops it half-way runs it again, and what is done already changes no more.

    Args:
        database: open.
        bench: by what.
        scope: which.
        dry: only tell what would change.

    Raises:
        StoreError: where the database cannot be used.
    """
    with database.reading() as connection:
        keys = reader.keys(connection, scope)
    if not dry:
        with database.writing() as connection:
            Writer(connection).snapshots(bench.snapshots)
    for verdicts in spread(database, keys, partial(_made, bench)):
        if not dry:
            verdicts = _written(database, bench, verdicts)
        yield from (verdict.change for verdict in verdicts)


def _made(bench: Bench) -> Work[list[Verdict]]:
    return Judge(bench).verdicts


def _written(database: Database, bench: Bench, verdicts: list[Verdict]) -> list[Verdict]:
    """Let verdicts count; what got a review meanwhile is judged again."""
    with database.writing() as connection:
        writer = Writer(connection)
        newest = reader.numbers(connection, [verdict.key for verdict in verdicts])
        late = [v.key for v in verdicts if newest[v.key] != v.number]
        if late:
            again = {v.key: v for v in Judge(bench).verdicts(connection, late)}
            verdicts = [again.get(verdict.key, verdict) for verdict in verdicts]
        others = [verdict for verdict in verdicts if verdict.another]
        standings = [verdict.standing(writer) for verdict in others]
        writer.stand(standings)
        for verdict in others:
            # without this a decision would be lost with the finding that it was about
            writer.reviews(verdict.reviews, {verdict.change.interaction_id: verdict.key})
        if standings:
            changes = [verdict.change for verdict in verdicts]
            audit.log(connection, actor(), "rescore", _told(changes, bench))
    return verdicts


def _told(changes: Sequence[Change], bench: Bench) -> dict[str, object]:
    return {
        "rubric": bench.rubric.sha256,
        "lexicon": bench.lexicon.sha256 if bench.lexicon else None,
        "judged": len(changes),
        "changed": [one.interaction_id for one in changes if one.changed],
    }
