"""Accounts, passwords and tokens, in both kinds of database."""

from __future__ import annotations

import json

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from svcscore.desk import accounts as desk_accounts
from svcscore.desk import clock
from svcscore.desk.accounts import NewAccount, change_password, log_in, make, present
from svcscore.desk.administering import Changes, change, reset_password, unlock
from svcscore.desk.passwords import AccountError, check_password, hashed, made_up
from svcscore.desk.tokens import holder, make_token, revoke_token, tokens_of
from svcscore.desk.viewer import May, Office
from svcscore.errors import StoreError
from svcscore.store import audit
from svcscore.store.desk import accounts as rows
from svcscore.store.desk import claims, log
from svcscore.store.desk import tokens as token_rows
from svcscore.store.desk.tables import CLAIMS
from svcscore.testing import desks

PASSWORD = "Ting1234Qing"


def add(database, name, office=Office.REVIEWER, **more):
    given = {"shown": name, "password": PASSWORD, **more}
    return make(database, NewAccount(name=name, office=office, **given), by="system:test")


def account(database, name):
    with database.reading() as connection:
        return rows.by_name(connection, name)


def why(call, *arguments, **named):
    with pytest.raises(AccountError) as told:
        call(*arguments, **named)
    assert told.value.code == "desk.account"
    return told.value.why


@pytest.fixture
def staffed(database):
    add(database, "root1", Office.ADMINISTRATOR)
    add(database, "li.si")
    return database


def test_an_account_is_made_kept_as_a_hash_and_logged(staffed):
    kept = account(staffed, "li.si")
    assert kept.password.startswith("$argon2id$")
    assert kept.active
    entry = log_in(staffed, " LI.SI ", PASSWORD, address="10.0.0.9")
    who = present(staffed, entry.cookie)
    assert (who.viewer.name, who.csrf, who.viewer.office) == ("li.si", entry.csrf, Office.REVIEWER)
    assert present(staffed, entry.cookie + "x") is None
    with staffed.reading() as connection:
        last = log.head(connection)
        assert audit.broken(connection) is None
    assert (last.actor, last.action) == ("li.si", "login")
    assert PASSWORD not in last.detail
    assert entry.cookie not in last.detail


@pytest.mark.parametrize("name", ["", "x", "Li", "li si", "-li", "../li", "li\0", "名", "a" * 65])
def test_a_name_is_one_that_can_be_typed_and_stands_in_an_address(staffed, name):
    assert why(add, staffed, name) == "name"


def test_what_an_account_cannot_be_is_told(staffed):
    assert why(add, staffed, "li.si") == "taken"
    assert why(add, staffed, "teller", Office.TELLER) == "staff"
    assert why(add, staffed, "somebody", shown="x" * 101) == "field"
    assert why(add, staffed, "somebody", branch_id="B\n01") == "field"
    assert why(add, staffed, "somebody", language="fr") == "field"
    assert why(add, staffed, "somebody", password="short") == "short"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "1234567890",
        "0987654321",
        "password12",
        "qwertyuiop1",
        "li.si-2026",
        "x" * 1001,
    ],
)
def test_passwords_that_everybody_tries_first_are_not_taken(password):
    assert why(check_password, password, "li.si") == "guessed"


def test_passwords_that_are_made_up_are_taken():
    made = {made_up() for _ in range(20)}
    assert len(made) == 20
    for one in made:
        check_password(one, "li.si")


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_login(staffed):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with staffed.writing() as connection:
        rows.change(connection, rows.by_name(connection, "li.si").key, {"password": weak})
    assert log_in(staffed, "li.si", "wrong-password") is None
    assert account(staffed, "li.si").password == weak
    assert log_in(staffed, "li.si", PASSWORD) is not None
    strong = account(staffed, "li.si").password
    assert strong != weak
    assert log_in(staffed, "li.si", PASSWORD) is not None
    assert account(staffed, "li.si").password == strong


def test_a_damaged_hash_lets_nobody_in(staffed):
    with staffed.writing() as connection:
        rows.change(connection, rows.by_name(connection, "li.si").key, {"password": "no hash"})
    assert log_in(staffed, "li.si", "no hash") is None


def test_a_right_password_forgets_the_wrong_ones(staffed):
    for _ in range(4):
        log_in(staffed, "li.si", "wrong-password")
    assert account(staffed, "li.si").failures == 4
    assert log_in(staffed, "li.si", PASSWORD) is not None
    assert account(staffed, "li.si").failures == 0


def test_an_administrator_lets_somebody_try_again(staffed):
    for _ in range(5):
        log_in(staffed, "li.si", "wrong-password")
    assert log_in(staffed, "li.si", PASSWORD) is None
    unlock(staffed, "li.si", by="root1")
    assert log_in(staffed, "li.si", PASSWORD) is not None


