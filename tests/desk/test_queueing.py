"""What waits and in which order, whose turn it is, and that nobody is given what somebody has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import event, insert, select

from svcscore.decisions import Decision, Review
from svcscore.desk import assigning, claiming, clock, queueing
from svcscore.desk.accounts import NewAccount, make, viewer_of
from svcscore.desk.administering import Changes, change
from svcscore.desk.assigning import Way
from svcscore.desk.queueing import Filter, Status
from svcscore.desk.viewer import Office
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.reviewing import record_in
from svcscore.records import Severity
from svcscore.store import reader, samples, waiting
from svcscore.store.desk import accounts, claims, decided
from svcscore.store.desk.queues import Place, Tab
from svcscore.store.desk.tables import APPEALS
from svcscore.store.tables import AUDIT_LOG, QUEUE
from svcscore.testing import desks


@pytest.fixture
def desk(database):
    desks.fill_with_samples(database)
    for one in desks.STAFF:
        make(database, one, by="test")
    return database


def named(database, name):
    with database.reading() as connection:
        return viewer_of(accounts.by_name(connection, name))


def look(database, who="reviewer", size=queueing.SIZE, **asked):
    with database.reading() as connection:
        return queueing.look(connection, named(database, who), Filter(**asked), size=size)


def counts(database, who="reviewer", **asked):
    with database.reading() as connection:
        return queueing.counts(connection, named(database, who), Filter(**asked))


def key_of(database, case_id):
    with database.reading() as connection:
        return reader.keys_by_id(connection, [case_id])[case_id]


def take(database, who, case_id, minutes=30):
    with database.writing() as connection:
        key = reader.keys_by_id(connection, [case_id])[case_id]
        return claiming.claim(connection, named(database, who), key, minutes=minutes)


def take_next(database, who="reviewer", after=None, **asked):
    viewer = named(database, who)
    return queueing.take_next(database, viewer, Filter(**asked), minutes=30, after=after)


def decide_all(database, case_id, by="reviewer"):
    with database.writing() as connection:
        key = reader.keys_by_id(connection, [case_id])[case_id]
        chosen = select(QUEUE.c.finding_id).where(QUEUE.c.interaction_key == key)
        reviews = [
            Review(
                interaction_id=case_id,
                finding_id=finding,
                decision=Decision.CONFIRM,
                reviewer=by,
                at=clock.now(),
            )
            for finding in connection.execute(chosen).scalars()
        ]
        record_in(connection, reviews, by=by)
    return [review.finding_id for review in reviews]


def appeal(database, case_id, finding_id, *, days):
    with database.writing() as connection:
        (stored,) = reader.stored(
            connection, list(reader.keys_by_id(connection, [case_id]).values())
        )
        values = {"id": f"a-{finding_id}", "interaction_key": stored.key, "state": "filed"}
        values |= {"finding_id": finding_id, "account_key": named(database, "teller1").key}
        values |= {"staff_id": stored.staff_id or "", "branch_id": stored.branch_id}
        values |= {"reason": "x", "filed_at": clock.now()}
        values |= {"due_at": clock.after(clock.now(), days=days)}
        connection.execute(insert(APPEALS), values)
        waiting.refresh(connection, [stored.key])


def test_rows_are_cases_and_tell_why_they_wait(desk):
    cases = look(desk).cases
    assert len({case.id for case in cases}) == len(cases) == counts(desk).all
    reds = [case.red_line for case in cases]
    assert reds == sorted(reds, reverse=True)
    assert sum(reds) == counts(desk).red_line
    assert all(case.lead for case in cases if case.findings)
    assert [case.id for case in look(desk, tab=Tab.RED_LINE).cases] == [
        case.id for case in cases if case.red_line
    ]


def test_pages_meet_forwards_and_backwards(desk):
    whole = [case.id for case in look(desk).cases]
    viewer = named(desk, "reviewer")
    seen, after = [], None
    with desk.reading() as connection:

        def turn(**where):
            return queueing.look(connection, viewer, Filter(), size=4, **where)

        pages = []
        while True:
            page = turn(after=after)
            pages.append([case.id for case in page.cases])
            seen += pages[-1]
            assert (page.before is None) == (len(pages) == 1)
            if page.after is None:
                break
            rank, _, key = page.after.partition("_")
            after = Place(rank=float(rank), key=int(key))
        assert seen == whole
        for known in pages[-2::-1]:
            rank, _, key = page.before.partition("_")
            page = turn(before=Place(rank=float(rank), key=int(key)))
            assert [case.id for case in page.cases] == known
            assert page.after is not None
        assert page.before is None


@pytest.mark.parametrize("field", ["branch", "staff", "severity", "days"])
def test_each_filter_leaves_what_it_says(desk, field):
    cases = look(desk).cases
    some = next(case for case in cases if case.lead and case.day)
    asked = {
        "branch": {"branch": some.branch_id},
        "staff": {"staff": some.staff_id},
        "severity": {"severity": Severity(some.lead.severity)},
        "days": {"since": some.day, "until": some.day},
    }[field]
    fits = {
        "branch": lambda case: case.branch_id == some.branch_id,
        "staff": lambda case: case.staff_id == some.staff_id,
        "severity": lambda case: case.lead and case.lead.severity == some.lead.severity,
        "days": lambda case: case.day == some.day,
    }[field]
    found = look(desk, **asked).cases
    assert some.id in {case.id for case in found}
    assert all(fits(case) for case in found)
    assert counts(desk, **asked).all == len(found)


def test_a_code_names_the_row_even_where_another_is_worse(desk):
    with desk.reading() as connection:
        codes = set(connection.execute(select(QUEUE.c.code)).scalars())
    for code in codes:
        found = look(desk, code=code).cases
        assert found
        assert {case.lead.code for case in found} == {code}


def test_a_viewer_with_a_branch_sees_only_hers(desk):
    new = NewAccount(name="local", shown="x", office=Office.REVIEWER, branch_id="B02")
    make(desk, new, by="test")
    assert {case.branch_id for case in look(desk, who="local").cases} == {"B02"}
    assert counts(desk, who="local").all == counts(desk, branch="B02").all
    for ask in (look, counts):
        with pytest.raises(StoreError):
            ask(desk, who="local", branch="B01")
    assert take_next(desk, who="local").branch_id == "B02"


def test_what_somebody_has_in_hand_is_told_and_passed_over(desk):
    first, second, *_ = look(desk).cases
    take(desk, "second", first.id)
    seen = look(desk).cases[0]
    assert (seen.id, seen.holder.name, seen.holder.mine) == (first.id, "second", False)
    assert take_next(desk).id == second.id
    assert [case.id for case in look(desk, tab=Tab.MINE).cases] == [second.id]
    held = {case.id for case in look(desk, status=Status.CLAIMED).cases}
    assert held == {first.id, second.id}
    assert not held & {case.id for case in look(desk, status=Status.OPEN).cases}
    assert [c.id for c in look(desk, reviewer="second").cases] == [first.id]
    assert counts(desk).mine == 1


def test_a_claim_ends_by_itself_is_renewed_and_released(desk):
    case = look(desk).cases[0]
    mine = take(desk, "reviewer", case.id)
    assert take(desk, "second", case.id).account_name == "reviewer"
    again = take(desk, "reviewer", case.id, minutes=60)
    assert again.at == mine.at
    assert again.until > mine.until
    with desk.writing() as connection:
        assert not claiming.release(connection, named(desk, "second"), mine.interaction_key)
        assert claiming.release(connection, named(desk, "reviewer"), mine.interaction_key)
        assert not claiming.release(connection, named(desk, "reviewer"), mine.interaction_key)
    take(desk, "reviewer", case.id, minutes=0)
    assert take(desk, "second", case.id).account_name == "second"
    with desk.writing() as connection:
        assert claiming.release(connection, named(desk, "lead"), mine.interaction_key)


def test_next_goes_on_behind_the_case_that_is_left(desk):
    cases = [case.id for case in look(desk).cases]
    taken = [take_next(desk).id]
    for _ in cases[1:]:
        taken.append(take_next(desk, after=taken[-1]).id)
    assert taken == cases
    assert take_next(desk, after=taken[-1]) is None
    assert take_next(desk, tab=Tab.MINE, after=taken[-1]).id == cases[0]
    assert take_next(desk, after="nothing-of-that-name") is None


def test_two_who_ask_at_the_same_moment_never_get_the_same_case(desk):
    people = [f"r{n}" for n in range(6)]
    for name in people:
        make(desk, NewAccount(name=name + "x", shown=name, office=Office.REVIEWER), by="test")
    viewers = [named(desk, name + "x") for name in people]
    gate = Barrier(len(viewers))

    def work(viewer):
        gate.wait()
        got = []
        while case := queueing.take_next(desk, viewer, Filter(), minutes=30):
            got.append(case.id)
        return got

    with ThreadPoolExecutor(len(viewers)) as pool:
        got = [case for some in pool.map(work, viewers) for case in some]
    assert len(got) == len(set(got)) == counts(desk).all


def test_decided_findings_are_listed_with_who_and_what(desk):
    case = look(desk).cases[0]
    done = decide_all(desk, case.id)
    assert case.id not in {one.id for one in look(desk).cases if one.findings}
    with desk.reading() as connection:
        viewer = named(desk, "lead")
        page = queueing.look_decided(connection, viewer, Filter(reviewer="reviewer"))
        assert {one.finding_id for one in page.decisions} == set(done)
        assert {(one.id, one.decision) for one in page.decisions} == {(case.id, "confirm")}
        assert queueing.count_decided(connection, viewer, Filter()) == len(done)
        assert not queueing.look_decided(connection, viewer, Filter(reviewer="x")).decisions
        last = page.decisions[-1]
        place = decided.Place(at=last.at, key=key_of(desk, last.id), finding_id=last.finding_id)
        assert not queueing.look_decided(connection, viewer, Filter(), after=place).decisions
        back = queueing.look_decided(connection, viewer, Filter(), before=place, size=1)
        assert len(back.decisions) == min(1, len(done) - 1)


def test_an_open_appeal_waits_and_not_for_whom_it_is_against(desk):
    *_, case = [one for one in look(desk).cases if one.findings]
    done = decide_all(desk, case.id)
    appeal(desk, case.id, done[0], days=1.5)
    (seen,) = look(desk, tab=Tab.APPEALS).cases
    assert (seen.id, seen.due_days, seen.lead.finding_id) == (case.id, 1, done[0])
    order = [one.id for one in look(desk).cases]
    assert order.index(case.id) == counts(desk).red_line
    assert take_next(desk, tab=Tab.APPEALS) is None
    assert take_next(desk, who="second", tab=Tab.APPEALS).id == case.id


def test_a_drawn_case_waits_under_its_tab(desk):
    with desk.writing() as connection:
        key = reader.keys(connection, reader.Scope())[0]
        samples.keep(connection, "weekly", [(key, 0.1)])
    assert counts(desk).sampled == 1
    assert look(desk, tab=Tab.SAMPLED).cases[0].sampled


def assign(database, names, *, way=Way.TURNS, each=3, **asked):
    with database.writing() as connection:
        lead = named(database, "lead")
        return assigning.assign(connection, lead, Filter(**asked), names, way=way, each=each)


def test_cases_are_dealt_out_in_turn_and_stay_until_they_are_done(desk):
    cases = [case.id for case in look(desk).cases]
    given = assign(desk, ["reviewer", "second"], each=2)
    assert [(one.name, one.cases) for one in given] == [("reviewer", 2), ("second", 2)]
    mine = [case.id for case in look(desk, tab=Tab.MINE).cases]
    assert mine == cases[0:4:2]
    first = take_next(desk)
    assert first.id == mine[0]
    assert first.holder.how == claims.ASSIGNED
    decide_all(desk, mine[0])
    still = [case.id for case in look(desk, tab=Tab.MINE).cases if case.findings]
    assert mine[0] not in still
    with desk.reading() as connection:
        told = connection.execute(select(AUDIT_LOG.c.detail).where(AUDIT_LOG.c.action == "assign"))
        assert len(list(told)) == 2


def test_who_has_the_fewest_is_given_first(desk):
    assign(desk, ["second"], each=3)
    given = {one.name: one for one in assign(desk, ["reviewer", "second"], way=Way.LOAD, each=4)}
    assert given["reviewer"].open - given["second"].open in {-1, 0, 1}
    assert given["reviewer"].cases > given["second"].cases


def test_nobody_is_given_what_is_not_hers_to_see(desk):
    new = NewAccount(name="local", shown="x", office=Office.REVIEWER, branch_id="B02")
    make(desk, new, by="test")
    assign(desk, ["local", "second"], each=20)
    assert {case.branch_id for case in look(desk, reviewer="local").cases} == {"B02"}
    for names in (["teller1"], ["reviewer", "nobody"], []):
        with pytest.raises(UsageError):
            assign(desk, names)


def test_what_was_assigned_is_taken_back(desk):
    assign(desk, ["reviewer"], each=1)
    (case,) = look(desk, tab=Tab.MINE).cases
    with desk.writing() as connection:
        assert claiming.release(connection, named(desk, "lead"), key_of(desk, case.id))
    assert look(desk, tab=Tab.MINE).cases == ()


def test_a_filter_leaves_nothing_as_well_as_something(desk):
    nothing = replace(Filter(), staff="nobody")
    with desk.reading() as connection:
        page = queueing.look(connection, named(desk, "reviewer"), nothing)
    assert (page.cases, page.before, page.after) == ((), None, None)


def test_a_claim_from_a_clock_that_ran_ahead_holds_nobody_up(desk):
    case = look(desk).cases[0]
    later = clock.after(clock.now(), days=400)
    with desk.writing() as connection:
        values = {"interaction_key": key_of(desk, case.id), "how": claims.CLAIMED}
        values |= {"account_key": named(desk, "second").key, "at": later}
        claims.put(connection, values | {"until": clock.after(later, seconds=1800)})
    assert look(desk).cases[0].holder is None
    assert take_next(desk).id == case.id
    with desk.writing() as connection:
        claims.remove(connection, key_of(desk, case.id))
    # the longest that a desk can be told to wait
    held = take(desk, "second", case.id, minutes=1440)
    assert look(desk).cases[0].holder.until == held.until


def test_a_case_of_another_branch_tells_nothing_when_it_is_left(desk):
    change(desk, "second", Changes(branch_id="B01"), by="admin")
    others = [case.id for case in look(desk).cases if case.branch_id != "B01"]
    first = look(desk, "second").cases[0].id
    for other in others:
        found = take_next(desk, "second", after=other)
        assert found.id == first
        with desk.writing() as connection:
            claims.remove(connection, key_of(desk, first))


def test_who_has_a_branch_is_told_of_its_reviewers_only(desk):
    change(desk, "second", Changes(branch_id="B02"), by="admin")
    change(desk, "lead", Changes(branch_id="B01"), by="admin")
    with desk.reading() as connection:
        names = {
            who: [one.name for one in assigning.reviewers(connection, named(desk, who))]
            for who in ("lead", "second", "reviewer")
        }
    assert names == {
        "lead": ["lead", "reviewer"],
        "second": ["reviewer", "second"],
        "reviewer": ["lead", "reviewer", "second"],
    }
    with desk.writing() as connection, pytest.raises(UsageError):
        assigning.assign(
            connection, named(desk, "lead"), Filter(), ["second"], way=Way.TURNS, each=1
        )


def test_many_cases_are_dealt_out_with_as_few_statements_as_few_are(desk):
    lead, sent, counted = named(desk, "lead"), [], []
    event.listen(desk.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    for each in (1, 4):
        sent.clear()
        with desk.writing() as connection:
            (given,) = assigning.assign(
                connection, lead, Filter(), ["second"], way=Way.TURNS, each=each
            )
        assert given.cases == each
        counted.append(len(sent))
    assert counted[0] == counted[1]
