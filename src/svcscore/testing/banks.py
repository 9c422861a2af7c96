"""A made-up bank in a database: branches, people, months, and what is planted for reports to find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import update

from svcscore.decisions import Decision, Review
from svcscore.heard import Prosody
from svcscore.ledger.reviewing import record
from svcscore.records import Context, Judged, Kind, Quality, Scored, Verdict
from svcscore.resources import data_folder
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.store.database import Database
from svcscore.store.snapshots import lexicon_snapshot, rubric_snapshot
from svcscore.store.tables import BRANCHES, STAFF
from svcscore.store.writer import Writer
from svcscore.testing.records import PROVENANCE, make_recording, make_scored
from svcscore.testing.visits import make_visits, with_breach

FIRST = date(2026, 7, 1)
A_BRANCH = 5
"""People of a branch; the last of each is its lobby manager."""
_VISITS = 80
_TOGETHER = 500
_BUSINESS = {"withdrawal": 0.0, "deposit": 1.0, "transfer": -1.0, "card": -2.0}
"""Kinds of business, and how they move a total."""
_HOURS = np.array([9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 16])
_NAMES = ("王芳", "李静", "张敏", "刘洋", "陈杰", "杨丽", "赵磊", "黄娟", "周强", "吴艳")
_DROP, _DEAF, _BUSY = 8.0, 7.0, 2.0
"""Points that are lost by who worsens, at the microphone that hears badly, and at ten o'clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """What was made, and what was planted in it."""

    staff: tuple[str, ...]
    branches: tuple[str, ...]
    days: tuple[date, ...]
    worse: str
    """Loses eight points from `since` on."""
    since: date
    habit: str
    """Mostly lets customers go without a farewell."""
    microphone: str
    """Hears badly; people change counters every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Visits of one kind by rising total."""

    visits: tuple[Judged, ...]
    unparted: tuple[Judged, ...]
    """Of them, those without a farewell."""


