"""History judged anew, without audio: another rubric, other rules, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from svcscore import __version__
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.ledger.people import actor
from svcscore.records import Finding, Provenance, Remark
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import Lexicon, load_lexicon
from svcscore.rules.recall import recalled
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.final import reattach
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope, Stored
from svcscore.store.rows import Stood, standing_values
from svcscore.store.snapshots import Snapshot, lexicon_snapshot, rubric_snapshot
from svcscore.store.writer import Standing, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new judgement makes of one interaction."""

    interaction_id: str
    staff_id: str | None
    branch_id: str | None
    day: date | None
    before: float | None
    after: float | None
    """Totals, 0–100; None where it is not scored."""
    red_lines_before: int
    red_lines_after: int
    review_before: bool
    review_after: bool
    stale_reviews: int
    """Reviews of findings that the new rules do not make."""

    @property
    def changed(self) -> bool:
        """Whether anything that counts is another (points to one decimal)."""
        return (
            _shown(self.before) != _shown(self.after)
            or self.red_lines_before != self.red_lines_after
            or self.review_before != self.review_after
        )

    @property
    def difference(self) -> float | None:
        """Points gained; None where either is not scored."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """By what is judged anew: a rubric, rules (None keeps the findings), and their texts."""

    rubric: Rubric
    lexicon: Lexicon | None
    snapshots: tuple[Snapshot, ...]


def load_bench(profile: Path, rules: Path | None) -> Bench:
    """Read a rubric, and rules where a folder of them is given.

    Raises:
        ConfigError: with every fault of the files.
    """
    lexicon = load_lexicon(rules) if rules else None
    codes = lexicon.taxonomy.codes if lexicon else load_taxonomy(data_folder("lexicons")).codes
    rubric = load_rubric(profile, frozenset(codes))
    snapshots = [rubric_snapshot(rubric.profile, rubric.sha256, rubric.source)]
    if rules:
        snapshots.append(lexicon_snapshot(rules))
    return Bench(rubric=rubric, lexicon=lexicon, snapshots=tuple(snapshots))


def rescore(
    database: Database,
    bench: Bench,
    scope: Scope,
    *,
    dry: bool,
    tell: Callable[[int], None] = lambda done: None,
) -> Iterator[Change]:
    """Judge the interactions of `scope` anew; reviews count as before.

    A transaction holds a few hundred interactions: who stops it half-way runs it again, and what is
    done already changes no more.

    Args:
        database: open.
        bench: by what.
        scope: which.
        dry: only tell what would change.
        tell: hears how many are done.

    Raises:
        StoreError: where the database cannot be used.
    """
    engine = Engine(bench.lexicon) if bench.lexicon else None
    with database.reading() as connection:
        keys = reader.keys(connection, scope)
    if not dry:
        with database.writing() as connection:
            Writer(connection).snapshots(bench.snapshots)
    for at in range(0, len(keys), reader.BATCH):
        batch = keys[at : at + reader.BATCH]
        if dry:
            with database.reading() as connection:
                changes = _batch(connection, batch, bench, engine, writer=None)
        else:
            with database.writing() as connection:
                changes = _batch(connection, batch, bench, engine, writer=Writer(connection))
                audit.log(connection, actor(), "rescore", _told(changes, bench))
        yield from changes
        tell(at + len(batch))


def _told(changes: Sequence[Change], bench: Bench) -> dict[str, object]:
    return {
        "rubric": bench.rubric.sha256,
        "lexicon": bench.lexicon.sha256 if bench.lexicon else None,
        "judged": len(changes),
        "changed": [one.interaction_id for one in changes if one.changed],
    }


def _batch(
    connection: Connection,
    keys: Sequence[int],
    bench: Bench,
    engine: Engine | None,
    *,
    writer: Writer | None,
) -> list[Change]:
    stored = list(reader.stored(connection, keys))
    remarks = reader.remarks(connection, (one.recording_key for one in stored))
    provenances: dict[int, Provenance] = {}
    changes: list[Change] = []
    standings: list[Standing] = []
    for one in stored:
        if one.provenance_key not in provenances:
            provenances[one.provenance_key] = reader.provenance(connection, one.provenance_key)
        provenance = _provenance(provenances[one.provenance_key], bench)
        stood, findings, stale, decided = _judged(
            one, bench, engine, remarks[one.recording_key], audio=_had_audio(provenance)
        )
        changes.append(_change(one, stood, stale))
        if writer is None or provenance == provenances[one.provenance_key]:
            continue
        key = writer.provenance(provenance)
        standings.append(
            Standing(
                interaction_key=one.key,
                number=one.number + 1,
                provenance_key=key,
                findings_number=one.findings_number,
                stood=stood,
                decided=decided,
                about={"staff_id": one.staff_id, "branch_id": one.branch_id, "day": one.day},
                findings=findings,
            )
        )
    if writer is not None:
        writer.stand(standings)
    return changes


def _judged(
    one: Stored,
    bench: Bench,
    engine: Engine | None,
    remarks: tuple[Remark, ...],
    *,
    audio: bool,
) -> tuple[Stood, tuple[Finding, ...] | None, int, frozenset[str]]:
    """What stands, new findings where there are any, stale reviews, and what people decided."""
    if engine is None:
        stood = stand(one.kept, one.findings, one.reviews, bench.rubric, remarks)
        return stood, None, 0, decided_ids(one.reviews)
    listen = recalled(one.kept.asked) if audio else None
    findings = engine.judge(one.kept.interaction, listen)
    moved = reattach({one.id: one.findings}, {one.id: findings}, one.reviews)
    stood = stand(one.kept, findings, moved.reviews, bench.rubric, remarks)
    new = None if findings == one.findings else findings
    return stood, new, len(moved.stale), decided_ids(moved.reviews)


def _had_audio(provenance: Provenance) -> bool:
    """Whether words were heard, rather than given as text."""
    return ("source", "transcript") not in provenance.asr


def _provenance(before: Provenance, bench: Bench) -> Provenance:
    lexicon = bench.lexicon.sha256 if bench.lexicon else before.lexicon_sha256
    return replace(
        before,
        version=__version__,
        rubric_sha256=bench.rubric.sha256,
        lexicon_sha256=lexicon,
    )


def _change(one: Stored, stood: Stood, stale: int) -> Change:
    values = standing_values(stood)
    return Change(
        interaction_id=one.id,
        staff_id=one.staff_id,
        branch_id=one.branch_id,
        day=one.day,
        before=one.total,
        after=values["total"],
        red_lines_before=one.red_lines,
        red_lines_after=values["red_lines"],
        review_before=one.needs_review,
        review_after=values["needs_review"],
        stale_reviews=stale,
    )


def _shown(total: float | None) -> float | None:
    return None if total is None else round(total, 1)
