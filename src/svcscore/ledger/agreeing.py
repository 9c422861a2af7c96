"""How far machine and people agree, over what the database holds of their reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from svcscore.decisions import Review, standing
from svcscore.ledger.judgement import stand
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Verdict
from svcscore.scoring.agreement import (
    DECISIONS,
    Concordance,
    Pair,
    Totals,
    TotalsError,
    concordance,
    second_reviews,
    totals_error,
)
from svcscore.scoring.agreement_rules import (
    Case,
    RuleAccuracy,
    Suspension,
    rule_accuracy,
    suspensions,
)
from svcscore.scoring.rubric import Rubric
from svcscore.store import judgements, reader
from svcscore.store.database import Database
from svcscore.store.judgements import Reviewed
from svcscore.store.reader import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What reviews say of the rules, of each other, and of the totals."""

    interactions: int
    """With a review of a finding that counts now."""
    whole: int
    """Of them, those in which people decided about everything that was shown to them."""
    drawn: int
    """Of them, those that a sampling plan drew; the others weigh 1."""
    reviews: int
    stale: int
    """Reviews of findings that the present rules do not make; they are left out."""
    rules: tuple[RuleAccuracy, ...]
    """`recall` is that of the rule's code, all its rules together."""
    reviewers: Concordance
    totals: TotalsError
    """Totals without reviews beside those with them, both by the rubric that counts now, of the
    interactions that are `whole`."""
    suspensions: tuple[Suspension, ...]


def agreement(database: Database, scope: Scope, sample: str | None = None) -> Agreement:
    """Reckon all of it; the same rows give the same figures.

    Args:
        database: open.
        scope: which interactions.
        sample: only those that this sampling plan drew.

    Raises:
        StoreError: ``store.unknown`` where there is no such plan, or a rubric is missing.
    """
    with database.reading() as connection:
        seen = list(judgements.reviewed(connection, scope, sample))
        known = [_current(one) for one in seen]
        rows = [one for one in known if one.reviews]
        whole = [one for one in rows if _is_whole(one)]
        totals = list(_totals(connection, whole))
    reviews = sum(len(one.reviews) for one in rows)
    cases = [case for one in rows for case in _cases(one)]
    rules = _rules(cases, frozenset(one.id for one in whole))
    return Agreement(
        interactions=len(rows),
        whole=len(whole),
        drawn=sum(one.chance is not None for one in rows),
        reviews=reviews,
        stale=sum(map(_stale, seen)),
        rules=rules,
        reviewers=concordance(_pairs(rows), len(DECISIONS), ordinal=False),
        totals=totals_error(totals),
        suspensions=suspensions(rules),
    )


def _current(one: Reviewed) -> Reviewed:
    """Without reviews of what is not found any more."""
    ids = {finding.id for finding in one.findings}
    return replace(one, reviews=tuple(r for r in one.reviews if r.finding_id in ids))


def _stale(one: Reviewed) -> int:
    """How many decisions are about nothing that is found now.

    Under new rules a decision moves to the finding that says the same, and the old row stays.
    """
    ids = {finding.id for finding in one.findings}
    moved = {_decision(review) for review in one.reviews if review.finding_id in ids}
    lost = [review for review in one.reviews if review.finding_id not in ids]
    return sum(_decision(review) not in moved for review in lost)


def _decision(review: Review) -> tuple[str, str, str, str]:
    return review.reviewer, review.at, review.decision.value, review.reason


def _is_whole(one: Reviewed) -> bool:
    decided = standing(one.reviews)
    shown = [finding.id for finding in one.findings if finding.shown]
    return bool(shown) and all(name in decided for name in shown)


def _weight(one: Reviewed) -> float:
    return 1.0 if one.chance is None else 1.0 / one.chance


def _cases(one: Reviewed) -> Iterator[Case]:
    for finding in one.findings:
        yield Case(
            interaction_id=one.id,
            finding_id=finding.id,
            rule=finding.rule,
            code=finding.code,
            verdict=finding.verdict,
            status=finding.status,
            reviews=tuple(r for r in one.reviews if r.finding_id == finding.id),
            weight=_weight(one),
        )


def _rules(cases: Sequence[Case], whole: frozenset[str]) -> tuple[RuleAccuracy, ...]:
    """Precision by rule, recall by code.

    Only a code whose absence is stated can be missed on paper: of others a reviewer sees what was
    heard and nothing else, and recall would be 1 by construction. The statement that a code was not
    heard carries one of its rules, so what was missed is known of the code.
    """
    missable = {case.code for case in cases if case.verdict is Verdict.ABSENT}
    by_code = [
        replace(case, rule=case.code)
        for case in cases
        if case.code in missable and (case.decision is not None or case.states is not None)
    ]
    recalls = {row.code: row.recall for row in rule_accuracy(by_code, whole)}
    return tuple(replace(row, recall=recalls.get(row.code)) for row in rule_accuracy(cases))


def _pairs(rows: Sequence[Reviewed]) -> Iterator[Pair]:
    for one in rows:
        for finding in one.findings:
            reviews = [r for r in one.reviews if r.finding_id == finding.id]
            yield from second_reviews(reviews, _weight(one))


def _totals(connection: Connection, whole: Sequence[Reviewed]) -> Iterator[Totals]:
    weights = {one.key: _weight(one) for one in whole}
    rubrics: dict[int, Rubric] = {}
    for one in reader.stored(connection, sorted(weights)):
        if one.total is None:
            continue
        if one.provenance_key not in rubrics:
            provenance = reader.provenance(connection, one.provenance_key)
            rubrics[one.provenance_key] = rubric_of(connection, provenance.rubric_sha256)
        remarks = reader.remarks(connection, [one.recording_key])[one.recording_key]
        # the first scorecard may be by another rubric, or of an earlier hearing
        machine = stand(one.kept, one.findings, (), rubrics[one.provenance_key], remarks).card
        if machine.total is not None:
            yield Totals(
                interaction_id=one.id,
                machine=machine.total,
                human=one.total,
                weight=weights[one.key],
            )
