"""Drawing what people should review, and keeping with what chance each was drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import Connection

from svcscore.decisions import Decision, standing
from svcscore.errors import StoreError
from svcscore.ledger.people import actor
from svcscore.scoring import sampling
from svcscore.scoring.sampling import Candidate, Plan
from svcscore.store import audit, samples
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.store.samples import Place

_WIDEST = 100.0
"""Points of a score's interval."""


class PlanKind(StrEnum):
    """How interactions are drawn (`scoring.sampling`)."""

    PERCENTAGE = "percentage"
    COUNT = "count"
    STRATIFIED = "stratified"
    RISK = "risk"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A sample to be drawn: a share or a number of interactions, one of the two."""

    name: str
    kind: PlanKind
    share: float | None = None
    size: int | None = None
    least: int = 1
    """Of each member of staff, where the plan is stratified."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn, and where to hear it (in the order of `plan.chosen`)."""

    name: str
    plan: Plan
    places: tuple[Place, ...]


def draw(database: Database, order: Order, scope: Scope) -> Drawn:
    """Draw from the scored interactions of `scope`, and keep what was drawn.

    Raises:
        StoreError: ``store.exists`` where the name is taken, ``store.empty`` where there is nothing
            to draw from.
        ValueError: where the order asks for nothing or for more than everything.
    """
    with database.reading() as connection:
        keys, candidates = _frame(connection, scope)
    if not candidates:
        raise StoreError(
            "store.empty",
            "no scored interaction is meant",
            "take runs in with `svcscore db ingest`, or widen --staff, --branch, --since, --until",
            database.shown,
        )
    plan = _plan(order, candidates)
    chosen = [(keys[one.interaction_id], one.probability) for one in plan.chosen]
    with database.writing() as connection:
        if samples.is_there(connection, order.name):
            raise StoreError(
                "store.exists",
                f"there is a sample {order.name!r} already",
                "give the new one another --name",
                database.shown,
            )
        samples.keep(connection, order.name, chosen)
        audit.log(connection, actor(), samples.ACTION, _told(order, plan, scope))
        places = samples.places(connection, [key for key, _ in chosen])
    return Drawn(name=order.name, plan=plan, places=tuple(places[key] for key, _ in chosen))


def _frame(connection: Connection, scope: Scope) -> tuple[dict[str, int], list[Candidate]]:
    """Keys of the interactions by id, and what a plan needs to know of each."""
    risks = _risks(connection, scope)
    keys: dict[str, int] = {}
    candidates = []
    for one in samples.eligible(connection, scope):
        keys[one.id] = one.key
        candidates.append(
            Candidate(
                interaction_id=one.id,
                staff_id=one.staff_id or "",
                risk=risks.get(one.key, 0.0),
                uncertainty=min(1.0, max(0.0, one.width / _WIDEST)),
            )
        )
    return keys, candidates


def _risks(connection: Connection, scope: Scope) -> dict[int, float]:
    """The chance that an interaction holds a red line or a major breach, as if they were independent.

    What people decided counts for certain.
    """
    reviews = samples.decided(connection, scope)
    decided = {key: standing(said) for key, said in reviews.items()}
    spared: dict[int, float] = {}
    for finding in samples.grave(connection, scope):
        review = decided.get(finding.interaction_key, {}).get(finding.id)
        chance = finding.probability
        if review is not None:
            chance = float(review.decision is Decision.CONFIRM)
        spared[finding.interaction_key] = spared.get(finding.interaction_key, 1.0) * (1.0 - chance)
    return {key: 1.0 - none for key, none in spared.items()}


def _plan(order: Order, candidates: Sequence[Candidate]) -> Plan:
    size = order.size
    if order.share is not None:
        if order.kind is PlanKind.PERCENTAGE:
            return sampling.percentage(candidates, order.share, order.seed)
        size = math.ceil(Fraction(str(order.share)) * len(candidates))
    if size is None:
        raise ValueError("a sample needs a share or a number of interactions")
    match order.kind:
        case PlanKind.STRATIFIED:
            return sampling.stratified(candidates, size, order.least, order.seed)
        case PlanKind.RISK:
            return sampling.risk_weighted(candidates, size, order.seed)
        case PlanKind.ACTIVE:
            return sampling.active(candidates, size, order.seed)
        case _:
            return sampling.count(candidates, size, order.seed)


def _told(order: Order, plan: Plan, scope: Scope) -> dict[str, object]:
    return {
        "plan": order.name,
        "order": asdict(order),
        "scope": asdict(scope),
        "candidates": plan.candidates,
        "drawn": len(plan.chosen),
    }
