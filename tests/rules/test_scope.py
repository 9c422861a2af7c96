"""Days and kinds of business to which a rule applies."""

import datetime as dt
from dataclasses import replace

import pytest
from pydantic import ValidationError
from rule_cases import engine, lexicon, rule, said

from svcscore.records import Context, Occasion, Role
from svcscore.rules.definition import Pack

HURRY = rule("forbidden.impatience", "急什么")
TALK = said((Role.TELLER, "急什么"))
LAST = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("fields", "day", "found"),
    [
        ({"until": "2026-03-31"}, LAST, True),
        ({"until": "2026-03-31"}, LAST + dt.timedelta(days=1), False),
        ({"since": "2026-03-31"}, LAST, True),
        ({"since": "2026-03-31"}, LAST - dt.timedelta(days=1), False),
        ({"since": "2026-03-01", "until": "2026-03-31"}, LAST, True),
        ({"since": "2026-03-01", "until": "2026-03-31"}, dt.date(2026, 2, 1), False),
        ({"until": "2026-03-31"}, None, True),
        ({}, LAST, True),
    ],
)
def test_days(fields, day, found):
    assert bool(engine({**HURRY, **fields}).judge(TALK, occasion=Occasion(day=day))) is found


def test_one_rule_follows_another():
    old = {**HURRY, "id": "test.old", "severity": "minor", "until": "2026-03-31"}
    new = {**HURRY, "id": "test.new", "since": "2026-04-01"}
    both = engine(old, new)
    for day, told in ((LAST, "test.old"), (LAST + dt.timedelta(days=1), "test.new")):
        assert [f.rule for f in both.judge(TALK, occasion=Occasion(day=day))] == [told]


def test_an_absence_is_none_on_days_without_the_rule():
    greeting = engine({**rule("voice.greeting", "您好"), "until": "2026-03-31"})
    assert greeting.judge(TALK, occasion=Occasion(day=LAST))
    assert not greeting.judge(TALK, occasion=Occasion(day=LAST + dt.timedelta(days=1)))


def test_days_in_the_wrong_order_are_a_fault():
    with pytest.raises(ValidationError, match="until lies before since"):
        lexicon({**HURRY, "since": "2026-04-01", "until": "2026-03-31"})


@pytest.mark.parametrize(
    ("business", "found"), [("wealth", True), ("loan", True), ("deposit", False), ("", True)]
)
def test_kinds_of_business(business, found):
    spec = engine({**HURRY, "business": ["wealth", "loan"]})
    assert bool(spec.judge(replace(TALK, business=business))) is found


@pytest.mark.parametrize(
    ("occurred_at", "seconds", "day"),
    [
        ("2026-03-31T23:59:30+08:00", 0, LAST),
        ("2026-03-31T23:59:30+08:00", 40, LAST + dt.timedelta(days=1)),
        ("2026-03-31", 0, LAST),
    ],
)
def test_the_day_is_that_of_the_branch(occurred_at, seconds, day):
    assert Context(occurred_at=occurred_at).moment(seconds).date() == day


@pytest.mark.parametrize("occurred_at", [None, "", "yesterday"])
def test_a_day_that_is_not_known(occurred_at):
    assert Context(occurred_at=occurred_at).moment(0) is None


def test_a_pack_with_days_is_read():
    spec = {**HURRY, "since": "2026-04-01", "business": ["wealth"]}
    pack = Pack.model_validate({"pack": "p", "title": "t", "version": 1, "rules": [spec]})
    assert pack.rules[0].since == dt.date(2026, 4, 1)
