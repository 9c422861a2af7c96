"""Which reviews of a file say something new."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.decisions import Review
from svcscore.reports.exchange.annotations import unsaid
from svcscore.store import reader
from svcscore.store.database import Database


def new_in(database: Database, reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Reviews that the database does not hold in the same words.

    An annotation that is saved again without a change is not a new decision.
    """
    with database.reading() as connection:
        keys = reader.keys_by_id(connection, (review.interaction_id for review in reviews))
        stored = [
            review
            for one in reader.stored(connection, sorted(keys.values()))
            for review in one.reviews
        ]
    return unsaid(reviews, stored)
