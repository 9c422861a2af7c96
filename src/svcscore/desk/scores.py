"""Scorecards as they are shown, and where the rubric of a case expects what."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from svcscore.desk.case_view import AccountView, DimensionView, ScoreView
from svcscore.desk.recent import Recent
from svcscore.ledger.rubrics import rubric_of
from svcscore.scorecards import Scorecard
from svcscore.store import reader
from svcscore.store.reader import Stored
from svcscore.text.masking import mask

_EDGES: Recent[str, Mapping[str, str]] = Recent(16)
"""By digest of the rubric, whose content cannot change."""


def score_view(card: Scorecard, number: int) -> ScoreView:
    """A scorecard, rounded and masked.

    Args:
        card: of the machine, or of what people decided.
        number: under which it is kept.
    """
    return ScoreView(
        number=number,
        total=_points(card.total),
        low=_points(card.low),
        high=_points(card.high),
        band=card.band,
        red_line=card.red_line,
        needs_review=card.needs_review,
        reasons=tuple(mask(reason) for reason in card.reasons),
        dimensions=tuple(
            DimensionView(
                name=one.name,
                title=one.title,
                score=_points(one.score),
                weight=round(one.weight, 3),
            )
            for one in card.dimensions
        ),
        account=tuple(
            AccountView(
                dimension=line.dimension,
                title=line.title,
                earned=round(line.earned, 2) + 0.0,
                possible=round(line.possible, 2),
                applicable=line.applicable,
                finding_ids=line.finding_ids,
                note=line.note,
            )
            for line in card.lines
        ),
        telling=card.telling,
    )


def edges_of(connection: Connection, stored: Stored) -> Mapping[str, str]:
    """Codes that the rubric of a case expects at one end of it: ``opening`` or ``closing``."""
    digest = reader.provenance(connection, stored.provenance_key).rubric_sha256
    known = _EDGES.get(digest)
    if known is None:
        known = {
            code: item.edge
            for dimension in rubric_of(connection, digest).dimensions
            for item in dimension.items
            if item.edge is not None
            for code in item.codes
        }
        _EDGES.put(digest, known)
    return known


def _points(value: float | None) -> float | None:
    return None if value is None else round(value, 1) + 0.0
