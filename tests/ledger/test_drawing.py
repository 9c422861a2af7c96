"""Samples drawn from a database, and kept in it."""

import json
from dataclasses import replace
from datetime import date

import pytest
from ledger_cases import batch, rude, visit
from sqlalchemy import select

from svcscore.decisions import Decision, Review
from svcscore.errors import StoreError
from svcscore.ledger.ingest import ingest
from svcscore.ledger.reviewing import record
from svcscore.ledger.sampling import Order, PlanKind, draw
from svcscore.records import Kind, Severity, Status
from svcscore.store.reader import Scope
from svcscore.store.tables import AUDIT_LOG, SAMPLES


def graded(number, probability, staff="T001", severity=Severity.RED_LINE):
    """A visit with a finding of this probability."""
    judged = visit(number).interactions[0]
    finding = rude(
        judged.interaction.turns[2],
        judged.interaction.id,
        probability=probability,
        status=Status.REVIEW,
        severity=severity,
    )
    return visit(number, finding, staff=staff)


def names(scored):
    return [one.interactions[0].interaction.id for one in scored]


def kept(database):
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(SAMPLES))]


def test_what_is_drawn_is_kept_with_its_chance_and_logged(database):
    visits = [visit(n) for n in range(10)]
    ingest(database, batch(*visits))
    order = Order(name="周检", kind=PlanKind.PERCENTAGE, share=0.25, seed=7)
    drawn = draw(database, order, Scope())
    assert (drawn.plan.candidates, len(drawn.plan.chosen)) == (10, 3)
    assert {(name, chance) for name, _, chance in kept(database)} == {("周检", 0.3)}
    assert [one.interaction_id for one in drawn.places] == [
        one.interaction_id for one in drawn.plan.chosen
    ]
    assert {one.path for one in drawn.places} <= {one.recording.path for one in visits}
    with database.reading() as connection:
        last = connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.key.desc())).first()
    detail = json.loads(last.detail)
    assert (last.action, detail["plan"], detail["drawn"]) == ("sample", "周检", 3)
    assert detail["order"]["seed"] == 7


def test_a_name_is_taken_once(database):
    ingest(database, batch(*(visit(n) for n in range(4))))
    order = Order(name="w1", kind=PlanKind.COUNT, size=2)
    first = draw(database, order, Scope())
    before = kept(database)
    with pytest.raises(StoreError, match="w1") as error:
        draw(database, replace(order, seed=1), Scope())
    assert error.value.code == "store.exists"
    assert kept(database) == before
    assert draw(database, replace(order, name="w2"), Scope()).plan == first.plan


def test_the_risky_are_drawn_for_certain_and_what_people_overturned_is_no_risk(database):
    calm = [graded(n, 0.01) for n in range(12)]
    minor = graded(20, 0.99, severity=Severity.MINOR)
    risky = [graded(21, 0.9), graded(22, 0.9)]
    ingest(database, batch(*calm, minor, *risky))
    order = Order(name="a", kind=PlanKind.RISK, size=4)
    plan = draw(database, order, Scope()).plan
    chances = {one.interaction_id: one.probability for one in plan.chosen}
    assert [chances[name] for name in names(risky)] == [1.0, 1.0]
    assert plan.reach.expected_risky_at_random == pytest.approx(4 * (12 * 0.01 + 1.8) / 15)
    judged = risky[0].interactions[0]
    review = Review(
        interaction_id=judged.interaction.id,
        finding_id=judged.findings[0].id,
        decision=Decision.OVERTURN,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )
    record(database, [review])
    again = draw(database, replace(order, name="b"), Scope()).plan
    assert again.reach.expected_risky_at_random == pytest.approx(4 * (12 * 0.01 + 0.9) / 15)


def test_the_least_certain_are_drawn_first(database):
    sure = [graded(n, 0.001, severity=Severity.MINOR) for n in range(8)]
    open_ = [graded(n, 0.3) for n in (20, 21)]
    ingest(database, batch(*sure, *open_))
    drawn = draw(database, Order(name="a", kind=PlanKind.ACTIVE, size=4), Scope())
    certain = {one.interaction_id for one in drawn.plan.chosen if one.probability == 1.0}
    assert certain == set(names(open_))


def test_everybody_gets_the_least(database):
    many = [visit(n, staff="T1") for n in range(12)]
    few = [visit(n, staff="T2") for n in (20, 21)]
    ingest(database, batch(*many, *few))
    order = Order(name="a", kind=PlanKind.STRATIFIED, share=0.3, least=2)
    drawn = draw(database, order, Scope())
    staff = [one.staff_id for one in drawn.places]
    assert (len(staff), staff.count("T2")) == (5, 2)
    assert "2 人" in drawn.plan.title


def test_only_scored_interactions_of_the_scope_are_drawn(database):
    inside, outside = visit(1, day=5), visit(2, day=20)
    internal, unscored = visit(3, day=5), visit(4, day=5)
    judged = internal.interactions[0]
    talk = replace(judged.interaction, kind=Kind.INTERNAL)
    internal = replace(internal, interactions=(replace(judged, interaction=talk),))
    judged = unscored.interactions[0]
    card = replace(judged.scorecard, total=None, low=None, high=None)
    unscored = replace(unscored, interactions=(replace(judged, scorecard=card),))
    ingest(database, batch(inside, outside, internal, unscored))
    order = Order(name="a", kind=PlanKind.COUNT, size=9)
    drawn = draw(database, order, Scope(until=date(2026, 3, 10)))
    assert [one.interaction_id for one in drawn.places] == names([inside])


def test_nothing_to_draw_from_is_an_error_and_leaves_nothing(database):
    with pytest.raises(StoreError) as error:
        draw(database, Order(name="a", kind=PlanKind.COUNT, size=1), Scope())
    assert error.value.code == "store.empty"
    assert kept(database) == []
