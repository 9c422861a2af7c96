"""What counts of interactions that people corrected: judged anew, in the transaction of the correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.amendments import REVIEWER, Amendment, Gives, Takes, added, standing
from svcscore.ledger.engines import engine_of
from svcscore.ledger.judge import had_audio
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Finding
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
    gone: bool
    """Whether it is no case any more: all its turns are another's now."""


def settle(
    connection: Connection, writer: Writer, keys: Sequence[int], *, anew: bool
) -> tuple[Settled, ...]:
    """Let the standing amendments of these interactions count.

    Args:
        connection: of the transaction that added the amendments.
        writer: of the same.
        keys: of interactions, all of one recording; the first is one that counted.
        anew: whether words, roles or boundaries are others, so that the rules may find other things.
    """
    first = keys[0]
    stored = list(reader.stored(connection, sorted(keys)))
    newest = next(one.provenance_key for one in stored if one.key == first)
    # rules and rubric may have changed while one did not count
    by = {one.id: newest if one.gone else one.provenance_key for one in stored}
    before = {one.id: one.findings for one in stored}
    after = {one.id: _found(connection, one, by[one.id], anew=anew) for one in stored}
    reviews = [review for one in stored for review in one.reviews]
    moved = reattach(before, after, reviews)
    return tuple(
        _settled(connection, writer, one, by[one.id], after[one.id], moved) for one in stored
    )


def given_away(one: Stored) -> bool:
    """Whether people say that all its turns belong to another interaction."""
    given = any(isinstance(it.content, Gives) for it in standing(one.amendments))
    return given and not one.kept.interaction.turns


def founding(one: Stored) -> Amendment | None:
    """What made this interaction, where people did: the split, which may be taken back by now."""
    if one.heard.interaction.opened_by != REVIEWER or not one.amendments:
        return None
    first = one.amendments[0]
    return first if isinstance(first.content, Takes) else None


def no_more(one: Stored) -> bool:
    """Whether people say that it is no interaction of its own."""
    made = founding(one)
    return given_away(one) or (made is not None and made not in standing(one.amendments))


def _found(
    connection: Connection, one: Stored, provenance_key: int, *, anew: bool
) -> tuple[Finding, ...]:
    if no_more(one):
        return ()
    mine = added(one.amendments, one.kept.interaction)
    if not anew:
        return (*(it for it in one.findings if it.rule != REVIEWER), *mine)
    provenance = reader.provenance(connection, provenance_key)
    engine = engine_of(connection, provenance.lexicon_sha256)
    listen = recalled(one.kept.asked) if had_audio(provenance) else None
    return (*engine.judge(one.kept.interaction, listen, occasion=one.occasion), *mine)


def _settled(
    connection: Connection,
    writer: Writer,
    one: Stored,
    provenance_key: int,
    findings: tuple[Finding, ...],
    moved: Reattached,
) -> Settled:
    reviews = tuple(review for review in moved.reviews if review.interaction_id == one.id)
    old, new = {it.id for it in one.findings}, {it.id for it in findings}
    lost = sum(it.interaction_id == one.id and it.finding_id in old for it in moved.stale)
    provenance = reader.provenance(connection, provenance_key)
    rubric = rubric_of(connection, provenance.rubric_sha256)
    remarks = reader.remarks(connection, [one.recording_key])[one.recording_key]
    stood = stand(one.kept, findings, reviews, rubric, remarks)
    writer.reviews(reviews, {one.id: one.key})
    writer.stand(
        [
            Standing(
                interaction_key=one.key,
                number=one.number + 1,
                provenance_key=provenance_key,
                findings_number=one.findings_number,
                stood=stood,
                decided=decided_ids(reviews),
                about={"staff_id": one.staff_id, "branch_id": one.branch_id, "day": one.day},
                findings=None if findings == one.findings else findings,
            )
        ]
    )
    corrected.put_facts(connection, one.key, one.kept)
    gone = no_more(one)
    if gone:
        writer.gone([one.key])
    elif one.gone:
        corrected.back(connection, one.key)
    return Settled(
        interaction_id=one.id,
        before=one.total,
        after=stood.card.total,
        new_findings=len(new - old),
        lost_findings=len(old - new),
        stale_reviews=lost,
        gone=gone,
    )