def test_nobody_changes_her_own_office_or_locks_herself_out(staffed):
    add(staffed, "root2", Office.ADMINISTRATOR)
    for changes in (
        Changes(office=Office.QA_LEAD),
        Changes(branch_id="B01"),
        Changes(staff_id="T1"),
        Changes(active=False),
    ):
        assert why(change, staffed, "root1", changes, by="root1") == "own"
    assert change(staffed, "root1", Changes(shown="根", language="en"), by="root1").shown == "根"
    assert why(reset_password, staffed, "root1", PASSWORD, by="root1") == "own_password"
    assert change(staffed, "root1", Changes(active=False), by="root2").active is False


def test_somebody_is_left_to_look_after_accounts(staffed):
    for changes in (Changes(office=Office.REVIEWER), Changes(active=False)):
        assert why(change, staffed, "root1", changes, by="system:root") == "last"
    add(staffed, "root2", Office.ADMINISTRATOR)
    change(staffed, "root1", Changes(office=Office.REVIEWER), by="system:root")
    assert why(change, staffed, "root2", Changes(active=False), by="system:root") == "last"


def test_changes_are_held_to_what_an_account_can_be(staffed):
    assert why(change, staffed, "li.si", Changes(office=Office.TELLER), by="root1") == "staff"
    teller = Changes(office=Office.TELLER, staff_id="T1001", branch_id="B01")
    assert change(staffed, "li.si", teller, by="root1").staff_id == "T1001"
    assert why(change, staffed, "li.si", Changes(staff_id=""), by="root1") == "staff"
    assert change(staffed, "li.si", Changes(branch_id=""), by="root1").branch_id is None
    assert why(change, staffed, "nobody", Changes(), by="root1") == "unknown"
    assert why(unlock, staffed, "no\0body", by="root1") == "unknown"


def in_hand(database, name):
    with database.reading() as connection:
        key = account(database, name).key
        chosen = select(CLAIMS.c.how).where(CLAIMS.c.account_key == key)
        return list(connection.execute(chosen).scalars())


@pytest.mark.parametrize(
    "changes",
    [
        Changes(active=False),
        Changes(branch_id="B02"),
        Changes(office=Office.AUDITOR),
    ],
)
def test_who_may_not_go_on_holds_no_case(database, changes):
    desks.fill_with_samples(database)
    add(database, "li.si")
    with database.writing() as connection:
        for case, how in enumerate((claims.CLAIMED, claims.ASSIGNED), 1):
            until = clock.after(clock.now(), seconds=600) if how == claims.CLAIMED else None
            values = {"account_key": account(database, "li.si").key, "how": how, "until": until}
            claims.put(connection, {"interaction_key": case, "at": clock.now(), **values})
    change(database, "li.si", Changes(shown="李四"), by="root1")
    assert len(in_hand(database, "li.si")) == 2
    change(database, "li.si", changes, by="root1")
    assert not in_hand(database, "li.si")
    with database.reading() as connection:
        (last,) = log.entries(connection, log.Which(), limit=1)
    assert (last.actor, last.action) == ("root1", "release")
    assert json.loads(last.detail) == {"account": "li.si", "cases": 2}


def test_a_reset_password_must_be_changed_and_ends_all_sessions(staffed):
    entry = log_in(staffed, "li.si", PASSWORD)
    reset_password(staffed, "li.si", "Another-one-7", by="root1")
    assert present(staffed, entry.cookie) is None
    anew = log_in(staffed, "li.si", "Another-one-7")
    assert anew.viewer.must_change
    who = present(staffed, anew.cookie)
    after = change_password(staffed, who, "Another-one-7", "My-own-one-8")
    assert not after.viewer.must_change
    assert present(staffed, anew.cookie) is None
    assert present(staffed, after.cookie) is not None


@pytest.mark.parametrize("quicker", ["reset", "off"])
def test_an_administrator_who_is_quicker_has_the_last_word(staffed, monkeypatch, quicker):
    who = present(staffed, log_in(staffed, "li.si", PASSWORD).cookie)

    def slow(password):
        if quicker == "reset":
            reset_password(staffed, "li.si", "Another-one-7", by="root1")
        else:
            change(staffed, "li.si", Changes(active=False), by="root1")
        return hashed(password)

    monkeypatch.setattr(desk_accounts, "hashed", slow)
    assert why(change_password, staffed, who, PASSWORD, "My-own-one-8") == "present"
    assert log_in(staffed, "li.si", "My-own-one-8") is None
    again = log_in(staffed, "li.si", "Another-one-7")
    assert (again is not None) == (quicker == "reset")


def test_without_a_password_only_a_proxy_logs_in(staffed):
    reset_password(staffed, "li.si", None, by="root1")
    assert log_in(staffed, "li.si", PASSWORD) is None
    assert log_in(staffed, "li.si", "") is None


