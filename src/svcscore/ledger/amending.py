"""What counts of interactions that people corrected: judged anew, in the transaction of the correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.amendments import REVIEWER, Gives, added, standing
from svcscore.decisions import Review
from svcscore.ledger.judge import had_audio
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Finding
from svcscore.rules.engine import Engine
from svcscore.rules.recall import recalled
from svcscore.scoring.final import Reattached, reattach
from svcscore.store import reader
from svcscore.store.desk import corrected
from svcscore.store.reader import Stored
from svcscore.store.writer import Standing, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a correction made of one interaction."""

    interaction_id: str
    before: float | None
    after: float | None
    """Totals, 0–100; None where it is not scored."""
    new_findings: int
    lost_findings: int
    stale_reviews: int
    """Decisions about findings that are not found any more; they stay in the database."""


def settle(
    connection: Connection, writer: Writer, keys: Sequence[int], engine: Engine | None
) -> tuple[Settled, ...]:
    """Let the standing amendments of these interactions count.

    Args:
        connection: of the transaction that added the amendments.
        writer: of the same.
        keys: of interactions, all of one recording.
        engine: the rules that judged them; None where no words and no roles are others, and so the
            rules would find what they found.
    """
    stored = list(reader.stored(connection, sorted(keys)))
    before = {one.id: one.findings for one in stored}
    after = {one.id: _found(connection, one, engine) for one in stored}
    reviews = [review for one in stored for review in one.reviews]
    moved = reattach(before, after, reviews)
    return tuple(_settled(connection, writer, one, after[one.id], moved) for one in stored)


def given_away(one: Stored) -> bool:
    """Whether people say that all its turns belong to another interaction."""
    given = any(isinstance(it.content, Gives) for it in standing(one.amendments))
    return given and not one.kept.interaction.turns


def _found(connection: Connection, one: Stored, engine: Engine | None) -> tuple[Finding, ...]:
    mine = added(one.amendments)
    if engine is None:
        return (*(it for it in one.findings if it.rule != REVIEWER), *mine)
    if not one.kept.interaction.turns:
        return ()
    provenance = reader.provenance(connection, one.provenance_key)
    listen = recalled(one.kept.asked) if had_audio(provenance) else None
    return (*engine.judge(one.kept.interaction, listen, day=one.day), *mine)


def _settled(
    connection: Connection,
    writer: Writer,
    one: Stored,
    findings: tuple[Finding, ...],
    moved: Reattached,
) -> Settled:
    reviews: tuple[Review, ...] = tuple(r for r in moved.reviews if r.interaction_id == one.id)
    stale = sum(review.interaction_id == one.id for review in moved.stale)
    provenance = reader.provenance(connection, one.provenance_key)
    rubric = rubric_of(connection, provenance.rubric_sha256)
    remarks = reader.remarks(connection, [one.recording_key])[one.recording_key]
    stood = stand(one.kept, findings, reviews, rubric, remarks)
    writer.reviews(reviews, {one.id: one.key})
    writer.stand(
        [
            Standing(
                interaction_key=one.key,
                number=one.number + 1,
                provenance_key=one.provenance_key,
                findings_number=one.findings_number,
                stood=stood,
                decided=decided_ids(reviews),
                about={"staff_id": one.staff_id, "branch_id": one.branch_id, "day": one.day},
                findings=None if findings == one.findings else findings,
            )
        ]
    )
    corrected.put_facts(connection, one.key, one.kept)
    if given_away(one):
        writer.gone([one.key])
    elif one.gone:
        corrected.back(connection, one.key)
    old, new = {it.id for it in one.findings}, {it.id for it in findings}
    return Settled(
        interaction_id=one.id,
        before=one.total,
        after=stood.card.total,
        new_findings=len(new - old),
        lost_findings=len(old - new),
        stale_reviews=stale,
    )
