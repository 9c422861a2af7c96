"""Agreement of machine and people, out of a database that went through ingest and reviews."""

import shutil
from dataclasses import replace
from datetime import date

import pytest
from ledger_cases import PROFILES, batch, greeting, rubric, rude, visit

from svcscore.decisions import Decision, Review
from svcscore.errors import StoreError
from svcscore.ledger.agreeing import agreement
from svcscore.ledger.ingest import ingest
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.ledger.sampling import Order, PlanKind, draw
from svcscore.records import Match, Verdict
from svcscore.scoring.agreement_rules import Support
from svcscore.scoring.scorecard import scorecard
from svcscore.store import audit, reader, samples
from svcscore.store.reader import Scope

RUDE, GREETING = "forbidden.impatience.1", "voice.greeting.1"


def said(scored, place, decision, reviewer="q1", **fields):
    """A review of the finding at `place`."""
    judged = scored.interactions[0]
    return Review(
        interaction_id=judged.interaction.id,
        finding_id=judged.findings[place].id,
        decision=decision,
        reviewer=reviewer,
        at=fields.pop("at", "2026-03-03T08:00:00+00:00"),
        **fields,
    )


def of(found, rule):
    (one,) = [row for row in found.rules if row.rule == rule]
    return one


def unheard(number):
    """A visit in which no greeting was heard."""
    judged = visit(number).interactions[0]
    turns, key = judged.interaction.turns, judged.interaction.id
    missing = replace(
        greeting(turns[0], key), verdict=Verdict.ABSENT, match=Match.ABSENCE, evidence=()
    )
    return visit(number, rude(turns[2], key), missing)


def drawn(database, name, chances):
    """A plan that drew these visits with these chances."""
    with database.writing() as connection:
        ids = {number: visit(number).interactions[0].interaction.id for number in chances}
        keys = reader.keys_by_id(connection, ids.values())
        samples.keep(connection, name, [(keys[ids[n]], chance) for n, chance in chances.items()])
        audit.log(connection, "q1", samples.ACTION, {"plan": name})


def test_nothing_reviewed_is_nothing_known(database):
    ingest(database, batch(visit(1)))
    found = agreement(database, Scope())
    assert (found.interactions, found.reviews, found.rules, found.suspensions) == (0, 0, (), ())
    assert (found.reviewers.raw, found.totals.absolute) == (None, None)


def test_precision_is_of_what_was_reviewed(database):
    visits = [visit(n) for n in range(5)]
    ingest(database, batch(*visits))
    decisions = [Decision.CONFIRM] * 3 + [Decision.OVERTURN]
    record(database, [said(one, 0, how) for one, how in zip(visits, decisions, strict=False)])
    found = agreement(database, Scope())
    row = of(found, RUDE)
    assert (row.reviewed, row.overturned, row.precision.value) == (4, 1, 0.75)
    assert row.precision.low < 0.75 < row.precision.high
    assert row.recall is None  # nobody can miss on paper what is only told where it was heard
    assert (found.interactions, found.whole, found.reviews) == (4, 0, 4)


def test_a_sampled_interaction_stands_for_those_that_nobody_heard(database):
    visits = [visit(n) for n in range(4)]
    ingest(database, batch(*visits))
    decisions = [Decision.CONFIRM] * 3 + [Decision.OVERTURN]
    record(database, [said(one, 0, how) for one, how in zip(visits, decisions, strict=True)])
    drawn(database, "march", {3: 1 / 7})
    assert of(agreement(database, Scope()), RUDE).precision.value == pytest.approx(0.3)
    # the plan that drew it last counts, whatever it is called
    drawn(database, "april", {3: 0.5, 0: 1.0})
    found = agreement(database, Scope())
    assert of(found, RUDE).precision.value == pytest.approx(0.6)
    assert found.drawn == 2
    only = agreement(database, Scope(), "march")
    assert (only.interactions, of(only, RUDE).precision.value) == (1, 0.0)
    with pytest.raises(StoreError, match="no sample 'may'"):
        agreement(database, Scope(), "may")


def test_recall_is_of_what_was_said_in_wholly_reviewed_interactions(database):
    heard, missed = [visit(n) for n in range(3)], unheard(3)
    ingest(database, batch(*heard, missed, visit(4)))
    record(database, [said(one, place, Decision.CONFIRM) for one in heard for place in (0, 1)])
    record(database, [said(missed, place, Decision.OVERTURN) for place in (0, 1)])
    # only the greeting of the last one is reviewed: it was not wholly listened to
    record(database, [said(visit(4), 1, Decision.CONFIRM)])
    found = agreement(database, Scope())
    row = of(found, GREETING)
    assert (found.whole, row.recall.value, row.recall.units) == (4, 0.75, 4)
    assert (row.precision.value, row.absence_precision.value) == (1.0, 0.0)


