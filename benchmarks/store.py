"""How the database does with many interactions: what goes in a second, and how long screens wait.

Run: ``python benchmarks/store.py [--interactions N] [--findings 15] [--url postgresql://…] [--seed S]``.

The first ``--real`` interactions are made up (`store_world.py`) and taken in by `ledger.ingest`, as
a run's results are; that is timed. The rest are copies of those rows within the database, under
other keys, ids, tellers and days, because taking in two million would only take longer. Then more
are taken in for real, into the full database, and the screens' queries are timed there.
A PostgreSQL database must be empty and its user a superuser (copies skip its triggers).
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, func, select

import store_world as world
from svcscore.ledger.ingest import Batch, ingest
from svcscore.ledger.observe import observations
from svcscore.records import Judged
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope, Waiting
from svcscore.store.tables import (
    EVIDENCE,
    FINDINGS,
    INTERACTIONS,
    QUEUE,
    RECORDINGS,
    SCORECARDS,
    WAITING_CASES,
)

POOL = 300
LATER = 20_000
"""Interactions that are taken in when the database is full; the first of them find it cold."""
REPEATS = 20
PAGE = 50
COPIED = (RECORDINGS, INTERACTIONS, EVIDENCE, FINDINGS, SCORECARDS, QUEUE, WAITING_CASES)
"""What an ingest fills; nobody has decided anything yet."""
YEAR = timedelta(days=365)
MONTH = timedelta(days=30)
_SQLITE_SIZES = (
    "SELECT m.tbl_name, SUM(s.pgsize) AS size FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
    " WHERE s.aggregate = TRUE GROUP BY m.tbl_name ORDER BY size DESC"
)
_POSTGRESQL_SIZES = (
    "SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY size DESC"
)


def main() -> None:
    """Fill a database and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=20_000)
    parser.add_argument("--findings", type=int, default=15)
    parser.add_argument("--real", type=int, default=20_000)
    parser.add_argument("--url", help="of an empty database; a SQLite file of its own otherwise")
    parser.add_argument("--folder", type=Path, help="where to make that file")
    parser.add_argument("--seed", type=int, default=8)
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, {busy()}; seed {given.seed}")
    rng = random.Random(given.seed)
    made = world.pool(rng, POOL, given.findings)
    with tempfile.TemporaryDirectory(prefix="svcscore-", dir=given.folder) as folder:
        url = given.url or str(Path(folder) / "scores.sqlite")
        with Database(url, create=True) as database:
            run(database, rng, made, given.interactions, min(given.real, given.interactions))


def run(database: Database, rng: random.Random, made: list[Judged], total: int, real: int) -> None:
    """Everything, in order."""
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    print(f"{kind}: {real:,} interactions taken in for real, {total - real:,} copied")
    take_in(database, rng, made, real, "into the empty database")
    sizes(database, real)
    if total > real:
        grow(database, rng, real, total)
    began = time.perf_counter()
    with database.engine.connect() as connection:
        settle(connection, sqlite=database.is_sqlite)
    print(f"statistics of the planner brought up to date in {time.perf_counter() - began:.0f} s")
    if total > real:
        forget(database)
        take_in(database, rng, made, LATER, "into the full database")
    screens(database, rng)
    if total > real:
        sizes(database, total + LATER, whole=True)


def take_in(
    database: Database, rng: random.Random, made: list[Judged], count: int, to: str
) -> None:
    """Time the ingest of `count` interactions."""
    recordings = list(world.recordings(rng, made, count, to))
    wall, busy_s = time.perf_counter(), time.process_time()
    taken = ingest(database, Batch(recordings=recordings))
    wall, busy_s = time.perf_counter() - wall, time.process_time() - busy_s
    assert taken.new == count
    rate, cost = count / wall, 1000 * busy_s / count
    print(f"ingest {to}: {rate:,.0f} a second ({cost:.2f} ms of our processor each); {busy()}")