def make_bank(
    database: Database, *, tellers: int = 10, days: int = 60, a_day: int = 15, seed: int = 1
) -> Bank:
    """Fill an empty database; the same arguments give the same rows.

    Args:
        database: empty, with its tables.
        tellers: people, `A_BRANCH` a branch.
        days: working days from `FIRST` on.
        a_day: visits of each person a day.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    rubric = load_rubric(data_folder("lexicons") / "profiles" / "default.yaml", None)
    bank = _plan(tellers, days)
    lexicon = lexicon_snapshot(data_folder("lexicons"))
    provenance = replace(PROVENANCE, rubric_sha256=rubric.sha256, lexicon_sha256=lexicon.sha256)
    shelves = {kind: _shelf(kind, rubric, seed) for kind in (Kind.COUNTER, Kind.LOBBY)}
    made: list[Scored] = []
    reviews: list[Review] = []
    with database.writing() as connection:
        writer = Writer(connection)
        writer.snapshots((rubric_snapshot("default", rubric.sha256, rubric.source), lexicon))
        key = writer.provenance(provenance)
        for scored in _visits(bank, rubric, shelves, a_day, rng):
            made.append(replace(scored, provenance=provenance))
            reviews += _reviews(bank, scored, rng)
            if len(made) >= _TOGETHER:
                _write(writer, made, key)
                made = []
        _write(writer, made, key)
        for at, staff in enumerate(bank.staff):
            name = _NAMES[at % len(_NAMES)]
            connection.execute(update(STAFF).where(STAFF.c.id == staff).values(name=name))
        for at, branch in enumerate(bank.branches, 1):
            named = update(BRANCHES).where(BRANCHES.c.id == branch)
            connection.execute(named.values(name=f"第{'一二三四五六七八九十'[(at - 1) % 10]}支行"))
    record(database, reviews)
    return bank


def _plan(tellers: int, days: int) -> Bank:
    staff = tuple(f"T{1001 + n}" for n in range(tellers))
    whole = [FIRST + timedelta(n) for n in range(days * 2)]
    working = tuple([day for day in whole if day.weekday() < 5][:days])
    return Bank(
        staff=staff,
        branches=tuple(f"B{n + 1:02}" for n in range(-(-tellers // A_BRANCH))),
        days=working,
        worse=staff[1 % tellers],
        since=working[len(working) * 2 // 3],
        habit=staff[2 % tellers],
        microphone="B01-C2",
    )


def _shelf(kind: Kind, rubric: Rubric, seed: int) -> _Shelf:
    made = make_visits(kind, rubric, _VISITS, seed)
    visits = tuple(sorted(made, key=lambda one: one.scorecard.total or 0.0))
    return _Shelf(
        visits=visits,
        unparted=tuple(
            one
            for one in visits
            if any(f.code == "voice.farewell" and f.verdict is Verdict.ABSENT for f in one.findings)
        ),
    )


def _visits(
    bank: Bank,
    rubric: Rubric,
    shelves: dict[Kind, _Shelf],
    a_day: int,
    rng: np.random.Generator,
) -> Iterator[Scored]:
    levels = rng.normal(80.0, 4.0, len(bank.staff))
    pitches = rng.normal(200.0, 35.0, len(bank.staff))
    for turn, day in enumerate(bank.days):
        for at, staff in enumerate(bank.staff):
            shift = _shift(bank, at, turn)
            level = levels[at] + rng.normal(0.0, 1.5)
            level -= _DEAF * (shift.counter_id == bank.microphone)
            level -= _DROP * (staff == bank.worse and day >= bank.since)
            hours, minutes = rng.choice(_HOURS, a_day), rng.integers(0, 60, a_day)
            for number, (hour, minute) in enumerate(sorted(zip(hours, minutes, strict=True))):
                business = str(rng.choice(list(_BUSINESS)))
                aim = level + _BUSINESS[business] - _BUSY * (hour == 10) + rng.normal(0.0, 8.0)
                unparted = staff == bank.habit and rng.random() < 0.6
                assert shift.kind is not None
                visit = _pick(shelves[shift.kind], aim, rng, unparted=unparted)
                visit = _breached(visit, rubric, rng)
                yield _scored(
                    visit,
                    replace(shift, occurred_at=f"{day}T{hour:02}:{minute:02}:00+08:00"),
                    name=f"{day:%Y%m%d}{at:03}{number:03}",
                    business=business,
                    snr=rng.normal(9.0 if shift.counter_id == bank.microphone else 21.0, 3.0),
                    pitch=pitches[at] + rng.normal(0.0, 12.0),
                )


def _shift(bank: Bank, at: int, turn: int) -> Context:
    """Where the person stands on the day; counters go round."""
    branch = bank.branches[at // A_BRANCH]
    lobby = at % A_BRANCH == A_BRANCH - 1
    desk = "L" if lobby else f"C{(at + turn) % (A_BRANCH - 1) + 1}"
    return Context(
        staff_id=bank.staff[at],
        branch_id=branch,
        counter_id=f"{branch}-{desk}",
        kind=Kind.LOBBY if lobby else Kind.COUNTER,
    )


def _scored(
    visit: Judged, context: Context, *, name: str, business: str, snr: float, pitch: float
) -> Scored:
    recording = make_recording(
        f"{context.branch_id}/{context.staff_id}/{name}.wav",
        context=context,
        quality=Quality(snr_db=round(snr, 1), bandwidth_hz=8000.0),
    )
    interaction = replace(
        visit.interaction, id=f"{name:0>16}", recording_id=recording.id, business=business
    )
    voice = Prosody(turn=0, speaker="S1", pitch_hz=round(pitch, 1))
    return make_scored(
        replace(visit, interaction=interaction, prosody=(voice,)), recording=recording
    )


def _pick(shelf: _Shelf, aim: float, rng: np.random.Generator, *, unparted: bool) -> Judged:
    """A visit whose total is near `aim`."""
    visits = shelf.unparted if unparted else shelf.visits
    totals = [one.scorecard.total or 0.0 for one in visits]
    at = int(np.searchsorted(totals, aim)) + int(rng.integers(-2, 3))
    return visits[min(max(at, 0), len(visits) - 1)]


def _breached(visit: Judged, rubric: Rubric, rng: np.random.Generator) -> Judged:
    draw = rng.random()
    if draw < 0.002:
        return with_breach(visit, rubric, red_line=True)
    if draw < 0.005:
        return with_breach(visit, rubric, red_line=True, sure=False)
    return with_breach(visit, rubric, red_line=False) if draw < 0.015 else visit


def _write(writer: Writer, made: Sequence[Scored], provenance: int) -> None:
    rows = [
        (scored.interactions[0], scored, writer.recording(scored), provenance) for scored in made
    ]
    if rows:
        writer.interactions(rows)


def _reviews(bank: Bank, scored: Scored, rng: np.random.Generator) -> list[Review]:
    """Of one visit in thirty, what somebody says of one finding; wrong ones come from one microphone."""
    visit, context = scored.interactions[0], scored.recording.context
    if rng.random() >= 1 / 30:
        return []
    finding = visit.findings[int(rng.integers(len(visit.findings)))]
    wrong = rng.random() < (0.4 if context.counter_id == bank.microphone else 0.04)
    return [
        Review(
            interaction_id=visit.interaction.id,
            finding_id=finding.id,
            decision=Decision.OVERTURN if wrong else Decision.CONFIRM,
            reviewer="R01",
            at=f"{context.occurred_at}",
            reason="复核",
        )
    ]
