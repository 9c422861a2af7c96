"""Rows whose time is over: which they are, and their removal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from svcscore.amendments import REVIEWED, Content, FindingIs, RoleIs, Takes, WordsAre
from svcscore.errors import StoreError
from svcscore.records import CourtesyScore, Evidence
from svcscore.store import reader, waiting
from svcscore.store.desk import amendments
from svcscore.store.desk.holds import kept_back
from svcscore.store.desk.tables import (
    ALL,
    AMENDMENTS,
    APPEAL_STEPS,
    APPEALS,
    CALIBRATION_ANSWERS,
    DELETIONS,
    HOLDS,
    NOTES,
    SESSIONS,
    UNMASKINGS,
)
from svcscore.store.evidence import Kept, evidence_text, pack_kept, read_evidence
from svcscore.store.tables import EVIDENCE, FINDINGS, INTERACTIONS, RECORDINGS, REVIEWS

WORDS, TEXTS, ALL_OF_IT = waiting.WORDS, "texts", "all"
"""What is deleted of an interaction; after ``all`` it is not there."""
_TEXTS = (
    (REVIEWS, "reason"),
    (NOTES, "text"),
    (AMENDMENTS, "reason"),
    (APPEALS, "reason"),
    (CALIBRATION_ANSWERS, "reason"),
    (HOLDS, "reason"),
    (UNMASKINGS, "reason"),
)
"""What people wrote about an interaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A recording that may go, as the database knows it."""

    key: int
    path: str
    sha256: str


def due(connection: Connection, what: str, before: date, *, after: int = 0, size: int) -> list[int]:
    """Keys of interactions of which `what` is to be deleted, rising.

    Args:
        connection: to read from.
        what: `WORDS`, `TEXTS` or `ALL_OF_IT`.
        before: the first day that is kept; one without a day counts by when it was taken in.
        after: only keys above.
        size: at most so many.
    """
    chosen = (
        _older(select(INTERACTIONS.c.key), before)
        .where(INTERACTIONS.c.key > after, not_(kept_back()), not_(_done(what)))
        .order_by(INTERACTIONS.c.key)
        .limit(size)
    )
    return list(connection.execute(chosen).scalars())


def count(connection: Connection, what: str, before: date) -> tuple[int, int]:
    """How many interactions are due, and how many more would be, were they not held or appealed."""
    base = _older(select(func.count()).select_from(INTERACTIONS), before).where(not_(_done(what)))
    free = connection.execute(base.where(not_(kept_back()))).scalar_one()
    return free, connection.execute(base).scalar_one() - free


def due_ids(connection: Connection, before: date) -> frozenset[str]:
    """Ids of all interactions that are older and not held, whatever was deleted of them."""
    chosen = _older(select(INTERACTIONS.c.id), before).where(not_(kept_back()))
    return frozenset(connection.execute(chosen).scalars())


def recordings_due(connection: Connection, before: date) -> tuple[Lying, ...]:
    """Recordings of which every interaction is older and not held."""
    keeps = exists().where(
        INTERACTIONS.c.recording_key == RECORDINGS.c.key,
        or_(not_(_is_older(before)), kept_back()),
    )
    chosen = select(RECORDINGS.c.key, RECORDINGS.c.path, RECORDINGS.c.sha256).where(
        not_(keeps),
        or_(
            RECORDINGS.c.ingested_at < datetime.combine(before, time()),
            exists().where(INTERACTIONS.c.recording_key == RECORDINGS.c.key),
        ),
    )
    rows = connection.execute(chosen.order_by(RECORDINGS.c.key))
    return tuple(Lying(key=row.key, path=row.path, sha256=row.sha256) for row in rows)


def drop_words(connection: Connection, keys: Sequence[int], now: str) -> None:
    """Delete what was said in these interactions; scores, findings and who spoke when stay.

    They wait for nobody any more.

    Raises:
        StoreError: ``store.damaged`` where a word is read after all; nothing is deleted then.
    """
    for one in reader.stored(connection, keys):
        content = pack_kept(without_words(one.heard, now))
        where = EVIDENCE.c.interaction_key == one.key
        connection.execute(update(EVIDENCE).where(where).values(content=content))
    _blank_places(connection, keys)
    _blank_amendments(connection, keys)
    _mark(connection, keys, WORDS, now)
    # nobody can decide what can be neither read nor heard
    waiting.refresh(connection, keys)
    for one in reader.stored(connection, keys):
        said = any(turn.words for turn in one.heard.interaction.turns)
        told = any(place.heard for found in one.findings for place in found.evidence)
        corrected = any(_wordless(given.content) != given.content for given in one.amendments)
        if said or told or corrected or one.kept.deleted_at is None:
            raise _still_there(one.id)


def without_words(kept: Kept, now: str) -> Kept:
    """`kept` without anything that somebody said; times, roles, courtesy and voice stay."""
    turns = tuple(replace(turn, words=()) for turn in kept.interaction.turns)
    return Kept(
        interaction=replace(kept.interaction, turns=turns),
        courtesy=tuple(replace(score, reasons=()) for score in kept.courtesy),
        prosody=kept.prosody,
        asked=(),
        deleted_at=now,
    )


def drop_texts(connection: Connection, keys: Sequence[int], now: str) -> None:
    """Delete what people wrote about these interactions; what they decided stays."""
    for table, name in _TEXTS:
        column = table.c[name]
        where = table.c.interaction_key.in_(keys) & (column != "")
        connection.execute(update(table).where(where).values({column: ""}))
    ours = select(APPEALS.c.key).where(APPEALS.c.interaction_key.in_(keys))
    connection.execute(
        update(APPEAL_STEPS).where(APPEAL_STEPS.c.appeal_key.in_(ours)).values(text="")
    )
    _mark(connection, keys, TEXTS, now)


def drop_all(connection: Connection, keys: Sequence[int]) -> None:
    """Delete these interactions with every row that is about them, and recordings left without any.

    Raises:
        StoreError: ``store.damaged`` where one is there after all.
    """
    of_them = select(INTERACTIONS.c.recording_key).where(INTERACTIONS.c.key.in_(keys))
    recordings = list(connection.execute(of_them.distinct()).scalars())
    for table in reversed(ALL.sorted_tables):
        for column in _leading_to(table, INTERACTIONS):
            connection.execute(delete(table).where(column.in_(keys)))
        for column in _leading_to(table, APPEALS):
            ours = select(APPEALS.c.key).where(APPEALS.c.interaction_key.in_(keys))
            connection.execute(delete(table).where(column.in_(ours)))
    connection.execute(delete(INTERACTIONS).where(INTERACTIONS.c.key.in_(keys)))
    used = exists().where(INTERACTIONS.c.recording_key == RECORDINGS.c.key)
    connection.execute(delete(RECORDINGS).where(RECORDINGS.c.key.in_(recordings), not_(used)))
    left = select(INTERACTIONS.c.id).where(INTERACTIONS.c.key.in_(keys)).limit(1)
    if (name := connection.execute(left).scalar_one_or_none()) is not None:
        raise _still_there(name)


def sessions(before: str) -> ColumnElement[bool]:
    """As SQL: the sessions that were last used before."""
    return SESSIONS.c.seen_at < before


def count_sessions(connection: Connection, before: str) -> int:
    """How many sessions are due."""
    chosen = select(func.count()).select_from(SESSIONS).where(sessions(before))
    return connection.execute(chosen).scalar_one()


def drop_sessions(connection: Connection, before: str) -> int:
    """Delete them; tells how many."""
    return int(connection.execute(delete(SESSIONS).where(sessions(before))).rowcount)


def _older(chosen: Select[Any], before: date) -> Select[Any]:
    joined = chosen.join(RECORDINGS, RECORDINGS.c.key == INTERACTIONS.c.recording_key)
    return joined.where(_is_older(before))


def _is_older(before: date) -> ColumnElement[bool]:
    """Of a row of interactions beside its recording's."""
    return or_(
        INTERACTIONS.c.day < before,
        and_(
            INTERACTIONS.c.day.is_(None),
            RECORDINGS.c.ingested_at < datetime.combine(before, time()),
        ),
    )


