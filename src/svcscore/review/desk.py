"""What every request finds: the database and the settings of this desk."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from svcscore.review.settings import Settings
from svcscore.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk that serves."""

    database: Database
    settings: Settings


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found