def test_the_absence_of_a_code_counts_against_all_its_rules(database):
    heard, missed = visit(1), unheard(2)
    second = replace(heard.interactions[0].findings[1], rule="voice.greeting.2")
    heard = visit(1, heard.interactions[0].findings[0], second)
    ingest(database, batch(heard, missed))
    record(database, [said(heard, place, Decision.CONFIRM) for place in (0, 1)])
    record(database, [said(missed, 0, Decision.CONFIRM), said(missed, 1, Decision.OVERTURN)])
    found = agreement(database, Scope())
    assert of(found, "voice.greeting.2").recall.value == 0.5
    assert of(found, GREETING).recall == of(found, "voice.greeting.2").recall


def test_totals_are_compared_by_the_rubric_that_counts_now(database):
    visits = [visit(n) for n in range(2)]
    ingest(database, batch(*visits))
    for one, how in zip(visits, (Decision.OVERTURN, Decision.CONFIRM), strict=True):
        record(database, [said(one, 0, how), said(one, 1, Decision.CONFIRM)])
    for profile in ("default", "strict"):
        list(rescore(database, load_bench(PROFILES / f"{profile}.yaml", None), Scope(), dry=False))
        with database.reading() as connection:
            after = [
                one.total for one in reader.stored(connection, reader.keys(connection, Scope()))
            ]
        judged = visits[0].interactions[0]
        before = scorecard(judged.interaction, judged.findings, judged.courtesy, rubric(profile))
        apart = [before.total - total for total in after]
        found = agreement(database, Scope()).totals
        assert found.interactions == 2
        assert found.absolute.value == pytest.approx(sum(abs(a) for a in apart) / 2)
        assert found.bias.value == pytest.approx(sum(apart) / 2)
    assert apart[0] < -1


def test_a_blind_second_review_measures_people_and_changes_no_score(database):
    visits = [visit(n) for n in range(4)]
    ingest(database, batch(*visits))
    record(database, [said(one, 0, Decision.CONFIRM) for one in visits])
    alone = agreement(database, Scope())
    seconds = [Decision.CONFIRM] * 3 + [Decision.OVERTURN]
    record(
        database,
        [said(one, 0, how, "q2", blind=True) for one, how in zip(visits, seconds, strict=True)],
    )
    found = agreement(database, Scope())
    assert (found.reviewers.pairs, found.reviewers.raw.value) == (4, 0.75)
    # by hand: chance = Σ π(1−π) ÷ 2 with π = (7/8, 1/8, 0)
    assert found.reviewers.ac1.value == pytest.approx((0.75 - 7 / 64) / (1 - 7 / 64))
    assert found.reviewers.kappa.value == pytest.approx(0.0)
    assert found.rules == alone.rules


def test_a_rule_that_is_wrong_often_is_proposed_for_suspension_in_words(database):
    visits = [visit(n) for n in range(12)]
    ingest(database, batch(*visits))
    decisions = [Decision.CONFIRM] * 2 + [Decision.OVERTURN] * 7 + [Decision.NOT_APPLICABLE] * 3
    record(database, [said(one, 0, how) for one, how in zip(visits, decisions, strict=True)])
    record(database, [said(one, 1, Decision.CONFIRM) for one in visits])
    (proposal,) = agreement(database, Scope()).suspensions
    assert (proposal.rule, proposal.support) == (RUDE, Support.SURE)
    assert "其中 10 条被推翻或不适用" in proposal.text


def test_only_the_scope_counts_and_what_rules_no_longer_make_is_told(database, tmp_path):
    visits = [visit(1, day=2), visit(2, day=20)]
    ingest(database, batch(*visits))
    record(database, [said(one, 0, Decision.CONFIRM) for one in visits])
    assert agreement(database, Scope(until=date(2026, 3, 10))).interactions == 1
    rules = shutil.copytree(PROFILES.parent, tmp_path / "lexicons")
    with (rules / "taxonomy.yaml").open("a") as file:
        file.write("# another digest\n")
    # findings of real rules have other ids: decisions go with what says the same
    list(rescore(database, load_bench(PROFILES / "default.yaml", rules), Scope(), dry=False))
    found = agreement(database, Scope())
    assert (found.reviews, found.stale) == (2, 0)
    for name in ("forbidden-impatience.yaml", "meaning.yaml"):
        (rules / name).unlink()
    list(rescore(database, load_bench(PROFILES / "default.yaml", rules), Scope(), dry=False))
    found = agreement(database, Scope())
    assert found.reviews == 0
    assert found.stale >= 2


def test_a_drawn_sample_gives_its_weights(database):
    visits = [visit(n, staff=f"T{n % 2}") for n in range(8)]
    ingest(database, batch(*visits))
    order = Order(name="w", kind=PlanKind.COUNT, size=4)
    taken = {one.interaction_id for one in draw(database, order, Scope()).plan.chosen}
    record(database, [said(one, 0, Decision.CONFIRM) for one in visits])
    found = agreement(database, Scope())
    assert (found.drawn, len(taken)) == (4, 4)
    assert agreement(database, Scope(), "w").interactions == 4
