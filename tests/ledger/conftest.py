"""A database for each test."""

import pytest

from svcscore.store.database import Database


@pytest.fixture
def database(tmp_path):
    with Database(str(tmp_path / "scores.sqlite"), create=True) as opened:
        yield opened
