"""What the tests of deletion share: a filled database, policies, and looks at what is left."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from svcscore.desk.retaining import Places, Policy, apply
from svcscore.desk.viewer import Office, Viewer
from svcscore.store import reader
from svcscore.store.desk import accounts as account_rows
from svcscore.store.reader import Scope
from svcscore.store.tables import (
    INTERACTIONS,
)

TODAY = date(2031, 1, 1)
WORDS_ONLY = Policy(recordings=None, clips=None, texts=None, scores=None, sessions=None, words=180)
EVERYTHING = Policy(recordings=90, clips=90, texts=365, scores=365, words=180)


def lead_of(database):
    with database.reading() as connection:
        key = account_rows.by_name(connection, "lead").key
    return Viewer(
        key=key,
        name="lead",
        shown="何敏",
        office=Office.QA_LEAD,
        branch_id=None,
        staff_id=None,
        language="zh",
    )


def all_stored(database):
    with database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope())))


def run(database, policy=WORDS_ONLY, places=None, *, today=TODAY, dry=False):
    told = apply(database, policy, places or Places(), today=today, by="system:test", dry=dry)
    return {one.kind: one for one in told}


def counted(database, table):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def said_in(stored):
    return {turn.text for one in stored for turn in one.kept.interaction.turns if turn.text}


def columns(database):
    with database.reading() as connection:
        keep = list(INTERACTIONS.c)
        return connection.execute(select(*keep).order_by(INTERACTIONS.c.key)).all()
