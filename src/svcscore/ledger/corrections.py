"""What becomes of corrections when a recording is taken in again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from svcscore.amendments import (
    REVIEWER,
    Amendment,
    Takes,
    Withdraws,
    added,
    amendment_id,
    standing,
)
from svcscore.ledger.amending import given_away
from svcscore.ledger.engines import engine_of
from svcscore.ledger.judge import had_audio
from svcscore.ledger.people import actor
from svcscore.records import Judged, Scored
from svcscore.rules.recall import recalled
from svcscore.store.desk import amendments
from svcscore.store.reader import Stored


def heard_so(one: Stored) -> bool:
    """Whether the machine's last hearing has this interaction, whatever people made of it since."""
    made_by_people = one.heard.interaction.opened_by == REVIEWER
    return not made_by_people and (not one.gone or given_away(one))


def as_corrected(
    connection: Connection,
    scored: Scored,
    given: Mapping[str, Judged],
    there: Mapping[str, Stored],
) -> dict[str, Judged]:
    """What a run says of words that were heard before, with what people corrected in them.

    Args:
        connection: of the transaction.
        scored: the run's recording; its rules judge what was corrected.
        given: its interactions, by id.
        there: the stored ones that count, by id; people may have made some of them.
    """
    said = {name: one for name, one in given.items() if name in there}
    for name, one in there.items():
        if name in given and not standing(one.amendments):
            continue
        engine = engine_of(connection, scored.provenance.lexicon_sha256)
        listen = recalled(one.kept.asked) if had_audio(scored.provenance) else None
        findings = engine.judge(one.kept.interaction, listen, occasion=one.occasion)
        base = given.get(name) or next(iter(given.values()))
        said[name] = replace(
            base,
            interaction=one.kept.interaction,
            courtesy=one.kept.courtesy,
            prosody=one.kept.prosody,
            asked=one.kept.asked,
            findings=(*findings, *added(one.amendments, one.kept.interaction)),
        )
    return said


def outdate(connection: Connection, stored: Iterable[Stored]) -> int:
    """Take all corrections back, for another hearing has other turns; tells how many stood."""
    count = 0
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    for one in stored:
        for correction in standing(one.amendments):
            # a move is one correction with two halves
            count += not isinstance(correction.content, Takes)
            name = amendment_id(one.id, actor(), at, f"withdraw {correction.id}")
            amendments.add(
                connection,
                one.key,
                Amendment(
                    id=name,
                    interaction_id=one.id,
                    content=Withdraws(),
                    reviewer=actor(),
                    at=at,
                    reason="录音已重新识别",
                    supersedes=correction.id,
                ),
            )
    return count