# ── copies ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What is added to keys in the n-th copy of the first rows."""

    n: int
    interactions: int
    recordings: int

    def sql(self, table: Table) -> str:
        """INSERT … SELECT of the first rows of `table` under other keys."""
        names = [column.name for column in table.c]
        columns = ", ".join(f'"{name}"' for name in names)
        chosen = ", ".join(self._value(table, name) for name in names)
        key = "key" if table in {INTERACTIONS, RECORDINGS} else "interaction_key"
        where = self.recordings if table is RECORDINGS else self.interactions
        placed = {INTERACTIONS, QUEUE, WAITING_CASES}
        moved = f" JOIN moved m ON m.key = t.{key}" if table in placed else ""
        return (
            f'INSERT INTO "{table.name}" ({columns}) SELECT {chosen} FROM "{table.name}" t{moved}'
            f" WHERE t.{key} <= {where} ORDER BY t.{key}"
        )

    def _value(self, table: Table, name: str) -> str:
        if (table is INTERACTIONS and name == "key") or name == "interaction_key":
            return f"t.{name} + {self.n * self.interactions}"
        if (table is RECORDINGS and name == "key") or name == "recording_key":
            return f"t.{name} + {self.n * self.recordings}"
        if name == "id" and table is not FINDINGS:
            return f"SUBSTR(t.id, 1, 11) || '-{self.n:04}'"
        if name in {"staff_id", "branch_id", "day", "hour"}:
            return f"m.{name}"
        return f't."{name}"'


