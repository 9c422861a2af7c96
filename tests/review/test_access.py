"""Every route by everybody: who is let in, and what a forged request becomes."""

from __future__ import annotations

import shutil

import pytest
from access_cases import ONE_OF_EACH, PEOPLE, Desk, routes

from svcscore.desk.administering import Changes, change
from svcscore.desk.tokens import grantable, make_token
from svcscore.desk.viewer import GRANTS, May
from svcscore.review.app import OPEN, create_app
from svcscore.review.guard import FOR_TOKENS
from svcscore.review.settings import Settings
from svcscore.store.database import Database
from svcscore.testing import desks

ALL = routes()
GUARDED = [route for route in ALL if route.path not in OPEN]
UNSAFE = [route for route in GUARDED if not route.safe]


@pytest.fixture(scope="module")
def desk(filled, tmp_path_factory):
    """One desk for all these requests: each brings its own session."""
    path = tmp_path_factory.mktemp("access") / "desk.sqlite"
    shutil.copy(filled, path)
    with Database(str(path)) as database:
        yield Desk(database, create_app(database, Settings(recordings=desks.ROOT)))


def error(answer):
    return answer.json()["error"]


def test_every_route_has_one_guard_and_nothing_else_is_mounted():
    assert {route.path for route in ALL} > OPEN
    for route in GUARDED:
        assert len(route.guards) == 1, f"{route} has {len(route.guards)} guards"
    for route in ALL:
        if route.path in OPEN:
            assert route.guards == ()


def test_nothing_else_is_served_than_routes_and_static_files(desk):
    from starlette.routing import Mount, Route

    mounted = [one for one in desk.app.routes if isinstance(one, Mount)]
    assert [one.path.split("/")[1] for one in mounted] == ["static"]
    assert not [one for one in desk.app.routes if type(one) is Route]


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_nobody_comes_in_without_logging_in(desk, route):
    answer = desk.ask(route)
    assert (answer.status_code, error(answer)) == (401, "login")
    forged = desk.ask(route, cookie="made-up", headers={"x-csrf-token": "made-up"})
    assert forged.status_code == 401
    if not route.path.startswith("/api/"):
        page = desk.ask(route, headers={"accept": "text/html"})
        assert page.status_code == 303
        assert page.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_everybody_may_what_the_office_grants_and_nothing_else(desk, route):
    for name in ONE_OF_EACH:
        answer = desk.ask_as(name, route)
        told = f"{route} by {name}: {answer.status_code}"
        if route.lets(GRANTS[PEOPLE[name]]):
            assert answer.status_code < 500, told
            assert answer.status_code != 401, told
            # finer rules may refuse; those have codes of their own
            assert answer.status_code != 403 or error(answer) == "desk.refused", told
        else:
            assert answer.status_code == 403, told
            assert error(answer) == "Forbidden", told


@pytest.mark.parametrize("route", UNSAFE, ids=str)
def test_nothing_is_done_that_the_browser_was_made_to_send(desk, route):
    name = next(one for one in ONE_OF_EACH if route.lets(GRANTS[PEOPLE[one]]))
    cookie, csrf = desk.session(name)
    _, of_another_session = desk.session(name)
    _, of_somebody_else = desk.session("second")
    wrong = ("", "0" * 32, csrf[:-1], csrf.upper() + "x", of_another_session, of_somebody_else)
    for given in (None, *wrong):
        headers = {} if given is None else {"x-csrf-token": given}
        answer = desk.ask(route, cookie=cookie, headers=headers)
        assert (answer.status_code, error(answer)) == (403, "csrf"), f"{route} with {given!r}"
    form = desk.ask(
        route,
        cookie=cookie,
        headers={"content-type": "application/x-www-form-urlencoded"},
        content=f"csrf={of_another_session}",
    )
    assert (form.status_code, error(form)) == (403, "csrf")
    for origin in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = desk.ask(route, cookie=cookie, headers={"x-csrf-token": csrf, **origin})
        assert (answer.status_code, error(answer)) == (403, "origin")


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_token_opens_the_api_as_far_as_its_scopes_and_its_account(desk, route):
    for name in ONE_OF_EACH:
        office = PEOPLE[name]
        every = [may for may in May if may in GRANTS[office] and may is not May.ACCOUNTS]
        for scopes in (every, every[:1]):
            token = make_token(
                desk.database, name, title="t", scopes=scopes, days=1, by="test"
            ).secret
            answer = desk.ask(route, headers={"authorization": f"Bearer {token}"})
            told = f"{route} by {name} with {scopes}: {answer.status_code}"
            if not route.path.startswith(FOR_TOKENS):
                assert answer.status_code == 401, told
            elif route.lets(frozenset(scopes)):
                assert answer.status_code not in {401, 500, 503}, told
                assert answer.status_code != 403 or error(answer) == "desk.refused", told
            else:
                assert answer.status_code == 403, told


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_a_password_that_must_be_another_comes_first(desk, route):
    cookie, csrf = must_change(desk)
    answer = desk.ask(route, cookie=cookie, headers={"x-csrf-token": csrf})
    if route.guards[0]:
        assert (answer.status_code, error(answer)) == (403, "password")
    else:
        assert answer.status_code not in {401, 403, 500}


