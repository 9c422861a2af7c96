"""Deleting words, texts and whole cases: gone from the bytes, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from retaining_cases import (
    EVERYTHING,
    WORDS_ONLY,
    all_stored,
    columns,
    counted,
    lead_of,
    run,
    said_in,
)
from sqlalchemy import insert, select, update

from svcscore.amendments import Amendment, FindingIs, RoleIs, Takes, WordsAre, worded
from svcscore.decisions import Decision, Review
from svcscore.desk import clock, holding, retaining
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record_in
from svcscore.resources import data_folder
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import amendments
from svcscore.store.desk import retention as rows
from svcscore.store.desk.tables import AMENDMENTS, APPEALS, NOTES
from svcscore.store.reader import Scope
from svcscore.store.tables import (
    AUDIT_LOG,
    DECIDED_FINDINGS,
    FINDINGS,
    INTERACTIONS,
    QUEUE,
    RECORDINGS,
    SCORECARDS,
    WAITING_CASES,
)
from svcscore.testing import desks


def test_words_go_and_scores_findings_and_times_stay(filled):
    before, standing = all_stored(filled), columns(filled)
    assert run(filled, dry=True)["words"].deleted == 14
    assert all_stored(filled) == before
    assert run(filled)["words"].deleted == 14
    after = all_stored(filled)
    assert not said_in(after)
    assert columns(filled) == standing
    for old, new in zip(before, after, strict=True):
        assert new.kept.deleted_at is not None
        assert [(t.span, t.role, t.speaker) for t in new.kept.interaction.turns] == [
            (t.span, t.role, t.speaker) for t in old.kept.interaction.turns
        ]
        assert [score.probabilities for score in new.kept.courtesy] == [
            score.probabilities for score in old.kept.courtesy
        ]
        assert [(f.id, f.code, f.status) for f in new.findings] == [
            (f.id, f.code, f.status) for f in old.findings
        ]
        assert [[(e.turn, e.span) for e in f.evidence] for f in new.findings] == [
            [(e.turn, e.span) for e in f.evidence] for f in old.findings
        ]
    with filled.reading() as connection:
        told = connection.execute(
            select(AUDIT_LOG.c.detail).where(AUDIT_LOG.c.action == "retention")
        ).scalars()
        assert {name for one in told for name in json.loads(one)["interactions"]} == {
            one.id for one in before
        }
        assert audit.broken(connection) is None
    assert run(filled)["words"].deleted == 0


def test_what_people_corrected_goes_with_the_words(filled):
    one = next(one for one in all_stored(filled) if one.findings)
    evidence = tuple(replace(place, heard="13800138026") for place in one.findings[0].evidence[:1])
    turn = one.kept.interaction.turns[0]
    given = (
        WordsAre(turn=0, text="13800138026"),
        Takes(turns=(worded(turn, "13800138026"),), courtesy=(), of="x"),
        FindingIs(finding=replace(one.findings[0], evidence=evidence)),
        RoleIs(turns=(0,), role=turn.role),
    )
    with filled.writing() as connection:
        for number, content in enumerate(given):
            amendment = Amendment(
                id=f"a{number}",
                interaction_id=one.id,
                content=content,
                reviewer="lead",
                at=clock.now(),
            )
            amendments.add(connection, one.key, amendment)
    run(filled)
    with filled.reading() as connection:
        kept = list(connection.execute(select(AMENDMENTS.c.content)).scalars())
    assert len(kept) == len(given)
    assert not any("138" in content for content in kept)
    (after,) = [found for found in all_stored(filled) if found.id == one.id]
    assert [type(said.content) for said in after.amendments] == [type(said) for said in given]
    assert after.amendments[3].content == given[3]


def test_what_can_no_longer_be_heard_waits_for_nobody(filled):
    tables = (QUEUE, WAITING_CASES)
    assert all(counted(filled, table) for table in tables)
    run(filled)
    assert [counted(filled, table) for table in tables] == [0, 0]
    # nor under other rules
    lexicons = data_folder("lexicons")
    bench = load_bench(lexicons / "profiles" / "default.yaml", lexicons)
    assert list(rescore(filled, bench, Scope(), dry=False))
    assert [counted(filled, table) for table in tables] == [0, 0]


def test_a_case_that_goes_leaves_no_row_of_the_queue(filled):
    decided = next(one for one in all_stored(filled) if one.findings)
    said = Review(
        interaction_id=decided.id,
        finding_id=decided.findings[0].id,
        decision=Decision.CONFIRM,
        reviewer="lead",
        at=clock.now(),
    )
    with filled.writing() as connection:
        record_in(connection, [said], by="lead")
    assert counted(filled, DECIDED_FINDINGS) == 1
    run(filled, EVERYTHING)
    left = [counted(filled, table) for table in (QUEUE, WAITING_CASES, DECIDED_FINDINGS)]
    assert left == [0, 0, 0]


def test_the_words_are_no_longer_in_the_bytes_of_the_file(tmp_path):
    path = tmp_path / "d.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
        desks.make_staff(database)
        # plain on the page, and not compressed: what a careless deletion would leave behind
        secret = "客户说她的账户里有三百二十万".encode()
        (one, *_) = all_stored(database)
        with database.writing() as connection:
            content = {"turn": 0, "text": secret.decode()}
            values = {"id": "a" * 64, "interaction_key": one.key, "kind": "words"}
            connection.execute(
                insert(AMENDMENTS),
                values
                | {
                    "content": json.dumps(content, ensure_ascii=False),
                    "reviewer": "lead",
                    "at": clock.now(),
                    "reason": "",
                },
            )
        heard = next(e.heard for o in all_stored(database) for f in o.findings for e in f.evidence)
        compressed = evidence_bytes(database)
        files = lambda: b"".join(p.read_bytes() for p in sorted(tmp_path.glob("d.sqlite*")))  # noqa: E731
        assert secret in files()
        assert heard.encode() in files()
        assert all(part in files() for part in compressed)
        run(database)
        left = files()
        assert secret not in left
        assert heard.encode() not in left
        assert not any(part in left for part in compressed)


def evidence_bytes(database):
    """The first bytes of each compressed document, behind its header: they tell it from others."""
    from svcscore.store.tables import EVIDENCE

    with database.reading() as connection:
        found = connection.execute(select(EVIDENCE.c.content)).scalars()
        return [bytes(content)[150:190] for content in found]


def test_what_is_held_or_appealed_stays_until_it_is_released(filled):
    held, appealed, answered = all_stored(filled)[:3]
    with filled.writing() as connection:
        holding.hold(connection, lead_of(filled), held, "法院要求保全")
        for one, state in ((appealed, "filed"), (answered, "upheld")):
            connection.execute(
                insert(APPEALS),
                {
                    "id": one.id,
                    "interaction_key": one.key,
                    "finding_id": "f",
                    "account_key": lead_of(filled).key,
                    "staff_id": "T1001",
                    "branch_id": None,
                    "reason": "不是我说的",
                    "filed_at": clock.now(),
                    "due_at": clock.now(),
                    "state": state,
                },
            )
        with pytest.raises(UsageError) as told:
            holding.hold(connection, lead_of(filled), held, "又一次要求")
        assert told.value.code == "desk.conflict"
        assert holding.privacy(connection, lead_of(filled), held).hold.by == "质检主管 何敏"
        assert holding.privacy(connection, lead_of(filled), appealed).appealed
    told = run(filled, replace(EVERYTHING, sessions=None))
    assert (told["words"].deleted, told["words"].held) == (12, 2)
    assert (told["scores"].deleted, told["scores"].held) == (12, 2)
    left = all_stored(filled)
    assert [one.id for one in left] == [held.id, appealed.id]
    assert said_in([held, appealed]) == said_in(left)
    with filled.writing() as connection:
        holding.release(connection, lead_of(filled), held)
    assert run(filled, EVERYTHING)["scores"].deleted == 1
    assert [one.id for one in all_stored(filled)] == [appealed.id]


def test_a_whole_case_goes_with_every_row_about_it(filled):
    with filled.writing() as connection:
        for one in all_stored(filled)[:4]:
            values = {
                "interaction_key": one.key,
                "account_key": lead_of(filled).key,
                "at": clock.now(),
            }
            connection.execute(insert(NOTES), values | {"text": "记录"})
    run(filled, EVERYTHING)
    for table in (INTERACTIONS, FINDINGS, SCORECARDS, NOTES, RECORDINGS):
        assert counted(filled, table) == 0
    # what is due goes by the day of the visit
    assert counted(filled, AUDIT_LOG) > 0


def test_what_is_younger_stays(filled):
    days = [one.day for one in all_stored(filled)]
    with filled.writing() as connection:
        # one without a day: then the day counts on which it was taken in
        connection.execute(update(INTERACTIONS).where(INTERACTIONS.c.key == 1).values(day=None))
        connection.execute(update(RECORDINGS).values(ingested_at=clock_day(min(days))))
    middle = sorted(days)[7]
    told = run(filled, today=middle + timedelta(180))
    older = sum(day < middle for day in days[1:])
    assert told["words"].before == middle
    assert told["words"].deleted == older + (min(days) < middle)
    for one in all_stored(filled):
        gone = one.kept.deleted_at is not None
        assert gone == ((one.day or min(days)) < middle)


def clock_day(day):
    from datetime import datetime, time

    return datetime.combine(day, time())


def test_texts_go_and_decisions_stay(filled):
    (one, *_) = all_stored(filled)
    with filled.writing() as connection:
        values = {"interaction_key": one.key, "account_key": lead_of(filled).key, "at": clock.now()}
        connection.execute(insert(NOTES), values | {"text": "客户姓王，住在城西"})
    policy = replace(WORDS_ONLY, words=None, texts=30)
    assert run(filled, policy)["texts"].deleted == 14
    with filled.reading() as connection:
        assert connection.execute(select(NOTES.c.text)).scalar_one() == ""
    assert said_in(all_stored(filled))


def test_stopped_half_way_it_is_run_again(filled, monkeypatch):
    monkeypatch.setattr(retaining, "_BATCH", 4)
    dropped = []

    def stop(connection, keys, now):
        if dropped:
            raise KeyboardInterrupt
        dropped.extend(keys)
        rows_drop(connection, keys, now)

    rows_drop = rows.drop_words
    monkeypatch.setattr(rows, "drop_words", stop)
    with pytest.raises(KeyboardInterrupt):
        run(filled)
    assert len(said_in(all_stored(filled)[:4])) == 0
    assert len([one for one in all_stored(filled) if one.kept.deleted_at is None]) == 10
    monkeypatch.setattr(rows, "drop_words", rows_drop)
    assert run(filled)["words"].deleted == 10


def test_a_deletion_that_did_not_happen_is_told_and_undone(filled, monkeypatch):
    monkeypatch.setattr(rows, "without_words", lambda kept, now: kept)
    with pytest.raises(StoreError) as told:
        run(filled)
    assert told.value.code == "store.damaged"
    assert len([one for one in all_stored(filled) if one.kept.deleted_at is None]) == 14
