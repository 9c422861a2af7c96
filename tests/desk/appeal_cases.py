"""The samples judged just now, and who takes part in appeals and calibrations."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from svcscore.desk.accounts import viewer_of
from svcscore.desk.appealing import Terms, against
from svcscore.store import reader
from svcscore.store.desk import accounts
from svcscore.store.reader import Scope
from svcscore.store.tables import SCORECARDS
from svcscore.testing import desks

TERMS = Terms(appeal_days=7, answer_days=5)
REASON = "这句话是客户说的，不是我说的"
ANSWER = "复听录音，确实不是员工所说"


def judged(database, at=None):
    """Let all scores be reckoned at that moment, now where none is given."""
    with database.writing() as connection:
        connection.execute(
            update(SCORECARDS).values(judged_at=(at or datetime.now(UTC)).replace(tzinfo=None))
        )


def fill(database):
    """The samples and the staff; scores are new."""
    desks.fill_with_samples(database)
    desks.make_staff(database)
    judged(database)


def viewer(database, name):
    """Who has this account."""
    with database.reading() as connection:
        return viewer_of(accounts.by_name(connection, name))


def cases_of(database, staff_id):
    """What is stored of the cases of one person."""
    with database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope(staff_id=staff_id))))


def worst(database, staff_id="T1003"):
    """A case of hers, and the findings that count against her."""
    stored = cases_of(database, staff_id)[0]
    with database.reading() as connection:
        card = reader.scorecard(connection, stored.key, stored.number)
    return stored, against(stored, card)
