"""A desk to be looked at: the samples as they were heard, and ten weeks of made-up visits around them.

The visits are the samples again, with other ids, on other days and of people who do not exist; what
was heard in them, and their sound, is the samples' own. So every clip plays, and every figure leads
to a case. The same day gives the same rows.
"""

from __future__ import annotations

import hashlib
import lzma
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection

from svcscore.decisions import Decision, Review
from svcscore.desk import appealing, calibrating
from svcscore.desk.accounts import NewAccount, make, viewer_of
from svcscore.desk.administering import find
from svcscore.desk.appealing import Answer
from svcscore.desk.calibrating import NewCalibration
from svcscore.desk.passwords import hashed, made_up
from svcscore.desk.viewer import Office
from svcscore.errors import UsageError
from svcscore.ledger.reviewing import record_in
from svcscore.records import Finding, Judged, Kind, Recording, Role, Scored, Status, Verdict
from svcscore.store import audit, people, reader
from svcscore.store.database import Database
from svcscore.store.desk import accounts as account_rows
from svcscore.store.desk import own
from svcscore.store.reader import Scope, Stored
from svcscore.store.upkeep import copy
from svcscore.store.writer import Writer

PACKED = "scored.sqlite.xz"
"""In the folder of the samples: what `tools/make_demo.py` made of them."""
DAYS = 50
"""Working days that are made up, the last one being the day before."""
_A_DAY = 2
_SEED = 9
_DROP_DAYS = 12
"""Working days since when one of them does worse."""
_REVIEWED = 1 / 12
_TERMS = appealing.Terms(appeal_days=7, answer_days=1)
_BY = "demo"
ACCOUNTS = (
    NewAccount(name="lead", shown="质检主管（演示）", office=Office.QA_LEAD),
    NewAccount(name="reviewer", shown="质检员甲（演示）", office=Office.REVIEWER),
    NewAccount(name="second", shown="质检员乙（演示）", office=Office.REVIEWER),
    NewAccount(name="boss1", shown="主管（演示）", office=Office.SUPERVISOR, branch_id="B01"),
    NewAccount(
        name="teller1",
        shown="柜员（演示）",
        office=Office.TELLER,
        branch_id="B01",
        staff_id="T1001",
    ),
    NewAccount(name="admin", shown="管理员（演示）", office=Office.ADMINISTRATOR),
    NewAccount(name="auditor", shown="审计员（演示）", office=Office.AUDITOR),
)
"""One of each office."""
BRANCHES = {"B01": "演示一支行", "B02": "演示二支行", "B03": "演示三支行"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    id: str
    name: str
    branch: str
    kind: Kind
    poor: float
    """Share of visits that go badly."""


def _people(*rows: tuple[str, str, str, Kind, float]) -> tuple[_Person, ...]:
    return tuple(
        _Person(id=i, name=f"{name}（演示）", branch=branch, kind=kind, poor=poor)
        for i, name, branch, kind, poor in rows
    )


PEOPLE = _people(
    ("T1001", "王芳", "B01", Kind.COUNTER, 0.06),
    ("T1002", "李静", "B01", Kind.COUNTER, 0.12),
    ("T1006", "赵磊", "B01", Kind.COUNTER, 0.08),
    ("T1007", "黄娟", "B01", Kind.COUNTER, 0.2),
    ("L2001", "周强", "B01", Kind.LOBBY, 0.08),
    ("M3001", "吴艳", "B01", Kind.MANAGER, 0.05),
    ("T1003", "张敏", "B02", Kind.COUNTER, 0.25),
    ("T1004", "刘洋", "B02", Kind.COUNTER, 0.15),
    ("T1008", "徐丽", "B02", Kind.COUNTER, 0.1),
    ("L2002", "孙浩", "B02", Kind.LOBBY, 0.3),
    ("M3002", "朱琳", "B02", Kind.MANAGER, 0.15),
    ("T1005", "陈杰", "B03", Kind.COUNTER, 0.07),
)
WORSE = "T1006"
"""Does worse of late."""
_POOR = 60.0
"""Points under which a sample is a visit that went badly."""
_POOR_LATELY = 0.5
_HOURS = (9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 16)
_WHOLE = 0.3
"""Share of reviewed cases in which everything is decided."""
_TWICE = 0.3
_DECISIONS = (Decision.CONFIRM, Decision.OVERTURN, Decision.NOT_APPLICABLE)
_SHARES = (0.86, 0.09, 0.05)
_LOOKED = 40
"""Of the teller's cases, for appeals."""


def check(folder: Path) -> None:
    """See that the samples are there, with what was heard in them.

    Raises:
        UsageError: ``desk.samples``.
    """
    if folder.name == "samples" and (folder / PACKED).is_file():
        return
    raise UsageError(
        "desk.samples",
        f"the samples are not here, or not with their {PACKED}",
        "get the sources of svcscore, and run this in their folder or name it: --samples PATH/samples",
        str(folder),
    )


def unpack(packed: Path, database: Database) -> None:
    """Put what was heard in the samples into an empty database.

    Raises:
        UsageError: ``desk.samples`` where the file is damaged.
        StoreError: where the database holds interactions already.
    """
    try:
        content = lzma.decompress(packed.read_bytes())
    except (OSError, lzma.LZMAError, EOFError) as fault:
        raise UsageError(
            "desk.samples",
            f"what was heard in the samples cannot be read ({fault})",
            "get the file anew, or make it with tools/make_demo.py",
            str(packed),
        ) from fault
    with tempfile.TemporaryDirectory(prefix="svcscore-") as folder:
        path = Path(folder) / "scored.sqlite"
        path.write_bytes(content)
        with Database(str(path), upgrade=True) as source:
            copy(source, database)


def recordings_of(database: Database) -> dict[str, str]:
    """SHA-256 of the recordings of a database, by path."""
    with database.reading() as connection:
        stored = reader.stored(connection, reader.keys(connection, Scope()))
        found = [reader.recording(connection, one.recording_key) for one in stored]
    return {one.path: one.sha256 for one in found}


def fill(database: Database, samples: Path, today: date) -> None:
    """Fill an empty database; with its `ACCOUNTS` nobody can log in before `renew` gave them a password."""
    unpack(samples / PACKED, database)
    for account in ACCOUNTS:
        make(database, account, by=_BY)
    rng = random.Random(_SEED)
    with database.writing() as connection:
        made = _visits(connection, today, rng)
        people.put(
            connection,
            (
                people.Person(
                    staff_id=one.id,
                    name=one.name,
                    branch_id=one.branch,
                    branch_name=BRANCHES[one.branch],
                )
                for one in PEOPLE
            ),
        )
        record_in(connection, _reviews(connection, made, rng), by=_BY)
    _appeals(database)
    _calibration(database, made)


def renew(database: Database) -> str:
    """Give all `ACCOUNTS` one password that nobody had before; tells it."""
    password = made_up()
    kept = hashed(password)
    with database.writing() as connection:
        for one in ACCOUNTS:
            account = find(connection, one.name)
            account_rows.change(connection, account.key, {"password": kept, "must_change": False})
            account_rows.end_all(connection, account.key)
            audit.log(connection, _BY, "account.password", {"account": one.name})
    return password


def _visits(connection: Connection, today: date, rng: random.Random) -> list[str]:
    """The samples again, on other days and of other people; tells the ids."""
    stored = list(reader.stored(connection, reader.keys(connection, Scope())))
    recordings = {one.key: reader.recording(connection, one.recording_key) for one in stored}
    cards = {one.key: reader.scorecard(connection, one.key, one.number) for one in stored}
    provenances = {one.key: reader.provenance(connection, one.provenance_key) for one in stored}
    writer = Writer(connection)
    rows = []
    for person, day, number in _shifts(today):
        fresh = person.id == WORSE and day >= _working(today, _DROP_DAYS)[0]
        one = _pick(stored, person.kind, _POOR_LATELY if fresh else person.poor, rng)
        name = hashlib.sha256(f"{person.id}|{day}|{number}".encode()).hexdigest()[:16]
        judged = Judged(
            interaction=replace(one.kept.interaction, id=name),
            findings=one.findings,
            courtesy=one.kept.courtesy,
            scorecard=cards[one.key],
            prosody=one.kept.prosody,
            asked=one.kept.asked,
        )
        scored = Scored(
            recording=_recording(recordings[one.key], person, day, rng),
            speech=recordings[one.key].duration,
            interactions=(judged,),
            wall_seconds=0.0,
            provenance=provenances[one.key],
            seed=name,
        )
        rows.append((judged, scored, writer.recording(scored), one.provenance_key))
    writer.interactions(rows)
    return [judged.interaction.id for judged, *_ in rows]


def _shifts(today: date) -> Iterator[tuple[_Person, date, int]]:
    for day in _working(today, DAYS):
        for person in PEOPLE:
            for number in range(_A_DAY):
                yield person, day, number


def _working(today: date, count: int) -> list[date]:
    """The last so many days before `today` that are none of a weekend."""
    before = [today - timedelta(days=n) for n in range(1, 2 * count + 7)]
    return [day for day in before if day.weekday() < 5][:count][::-1]


def _pick(stored: Sequence[Stored], kind: Kind, poor: float, rng: random.Random) -> Stored:
    mine = [one for one in stored if one.kept.interaction.kind is kind]
    badly = rng.random() < poor
    return rng.choice([one for one in mine if ((one.total or 0.0) < _POOR) is badly])


def _recording(of: Recording, person: _Person, day: date, rng: random.Random) -> Recording:
    """The same sound, on another day and of somebody else."""
    began = f"{day}T{rng.choice(_HOURS):02}:{rng.randrange(60):02}:00+08:00"
    context = replace(
        of.context,
        staff_id=person.id,
        branch_id=person.branch,
        counter_id=f"{person.branch}-{rng.randrange(1, 4)}",
        occurred_at=began,
        visits=(),
    )
    return replace(of, context=context)


def _reviews(connection: Connection, made: Sequence[str], rng: random.Random) -> Iterator[Review]:
    """Decisions of a few cases, as people take them: mostly they confirm; some are judged twice."""
    chosen = rng.sample(made, round(len(made) * _REVIEWED))
    keys = reader.keys_by_id(connection, chosen)
    for one in reader.stored(connection, sorted(keys.values())):
        at = f"{one.day}T10:{rng.randrange(60):02}:00.000+00:00"
        twice = rng.random() < _TWICE
        asked = _is_shown if rng.random() < _WHOLE else _is_weighty
        for finding in filter(asked, one.findings):
            decision = rng.choices(_DECISIONS, _SHARES)[0]
            review = Review(
                interaction_id=one.id,
                finding_id=finding.id,
                decision=decision,
                reviewer="reviewer",
                at=at,
                reason="" if decision is Decision.CONFIRM else "听录音，与认定不符（演示）",
            )
            yield review
            if twice:
                again = rng.choices(_DECISIONS, _SHARES)[0] if rng.random() < _TWICE else decision
                yield replace(review, reviewer="second", decision=again, blind=True)


def _is_shown(finding: Finding) -> bool:
    """Whether a reviewer is asked about it at all."""
    return finding.verdict is not Verdict.NOT_APPLICABLE and finding.status is not Status.REJECTED


def _is_weighty(finding: Finding) -> bool:
    """Whether it may count against whoever served."""
    if finding.role in {Role.CUSTOMER, Role.MACHINE} or not _is_shown(finding):
        return False
    return finding.severity is not None or finding.verdict is Verdict.ABSENT


def _appeals(database: Database) -> None:
    """Of the teller's latest cases: one that waits, and one that was answered."""
    with database.reading() as connection:
        viewers = {one.name: viewer_of(find(connection, one.name)) for one in ACCOUNTS}
        teller = viewers["teller1"]
        keys = own.page(connection, teller.staff_id or "", size=_LOOKED, skip=0)
        stored = {one.key: one for one in reader.stored(connection, sorted(keys))}
        cases = [
            (stored[key].id, harm[0].id)
            for key in keys
            if (
                harm := appealing.against(
                    stored[key], reader.scorecard(connection, key, stored[key].number)
                )
            )
        ]
    for number, (case, finding) in enumerate(cases[:2]):
        appeal = appealing.file(
            database,
            teller,
            case,
            finding,
            "当时说了，录音里听得到，请再听一遍（演示）",
            terms=_TERMS,
        )
        if number:
            said = Answer(upheld=False, text="已复听，录音中没有听到，维持认定（演示）")
            appealing.take(database, viewers["lead"], appeal.id)
            appealing.answer(database, viewers["lead"], appeal.id, said)


def _calibration(database: Database, made: Sequence[str]) -> None:
    """One that is going on, in which nobody has answered yet."""
    with database.reading() as connection:
        lead = viewer_of(find(connection, "lead"))
    new = NewCalibration(
        name="校准（演示）",
        cases=tuple(made[-len(PEOPLE) :: 5]),
        sample=0,
        seed=0,
        members=("reviewer", "second"),
        expert="lead",
    )
    calibrating.make(database, lead, new)