def token(database, name="li.si", **more):
    given = {"title": "夜间", "scopes": [May.QUEUE, May.CASES], "days": 30, "by": name, **more}
    return make_token(database, name, **given)


def test_a_token_has_its_scopes_and_is_kept_as_a_digest(staffed):
    made = token(staffed)
    who = holder(staffed, made.secret)
    assert who.viewer.rights == {May.QUEUE, May.CASES}
    assert not who.csrf
    with staffed.reading() as connection:
        (kept,) = tokens_of(connection, "li.si")
        assert log.head(connection).action == "token.made"
        assert made.secret not in log.head(connection).detail
    assert made.secret not in repr(kept)
    assert kept.used_at is not None
    assert holder(staffed, made.secret[:-1]) is None
    assert holder(staffed, "") is None
    assert holder(staffed, "svct_" + "\0" * 10) is None


def test_the_use_of_a_token_is_noted_once_a_minute(staffed):
    made = token(staffed)

    def used():
        with staffed.reading() as connection:
            return tokens_of(connection, "li.si")[0].used_at

    holder(staffed, made.secret)
    first = used()
    holder(staffed, made.secret)
    assert used() == first
    with staffed.writing() as connection:
        token_rows.used(connection, made.key, clock.after(clock.now(), seconds=-61))
    holder(staffed, made.secret)
    assert used() >= first


def test_a_token_never_grants_more_than_its_account_does_now(staffed):
    made = token(staffed, scopes=[May.QUEUE, May.CASES, May.HEAR])
    change(staffed, "li.si", Changes(office=Office.AUDITOR), by="root1")
    assert holder(staffed, made.secret).viewer.rights == {May.CASES}
    change(staffed, "li.si", Changes(active=False), by="root1")
    assert holder(staffed, made.secret) is None


def test_what_a_token_cannot_be_is_told(staffed):
    assert why(token, staffed, title=" ") == "title"
    assert why(token, staffed, title="x" * 101) == "title"
    assert why(token, staffed, scopes=[]) == "scopes"
    assert why(token, staffed, days=0) == "days"
    assert why(token, staffed, days=367) == "days"
    assert why(token, staffed, scopes=[May.ASSIGN]) == "granted"
    assert why(token, staffed, "root1", scopes=[May.ACCOUNTS]) == "granted"
    assert why(token, staffed, "nobody") == "unknown"


def test_a_token_ends_by_itself_or_when_it_is_revoked(staffed):
    made, other = token(staffed), token(staffed)
    assert why(revoke_token, staffed, "root1", made.key, by="root1") == "token"
    revoke_token(staffed, "li.si", made.key, by="root1")
    revoke_token(staffed, "li.si", made.key, by="root1")
    assert holder(staffed, made.secret) is None
    assert holder(staffed, other.secret) is not None
    with staffed.writing() as connection:
        from sqlalchemy import update

        from svcscore.store.desk.tables import TOKENS

        connection.execute(update(TOKENS).values(ends_at=clock.now()))
    assert holder(staffed, other.secret) is None


def test_the_log_is_read_by_who_what_and_day(staffed):
    with staffed.reading() as connection:
        every = log.entries(connection, log.Which(), limit=10)
        assert [one.action for one in every] == ["account.made", "account.made"]
        assert log.count(connection) == 2
        assert log.sealed(connection, every[0].digest)
        assert not log.sealed(connection, "0" * 64)
        assert log.names(connection) == (("system:test",), ("account.made",))
        first = every[-1]
        assert log.entries(connection, log.Which(), before=every[0].key, limit=10) == (first,)
        assert log.following(connection, log.Which(), after=first.key, limit=10) == (every[0],)
        today = first.at[:10]
        for which, many in (
            (log.Which(actor="system:test"), 2),
            (log.Which(actor="li.si"), 0),
            (log.Which(action="login"), 0),
            (log.Which(since=today), 2),
            (log.Which(until=today), 0),
        ):
            assert len(log.entries(connection, which, limit=10)) == many


def test_everybody_and_everything_in_the_log_is_offered_once(staffed):
    with staffed.writing() as connection:
        for actor, action in (("b", "hear"), ("a", "hear"), ("b", "claim"), ("王芳", "hear")):
            audit.log(connection, actor, action, {})
        actors, actions = log.names(connection)
        assert len(actors) == 4
        assert set(actors) == {"a", "b", "system:test", "王芳"}
        assert actions == ("account.made", "claim", "hear")


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log WHERE key = 1"]
)
def test_the_database_itself_keeps_the_log(staffed, statement):
    with pytest.raises(StoreError), staffed.writing() as connection:
        connection.exec_driver_sql(statement)
    with staffed.reading() as connection:
        assert log.count(connection) == 2
        assert audit.broken(connection) is None
