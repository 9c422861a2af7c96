"""A database of each kind with the samples and the staff."""

from __future__ import annotations

import pytest

from svcscore.testing import desks


@pytest.fixture
def filled(database):
    desks.fill_with_samples(database)
    desks.make_staff(database)
    return database