def _done(what: str) -> ColumnElement[bool]:
    return exists().where(
        DELETIONS.c.interaction_key == INTERACTIONS.c.key, DELETIONS.c.what == what
    )


def _mark(connection: Connection, keys: Iterable[int], what: str, now: str) -> None:
    rows = [{"interaction_key": key, "what": what, "at": now} for key in keys]
    connection.execute(insert(DELETIONS), rows)


def _blank_places(connection: Connection, keys: Sequence[int]) -> None:
    """Of all findings that there ever were, what was heard; the places stay."""
    chosen = select(FINDINGS).where(FINDINGS.c.interaction_key.in_(keys))
    for row in connection.execute(chosen).all():
        places = read_evidence(row.evidence)
        if places:
            connection.execute(
                update(FINDINGS)
                .where(
                    FINDINGS.c.interaction_key == row.interaction_key,
                    FINDINGS.c.number == row.number,
                    FINDINGS.c.ordinal == row.ordinal,
                )
                .values(evidence=evidence_text(_blank(places)))
            )


def _blank_amendments(connection: Connection, keys: Sequence[int]) -> None:
    """What corrections say that was said; who corrected what, and when, stays."""
    ids = dict.fromkeys(keys, "")
    for said in amendments.of(connection, ids).values():
        for one in said:
            content = amendments.text_of(_wordless(one.content))
            connection.execute(
                update(AMENDMENTS).where(AMENDMENTS.c.id == one.id).values(content=content)
            )


def _wordless(content: Content) -> Content:
    match content:
        case RoleIs():
            return replace(content, courtesy=_unreasoned(content.courtesy))
        case WordsAre():
            return replace(content, text="", courtesy=_unreasoned(content.courtesy))
        case Takes():
            return replace(
                content,
                turns=tuple(replace(turn, words=()) for turn in content.turns),
                courtesy=_unreasoned(content.courtesy),
                findings=tuple(
                    replace(it, evidence=_blank(it.evidence)) for it in content.findings
                ),
            )
        case FindingIs():
            places = _blank(content.finding.evidence)
            return replace(content, finding=replace(content.finding, evidence=places))
        case _:
            return content


def _unreasoned(scores: Iterable[CourtesyScore]) -> tuple[CourtesyScore, ...]:
    """The model's reasons quote what was said; that a person said so stays."""
    return tuple(it if it.reasons == REVIEWED else replace(it, reasons=()) for it in scores)


def _blank(places: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(replace(place, phrase="", heard="") for place in places)


def _leading_to(table: Table, other: Table) -> list[ColumnElement[int]]:
    """Columns of `table` that name rows of `other`."""
    return [key.parent for key in table.foreign_keys if key.column.table is other]


def _still_there(interaction_id: str) -> StoreError:
    return StoreError(
        "store.damaged",
        f"interaction {interaction_id} is there after it was deleted; nothing was kept of this step",
        "run `svcscore db check`, and tell us",
    )
