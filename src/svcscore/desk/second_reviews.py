"""Blind second reviews: reviewed cases are drawn and given to somebody who has not decided in them.

They change no score. What both say of the same finding tells how far people agree at all: no
machine can be expected to agree with people more than they do with each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.decisions import Decision, Review, standing
from svcscore.desk import clock
from svcscore.desk.accounts import viewer_of
from svcscore.desk.casework import titles, waits
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.scoring import sampling
from svcscore.scoring.agreement import DECISIONS, Concordance, Pair, concordance, second_reviews
from svcscore.scoring.sampling import Candidate
from svcscore.store import audit, judgements, reader
from svcscore.store.database import Database
from svcscore.store.desk import accounts
from svcscore.store.desk import second_reviews as rows
from svcscore.store.desk.second_reviews import ReviewedCase
from svcscore.store.judgements import Reviewed

LATEST = 50
"""Tasks that a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Second reviews to be given out: a share of what was reviewed, or a number of cases."""

    share: float | None
    size: int | None
    seed: int
    reviewers: tuple[str, ...]
    """Names of the accounts among which the cases are dealt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A case that somebody is to review a second time."""

    interaction_id: str
    shown: str
    at: str
    decided: int
    """Findings that she has decided so far."""
    done: bool
    """Whether she has decided all that waits and was decided before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """How far two people agree, or people about one code."""

    name: str
    agreement: Concordance


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """How far first and second reviews agree."""

    all: Concordance
    codes: tuple[Between, ...]
    """Most pairs first."""
    people: tuple[Between, ...]
    """First and second reviewer."""


def give_out(database: Database, viewer: Viewer, draw: Draw) -> int:
    """Draw reviewed cases and deal them out; tells how many.

    Raises:
        StoreError: ``store.unknown`` where an account is not there.
        UsageError: ``store.empty`` where nothing is left to draw; ``desk.refused`` where the viewer
            may not, or nobody named may review them.
    """
    if not viewer.may(May.LEAD):
        raise UsageError("desk.refused", "only who leads quality does this", "ask her")
    with database.writing() as connection:
        people = [_reviewer(connection, name) for name in dict.fromkeys(draw.reviewers)]
        cases = {
            case.id: case
            for case in rows.reviewed_cases(connection, viewer.scope)
            if any(_fits(one, case) for one in people)
        }
        chosen = _drawn(list(cases.values()), draw)
        if not chosen:
            raise UsageError(
                "store.empty",
                "there is no reviewed case that these people could review a second time",
                "name others, or wait until more is reviewed",
            )
        dealt = list(_deal([cases[name] for name in chosen], people))
        rows.give(connection, dealt, given_by=viewer.key, at=clock.now())
        detail = {"interactions": chosen, "seed": draw.seed, "reviewers": [p.name for p in people]}
        audit.log(connection, viewer.name, "second_reviews.given", detail)
    return len(dealt)


def tasks(
    connection: Connection, viewer: Viewer, *, everybody: bool = False, skip: int = 0
) -> tuple[Task, ...]:
    """A page of second reviews, done or not, the latest first: the viewer's, or everybody's."""
    mine = None if everybody else viewer.key
    given = rows.every(connection, account_key=mine, most=LATEST, skip=skip)
    stored = {
        one.key: one
        for one in reader.stored(connection, sorted({task.interaction_key for task in given}))
    }
    shown = []
    for task in given:
        case = stored[task.interaction_key]
        own = _blind(case.reviews, task.account)
        first = standing(case.reviews)
        wanted = {finding.id for finding in case.findings if waits(finding)} & set(first)
        shown.append(
            Task(
                interaction_id=task.interaction_id,
                shown=task.shown,
                at=task.at,
                decided=len(own),
                done=bool(own) and wanted <= set(own),
            )
        )
    return tuple(shown)


def agreed(connection: Connection, viewer: Viewer) -> Agreed:
    """How far first and second reviews of the findings that count now agree."""
    every: list[Pair] = []
    codes: dict[str, list[Pair]] = {}
    people: dict[str, list[Pair]] = {}
    shown = {one.name: one.shown for one in accounts.every(connection)}
    for one in judgements.reviewed(connection, viewer.scope):
        for code, names, pair in _pairs(one):
            every.append(pair)
            codes.setdefault(code, []).append(pair)
            said = " / ".join(shown.get(name, name) for name in names)
            people.setdefault(said, []).append(pair)
    return Agreed(
        all=_concordance(every),
        codes=_betweens({titles().get(code, code): pairs for code, pairs in codes.items()}),
        people=_betweens(people),
    )


def _pairs(one: Reviewed) -> Iterable[tuple[str, tuple[str, str], Pair]]:
    weight = 1.0 if one.chance is None else 1.0 / one.chance
    for finding in one.findings:
        reviews = [review for review in one.reviews if review.finding_id == finding.id]
        ordered = sorted(reviews, key=lambda review: (review.at, review.id))
        first = next((review.reviewer for review in ordered if not review.blind), None)
        for second in sorted({review.reviewer for review in ordered if review.blind}):
            both = [r for r in ordered if not r.blind or r.reviewer == second]
            for pair in second_reviews(both, weight):
                yield finding.code, (first or "", second), pair


def _betweens(groups: dict[str, list[Pair]]) -> tuple[Between, ...]:
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(Between(name=name, agreement=_concordance(pairs)) for name, pairs in ordered)


def _concordance(pairs: Sequence[Pair]) -> Concordance:
    return concordance(pairs, len(DECISIONS), ordinal=False)


def _blind(reviews: Iterable[Review], name: str) -> dict[str, Review]:
    """The blind reviews of one person that she did not take back, by finding."""
    mine = [one for one in reviews if one.blind and one.reviewer == name]
    gone = {review.supersedes for review in mine if review.supersedes}
    return {
        one.finding_id: one
        for one in sorted(mine, key=lambda one: (one.at, one.id))
        if one.id not in gone and one.decision is not Decision.WITHDRAW
    }


def _reviewer(connection: Connection, name: str) -> Viewer:
    found = accounts.by_name(connection, name)
    if found is None or not found.active:
        raise reader.unknown("account", name)
    other = viewer_of(found)
    if not other.may(May.CALIBRATE):
        raise UsageError(
            "desk.refused", f"{other.shown} gives no second reviews", "name somebody else"
        )
    return other


def _fits(one: Viewer, case: ReviewedCase) -> bool:
    own = one.staff_id is not None and one.staff_id == case.staff_id
    return (
        one.name not in case.reviewers
        and not own
        and one.sees(staff_id=case.staff_id, branch_id=case.branch_id)
    )


def _drawn(cases: Sequence[ReviewedCase], draw: Draw) -> list[str]:
    candidates = [
        Candidate(interaction_id=case.id, staff_id="", risk=0.0, uncertainty=0.0) for case in cases
    ]
    if not candidates:
        return []
    if draw.share is not None:
        plan = sampling.percentage(candidates, draw.share, draw.seed)
    else:
        plan = sampling.count(candidates, draw.size or 1, draw.seed)
    return [one.interaction_id for one in plan.chosen]


def _deal(cases: Sequence[ReviewedCase], people: Sequence[Viewer]) -> Iterable[tuple[int, int]]:
    """Each case to whom of those who may has the fewest."""
    load = Counter({one.key: 0 for one in people})
    for case in cases:
        able = [one for one in people if _fits(one, case)]
        chosen = min(able, key=lambda one: load[one.key])
        load[chosen.key] += 1
        yield case.key, chosen.key