def grow(database: Database, rng: random.Random, real: int, total: int) -> None:
    """Copy the first `real` interactions until there are `total`."""
    began = time.perf_counter()
    with database.reading() as connection:
        recordings = connection.execute(select(func.max(RECORDINGS.c.key))).scalar_one()
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.exec_driver_sql("SET session_replication_role=replica")
            connection.commit()
        for n in range(1, total // real):
            shift = Shift(n=n, interactions=real, recordings=recordings)
            with connection.begin():
                move(connection, rng, real, sqlite=database.is_sqlite)
                for table in COPIED:
                    connection.exec_driver_sql(shift.sql(table))
        connection.invalidate()
    took = time.perf_counter() - began
    print(f"copied {total - real:,} in {took:,.0f} s; {busy()}")


def move(connection: Connection, rng: random.Random, count: int, *, sqlite: bool) -> None:
    """Where the copies of the first rows belong: a table of this connection."""
    raw = connection.connection.driver_connection
    assert raw is not None
    connection.exec_driver_sql("DROP TABLE IF EXISTS moved")
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE moved (key INTEGER PRIMARY KEY, staff_id VARCHAR,"
        f" branch_id VARCHAR, day {'TEXT' if sqlite else 'DATE'}, hour SMALLINT)"
    )
    places = (world.place(rng) for _ in range(count))
    rows = [
        (key, p.staff_id, p.branch_id, p.day.isoformat(), p.hour) for key, p in enumerate(places, 1)
    ]
    if sqlite:
        raw.executemany("INSERT INTO moved VALUES (?, ?, ?, ?, ?)", rows)
        return
    with raw.cursor() as cursor, cursor.copy("COPY moved FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def settle(connection: Connection, *, sqlite: bool) -> None:
    """As `svcscore db vacuum` leaves it, but that SQLite samples and does not move rows."""
    raw = connection.connection.driver_connection
    assert raw is not None
    if sqlite:
        for statement in (
            "PRAGMA analysis_limit=2000",
            "ANALYZE",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ):
            raw.execute(statement).fetchall()
        return
    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


# ── screens ──────────────────────────────────────────────────────────────────────────────────────


def screens(database: Database, rng: random.Random) -> None:
    """Time what people wait for; each of 20 times asks about somebody else."""
    tellers = [f"T{n * 101 + 7:04}" for n in range(REPEATS - 1)] + ["T0050"]
    gc.freeze()  # what was made up here is no part of what screens wait for
    busiest = [f"T{n * 101:04}" for n in range(world.BUSY)]
    branches = [f"B{n:03}" for n in rng.sample(range(world.BRANCHES), REPEATS)]
    years = [year(rng, staff) for staff in tellers]
    busy_years = [year(rng, staff) for staff in busiest]
    months = [month(rng, branch) for branch in branches]
    for what, target, work, scopes in (
        ("a teller's year trend", 100, columns_of, years),
        ("a busy teller's year trend", 100, columns_of, busy_years),
        ("a busy teller's year by days", 100, days_of, busy_years),
        ("a branch's month", 300, columns_of, months),
    ):
        timed(database, what, target, [work(scope) for scope in scopes])
    with database.reading() as connection:
        middle = middle_of(connection)
    pages: list[tuple[str, list[dict[str, object]]]] = [
        ("first", [{}] * REPEATS),
        ("in the middle", [{"after": middle}] * REPEATS),
        ("of one branch", [{"branch_id": branch} for branch in branches]),
    ]
    for what, asked in pages:
        timed(database, f"the queue's page, {what}", 100, [pages_of(one) for one in asked])


def year(rng: random.Random, staff: str) -> Scope:
    """A year of a teller's."""
    since = world.FIRST + timedelta(days=rng.randrange(world.DAYS - YEAR.days))
    return Scope(staff_id=staff, since=since, until=since + YEAR)


def month(rng: random.Random, branch: str) -> Scope:
    """A month of a branch's."""
    since = world.FIRST + timedelta(days=rng.randrange(world.DAYS - MONTH.days))
    return Scope(branch_id=branch, since=since, until=since + MONTH)


def columns_of(scope: Scope) -> Callable[[Connection], int]:
    """The columns that trends and boards are made of."""
    return lambda connection: len(observations(connection, scope))


def days_of(scope: Scope) -> Callable[[Connection], int]:
    """Counts and sums that the database itself makes."""
    table = INTERACTIONS.c
    sums = (func.count(), func.avg(table.total), func.sum(table.red_lines))
    chosen = select(table.day, *sums).where(scope.condition()).group_by(table.day)
    return lambda connection: len(connection.execute(chosen).all())


def pages_of(asked: dict[str, object]) -> Callable[[Connection], int]:
    """A page of the queue."""
    return lambda connection: len(reader.queue(connection, size=PAGE, **asked))  # type: ignore[arg-type]


def middle_of(connection: Connection) -> Waiting:
    """What stands in the middle of the queue."""
    (first,) = reader.queue(connection, size=1)
    half = connection.execute(select(func.count()).select_from(QUEUE)).scalar_one() // 2
    columns = (QUEUE.c.priority, QUEUE.c.interaction_key, QUEUE.c.finding_id)
    order = select(*columns).order_by(*(column.desc() for column in columns))
    found = connection.execute(order.offset(half).limit(1)).one()
    return replace(first, **found._mapping)


def timed(
    database: Database, what: str, target: int, work: list[Callable[[Connection], int]]
) -> None:
    """Print median and worst of `work`: as it comes out of the disk, and at once again."""
    rows: list[int] = []
    times: tuple[list[float], list[float]] = ([], [])
    for one in work:
        forget(database)
        for found in times:
            with database.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
                began = time.perf_counter()
                rows.append(one(connection))
                found.append(1000 * (time.perf_counter() - began))
    print(f"{what}, {statistics.median(rows):,.0f} rows (at most {target} ms)")
    first = "file out of the system's cache" if database.is_sqlite else "first time"
    for label, found in zip((first, "again"), times, strict=True):
        middle, worst = statistics.median(found), max(found)
        print(f"  {label}: median {middle:.1f} ms, worst of {len(found)} {worst:.1f} ms")


def forget(database: Database) -> None:
    """Let SQLite and the system forget the file's pages; a server's memory is its own."""
    if not database.is_sqlite or database.url.database is None:
        return
    database.engine.dispose()
    with Path(database.url.database).open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────


def sizes(database: Database, count: int, *, whole: bool = False) -> None:
    """Print bytes by table, indexes included; of a large SQLite file only the sum (counting reads it)."""
    if database.is_sqlite and whole:
        found = [("all tables", float(Path(str(database.url.database)).stat().st_size))]
    else:
        with database.reading() as connection:
            statement = _SQLITE_SIZES if database.is_sqlite else _POSTGRESQL_SIZES
            found = [(name, float(size)) for name, size in connection.exec_driver_sql(statement)]
    total = sum(size for _, size in found)
    parts = ", ".join(f"{name} {size / count:,.0f}" for name, size in found if size > 10 * count)
    print(f"bytes an interaction: {total / count:,.0f} ({parts})")
    print(
        f"  so {total / 1e9:.2f} GB here, and {total / count * 1e8 / 1e12:.2f} TB for 100 million"
    )


def busy() -> str:
    """What else the machine does."""
    return f"load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