def must_change(desk):
    from svcscore.store.desk import accounts as rows

    with desk.database.writing() as connection:
        account = rows.by_name(connection, "second")
        rows.change(connection, account.key, {"must_change": True})
    return desk.session("second")


@pytest.fixture(autouse=True)
def _as_before(request):
    yield
    if "desk" in request.fixturenames:
        from svcscore.store.desk import accounts as rows

        database = request.getfixturevalue("desk").database
        with database.writing() as connection:
            account = rows.by_name(connection, "second")
            rows.change(connection, account.key, {"must_change": False, "active": True})


def test_who_is_switched_off_is_out_at_once(desk):
    route = next(one for one in GUARDED if str(one) == "GET /queue")
    api = next(one for one in GUARDED if one.path == "/api/v1/queue" and one.safe)
    cookie, _ = desk.session("second")
    token = make_token(
        desk.database, "second", title="t", scopes=[May.QUEUE], days=1, by="test"
    ).secret
    bearer = {"authorization": f"Bearer {token}"}
    assert desk.ask(route, cookie=cookie).status_code == 200
    assert desk.ask(api, headers=bearer).status_code == 200
    change(desk.database, "second", Changes(active=False), by="admin")
    assert desk.ask(route, cookie=cookie).status_code == 401
    assert desk.ask(api, headers=bearer).status_code == 401
    change(desk.database, "second", Changes(active=True), by="admin")
    assert desk.ask(route, cookie=cookie).status_code == 401, "its sessions are gone for good"


def test_another_office_counts_from_the_next_request_on(desk):
    from svcscore.desk.viewer import Office

    route = next(one for one in GUARDED if str(one) == "GET /queue")
    cookie, _ = desk.session("second")
    change(desk.database, "second", Changes(office=Office.AUDITOR), by="admin")
    try:
        assert desk.ask(route, cookie=cookie).status_code == 403
    finally:
        change(desk.database, "second", Changes(office=Office.REVIEWER), by="admin")


def test_scopes_that_are_offered_are_those_of_the_office():
    from svcscore.desk.viewer import Viewer

    for office, rights in GRANTS.items():
        viewer = Viewer(
            key=1, name="x", shown="x", office=office, branch_id=None, staff_id=None, language="zh"
        )
        assert set(grantable(viewer)) == rights - {May.ACCOUNTS}


@pytest.mark.parametrize(
    ("route", "name"),
    [
        (route, name)
        for route in GUARDED
        for name in ("boss2", "teller3")
        if "{interaction_id}" in route.path and route.lets(GRANTS[PEOPLE[name]])
    ],
    ids=str,
)
def test_anothers_case_is_told_as_one_that_is_not_there(desk, route, name):
    from svcscore.store import reader
    from svcscore.store.reader import Scope

    with desk.database.reading() as connection:
        hers = next(
            one.id
            for one in reader.stored(connection, reader.keys(connection, Scope()))
            if one.branch_id == "B01" and one.staff_id == "T1001"
        )
    answers = []
    for guessed in (hers, "0123456789abcdef"):
        cookie, csrf = desk.session(name)
        known = desk.known | {"interaction_id": guessed}
        answer = desk.ask(route, known=known, cookie=cookie, headers={"x-csrf-token": csrf})
        answers.append((answer.status_code, answer.text.replace(guessed, "ID")))
    assert answers[0] == answers[1]
    assert answers[0][0] in {404, 422}
