"""Who may open which case."""

from __future__ import annotations

import pytest

from svcscore.desk.opening import open_case
from svcscore.desk.viewer import Office, Viewer
from svcscore.errors import StoreError
from svcscore.store import reader
from svcscore.store.reader import Scope
from svcscore.testing import desks


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    from svcscore.store.database import Database

    with Database(str(tmp_path_factory.mktemp("opening") / "d.sqlite"), create=True) as database:
        desks.fill_with_samples(database)
        yield database


def viewer(office, **more):
    given = {"key": 1, "name": "x", "shown": "x", "branch_id": None, "staff_id": None}
    return Viewer(**{**given, "language": "zh", "office": office, **more})


@pytest.mark.parametrize(
    ("office", "more", "wanted"),
    [
        (Office.REVIEWER, {}, lambda one: True),
        (Office.AUDITOR, {}, lambda one: True),
        (Office.REVIEWER, {"branch_id": "B02"}, lambda one: one.branch_id == "B02"),
        (Office.SUPERVISOR, {"branch_id": "B01"}, lambda one: one.branch_id == "B01"),
        (Office.TELLER, {"staff_id": "T1001"}, lambda one: one.staff_id == "T1001"),
        (Office.TELLER, {"branch_id": "B01"}, lambda one: False),
        (Office.ADMINISTRATOR, {}, lambda one: False),
    ],
)
def test_a_case_is_opened_by_whom_it_concerns(filled, office, more, wanted):
    with filled.reading() as connection:
        stored = list(reader.stored(connection, reader.keys(connection, Scope())))
        assert len(stored) == 14
        for one in stored:
            if wanted(one):
                assert open_case(connection, viewer(office, **more), one.id).id == one.id
            else:
                with pytest.raises(StoreError) as told:
                    open_case(connection, viewer(office, **more), one.id)
                assert told.value.code == "store.unknown"
