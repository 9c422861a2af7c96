"""Reads of what people decided about what the machine found, without the evidence behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from svcscore.decisions import Review
from svcscore.records import Status, Verdict
from svcscore.store import rows, samples
from svcscore.store.reader import BATCH, Scope
from svcscore.store.tables import FINDINGS, INTERACTIONS, REVIEWS, SAMPLES

_T, _F = INTERACTIONS.c, FINDINGS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding of the rules that count now, as far as reviews are about it."""

    id: str
    rule: str
    code: str
    verdict: Verdict
    status: Status

    @property
    def shown(self) -> bool:
        """Whether a reviewer is asked about it at all."""
        return self.verdict is not Verdict.NOT_APPLICABLE and self.status is not Status.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """An interaction that people reviewed."""

    key: int
    id: str
    chance: float | None
    """With which the latest plan that drew it did so; None where none did."""
    findings: tuple[Found, ...]
    reviews: tuple[Review, ...]


def reviewed(connection: Connection, scope: Scope, sample: str | None = None) -> Iterator[Reviewed]:
    """The interactions of `scope` with reviews, by key.

    Args:
        connection: to read from.
        scope: which.
        sample: only those that this plan drew; its chances count then.

    Raises:
        StoreError: ``store.unknown`` where there is no such plan.
    """
    plans = samples.names(connection) if sample is None else (sample,)
    chosen = (
        select(_T.key)
        .where(samples.meant(connection, scope, sample))
        .where(_T.key.in_(select(REVIEWS.c.interaction_key)))
        .order_by(_T.key)
    )
    keys = list(connection.execute(chosen).scalars())
    for at in range(0, len(keys), BATCH):
        yield from _batch(connection, keys[at : at + BATCH], plans)


def _batch(connection: Connection, keys: Sequence[int], plans: Sequence[str]) -> Iterator[Reviewed]:
    named = {
        row.key: row.id for row in connection.execute(select(_T.key, _T.id).where(_T.key.in_(keys)))
    }
    findings = _findings(connection, keys)
    reviews = _reviews(connection, named)
    chances = _chances(connection, keys, plans)
    for key in keys:
        yield Reviewed(
            key=key,
            id=named[key],
            chance=chances.get(key),
            findings=tuple(findings.get(key, ())),
            reviews=tuple(reviews[key]),
        )


def _findings(connection: Connection, keys: Sequence[int]) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {}
    chosen = (
        select(_F.interaction_key, _F.id, _F.rule, _F.code, _F.verdict, _F.status)
        .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
        .where(_F.interaction_key.in_(keys))
        .order_by(_F.interaction_key, _F.ordinal)
    )
    for row in connection.execute(chosen):
        one = Found(
            id=row.id,
            rule=row.rule,
            code=row.code,
            verdict=Verdict(row.verdict),
            status=Status(row.status),
        )
        found.setdefault(row.interaction_key, []).append(one)
    return found


def _reviews(connection: Connection, named: Mapping[int, str]) -> dict[int, list[Review]]:
    said: dict[int, list[Review]] = {}
    chosen = select(REVIEWS).where(REVIEWS.c.interaction_key.in_(list(named)))
    for row in connection.execute(chosen.order_by(REVIEWS.c.key)):
        one = rows.review_of(row, named[row.interaction_key])
        said.setdefault(row.interaction_key, []).append(one)
    return said


def _chances(connection: Connection, keys: Sequence[int], plans: Sequence[str]) -> dict[int, float]:
    """Of the last of `plans` (in their order) that drew the interaction."""
    order = {name: at for at, name in enumerate(plans)}
    chosen = select(SAMPLES).where(SAMPLES.c.plan.in_(plans), SAMPLES.c.interaction_key.in_(keys))
    latest: dict[int, tuple[int, float]] = {}
    for row in connection.execute(chosen):
        rank = (order[row.plan], row.probability)
        latest[row.interaction_key] = max(rank, latest.get(row.interaction_key, rank))
    return {key: chance for key, (_, chance) in latest.items()}
