"""How long the review queue takes to answer, with 200,000 findings that wait.

Run: ``python benchmarks/desk_queue.py [--findings N] [--url postgresql://…] [--seed S]``.

Rows are made up and written in bulk: a bank of 200 branches and 2,000 tellers over two years, with
twice as many decided findings, samples, appeals, and cases in somebody's hand. Then pages are asked
for over HTTP, each kind of filter on the first page and on deep ones, with all counts.
A PostgreSQL database must be empty.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi.testclient import TestClient
from sqlalchemy import Connection, Row, func, insert, select

from svcscore.desk import clock
from svcscore.resources import data_folder
from svcscore.review.app import create_app
from svcscore.review.settings import Settings
from svcscore.rules.taxonomy import Code, load_taxonomy
from svcscore.store import waiting
from svcscore.store.database import Database
from svcscore.store.desk.tables import ACCOUNTS, APPEALS, CLAIMS
from svcscore.store.rows import Values, bulk_insert
from svcscore.store.tables import (
    BRANCHES,
    DECIDED_FINDINGS,
    FINDINGS,
    INTERACTIONS,
    PROVENANCES,
    QUEUE,
    RECORDINGS,
    SAMPLES,
    STAFF,
    WAITING_CASES,
)
from svcscore.testing import desks

BRANCH_COUNT, TELLERS, DAYS = 200, 2000, 730
FIRST = date(2024, 7, 1)
DRAWN, APPEALED, CLAIMED = 3000, 300, 2000
SEVERITIES = ("minor",) * 70 + ("major",) * 25 + ("red_line",) * 5
WHOSE = ("branch=B007", "staff=T0007")
TOGETHER = 20_000
REPEATS = 15


def main() -> None:
    """Make the bank, and time the queue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--url", help="of an empty database; a SQLite file of its own otherwise")
    parser.add_argument("--keep", type=Path, help="folder in which the SQLite file stays")
    parser.add_argument("--seed", type=int, default=9)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    print(f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="svcscore-") as folder:
        url = given.url or str((given.keep or Path(folder)) / "queue.sqlite")
        with Database(url, create=True) as database:
            began = time.perf_counter()
            fill(database, rng, given.findings)
            kind = "SQLite" if database.is_sqlite else "PostgreSQL"
            took = time.perf_counter() - began
            print(f"{kind}: {given.findings:,} findings wait; made in {took:.0f} s")
            ask(database)


def fill(database: Database, rng: random.Random, findings: int) -> None:
    """Write the rows."""
    desks.make_staff(database)
    codes = [name for name, _ in breach_codes()]
    cases = round(findings / 1.35)
    with database.writing() as connection:
        people(connection)
        for first in range(1, cases + 1, TOGETHER):
            keys = range(first, min(first + TOGETHER, cases + 1))
            bulk_insert(connection, INTERACTIONS, [interaction(rng, key) for key in keys])
    with database.reading() as connection:
        about = {row.key: row for row in connection.execute(select(INTERACTIONS))}
    keys = sorted(about)
    with database.writing() as connection:
        chosen = sorted(rng.choice(keys) for _ in range(findings))
        made = []
        for n, key in enumerate(chosen):
            ordinal = made[-1][0]["ordinal"] + 1 if n and key == chosen[n - 1] else 0
            made.append(found(rng, codes, about[key], n, ordinal))
        bulk_insert(connection, FINDINGS, [one for one, _ in made])
        bulk_insert(connection, QUEUE, [one for _, one in made])
        drawn = rng.sample(keys, min(DRAWN, len(keys) // 10))
        bulk_insert(
            connection,
            SAMPLES,
            [{"plan": "weekly", "interaction_key": key, "probability": 0.01} for key in drawn],
        )
        appeals(connection, rng, keys, about)
        claims(connection, rng, keys)
        waiting.refresh(connection, keys)
        # people decided in other cases, of which only what the list shows is made
        decided = [decision(rng, codes, about[rng.choice(keys)], n) for n in range(2 * findings)]
        bulk_insert(connection, DECIDED_FINDINGS, decided)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def breach_codes() -> list[tuple[str, Code]]:
    """Codes that may wait, with what they say."""
    codes = load_taxonomy(data_folder("lexicons")).codes
    return [(name, code) for name, code in codes.items() if code.polarity.value == "breach"]


def people(connection: Connection) -> None:
    """Branches, staff, and what interactions need to belong to."""
    branches = [{"id": f"B{n:03}", "name": f"第{n}支行"} for n in range(BRANCH_COUNT)]
    bulk_insert(connection, BRANCHES, branches)
    staff = [
        {"id": f"T{n:04}", "name": f"柜员{n}", "branch_id": f"B{n % BRANCH_COUNT:03}"}
        for n in range(TELLERS)
    ]
    bulk_insert(connection, STAFF, staff)
    connection.execute(
        insert(PROVENANCES),
        {"key": 1, "digest": "d", "version": "1", "asr": "{}"}
        | dict.fromkeys(("lexicon_sha256", "rubric_sha256", "courtesy_sha256"), "0" * 64),
    )
    recording = {"key": 1, "id": "r", "sha256": "0" * 64, "path": "r.wav", "duration": 600.0}
    recording |= {"speech": 300.0, "sample_rate": 16000, "channels": 1, "quality": "{}"}
    recording |= {"context": "{}", "remarks": "[]", "ingested_at": datetime.now(UTC)}
    connection.execute(insert(RECORDINGS), recording | {"ingested_at": datetime(2026, 7, 1)})


def interaction(rng: random.Random, key: int) -> Values:
    """A visit; one in ten has a wide interval."""
    teller = rng.randrange(TELLERS)
    total = rng.uniform(55, 98)
    width = min(60.0, rng.expovariate(1 / 12))
    return {
        "key": key, "id": f"{key:016x}", "recording_key": 1, "start": 0.0, "end": 120.0,
        "kind": "counter", "business": "withdrawal", "staff_id": f"T{teller:04}",
        "branch_id": f"B{teller % BRANCH_COUNT:03}", "microphone": None,
        "day": FIRST + timedelta(days=rng.randrange(DAYS)), "hour": rng.randrange(9, 17),
        "waited": None, "snr_db": 20.0, "pitch_hz": None, "curt": 0, "rude": 0, "polite": 5,
        "warm": 1, "provenance_key": 1, "findings_number": 0, "total": total,
        "low": max(0.0, total - width / 2), "high": min(100.0, total + width / 2),
        "dimensions": "{}", "red_lines": 0, "red_lines_in_review": 0, "needs_review": True,
        "reviewed": 0, "overturned": 0, "gone": False,
    }  # fmt: skip


def found(
    rng: random.Random, codes: list[str], case: Row[Any], n: int, ordinal: int
) -> tuple[Values, Values]:
    """A finding that waits: its own row, and that of the queue."""
    # a third of all findings have one code, as the commonest of a bank does
    code = codes[0] if rng.random() < 0.33 else rng.choice(codes)
    severity = rng.choice(SEVERITIES)
    finding = {
        "interaction_key": case.key, "number": 0, "ordinal": ordinal, "id": f"f{n:015x}",
        "rule": f"{code}.1", "rule_version": 1, "code": code, "polarity": "breach",
        "severity": severity, "verdict": "breached", "role": "teller", "probability": 0.6,
        "status": "review", "match": "exact", "evidence": "[]", "why": "",
    }  # fmt: skip
    priority = {"minor": 1.0, "major": 2.0, "red_line": 3.0}[severity] + rng.random() * 0.99
    waits = {
        "interaction_key": case.key, "finding_id": finding["id"], "priority": priority,
        "branch_id": case.branch_id, "staff_id": case.staff_id, "code": code,
        "severity": severity, "day": case.day, "disagreeing": rng.random() < 0.08,
    }  # fmt: skip
    return finding, waits


def appeals(
    connection: Connection, rng: random.Random, keys: list[int], about: dict[int, Row[Any]]
) -> None:
    """Open ones; some are overdue."""
    account = connection.execute(select(ACCOUNTS.c.key).limit(1)).scalar_one()
    now = clock.now()
    rows = []
    for n, key in enumerate(rng.sample(keys, APPEALED)):
        rows.append(
            {
                "id": f"a{n}",
                "interaction_key": key,
                "finding_id": f"x{n}",
                "account_key": account,
                "staff_id": about[key].staff_id,
                "branch_id": about[key].branch_id,
                "reason": "说的是另一位客户",
                "filed_at": now,
                "due_at": clock.after(now, days=rng.uniform(-1, 5)),
                "state": "filed",
            }
        )
    bulk_insert(connection, APPEALS, rows)


def claims(connection: Connection, rng: random.Random, keys: list[int]) -> None:
    """A third is long over."""
    chosen = select(ACCOUNTS.c.key).where(ACCOUNTS.c.role.in_(["reviewer", "qa_lead"]))
    accounts = list(connection.execute(chosen).scalars())
    now = clock.now()
    rows = [
        {
            "interaction_key": key,
            "account_key": rng.choice(accounts),
            "at": now,
            "how": ("assigned", "claimed", "claimed")[n % 3],
            "until": (None, clock.after(now, days=1), clock.after(now, days=-1))[n % 3],
        }
        for n, key in enumerate(rng.sample(keys, CLAIMED))
    ]
    bulk_insert(connection, CLAIMS, rows)


def decision(rng: random.Random, codes: list[str], case: Row[Any], n: int) -> Values:
    """A decision of the last year."""
    at = datetime(2026, 7, 1, tzinfo=UTC) - timedelta(minutes=rng.randrange(500_000))
    return {
        "interaction_key": case.key, "finding_id": f"d{n:015x}", "at": clock.stamp(at),
        "reviewer": rng.choice(("reviewer", "second", "lead")),
        "decision": rng.choice(("confirm", "confirm", "overturn", "not_applicable")),
        "code": rng.choice(codes), "severity": rng.choice(SEVERITIES),
        "branch_id": case.branch_id, "staff_id": case.staff_id, "day": case.day,
    }  # fmt: skip


def ask(database: Database) -> None:
    """Ask for pages of every kind, over HTTP, and print how long they took."""
    app = create_app(database, Settings(recordings=Path()))
    client = TestClient(app)
    answer = client.post("/login", data={"name": "lead", "password": desks.PASSWORD})
    assert answer.status_code == 200, answer.status_code
    page = client.get("/password", headers={"accept": "text/html"}).text
    client.headers["x-csrf-token"] = page.split('name="csrf" content="')[1].split('"')[0]
    common = max(codes_waiting(database), key=lambda row: row.count).code
    rare = min(codes_waiting(database), key=lambda row: row.count).code
    print(f"{'ms, median (worst)':<52}{'page, first':>16}{'page, deep':>16}{'JSON, first':>16}")
    for what, filters in kinds(common, rare):
        figures = []
        for path, deep in (("/queue", False), ("/queue", True), ("/api/v1/queue", False)):
            if path.startswith("/api") and "status=decided" in filters[0]:
                path = "/api/v1/queue/decided"
            times = [
                timed(client, path, chosen, middle(database, chosen) if deep else "")
                for chosen in filters
                for _ in range(REPEATS // len(filters))
            ]
            figures.append(f"{statistics.median(times):7.0f} ({max(times):.0f})")
        print(f"{what:<52}" + "".join(f"{one:>16}" for one in figures))
    times = [timed(client, "/api/v1/queue/next", "", "", "POST") for _ in range(3 * REPEATS)]
    print(f"{'the next case, taken in hand':<52}{statistics.median(times):7.0f} ({max(times):.0f})")


def kinds(common: str, rare: str) -> list[tuple[str, list[str]]]:
    """What is asked for, and the filters that ask for it."""
    tabs = ("red_line", "appeals", "disagreeing", "wide", "sampled", "mine")
    half = "since=2025-01-01&until=2025-12-31"
    return [
        ("everything", [""]),
        ("each tab", [f"tab={tab}" for tab in tabs]),
        ("a branch", ["branch=B007", "branch=B123"]),
        ("a member of staff", ["staff=T0007", "staff=T1234"]),
        ("a code: a third of all findings have it", [f"code={common}"]),
        ("a code: the rarest", [f"code={rare}"]),
        ("each severity", ["severity=red_line", "severity=major", "severity=minor"]),
        ("a year; a day", [half, "since=2025-05-05&until=2025-05-05"]),
        ("free; in hand", ["status=open", "status=claimed"]),
        ("in a reviewer's hand", ["reviewer=second"]),
        (
            "common code, severity, a year, free",
            [f"code={common}&severity=minor&{half}&status=open"],
        ),
        ("drawn, rare code, major, a year", [f"tab=sampled&code={rare}&severity=major&{half}"]),
        ("a branch, common code, a year, free", [f"branch=B007&code={common}&{half}&status=open"]),
        ("nothing fits", ["staff=nobody", f"branch=B007&code={rare}&tab=appeals"]),
        ("decided: everything", ["status=decided"]),
        ("decided: a branch; a member of staff", [f"status=decided&{one}" for one in WHOSE]),
        (
            "decided: a code, a reviewer, a year",
            [f"status=decided&code={rare}&reviewer=second&{half}"],
        ),
        ("decided: nothing fits", ["status=decided&reviewer=nobody"]),
    ]


def codes_waiting(database: Database) -> list[Row[Any]]:
    """Codes with how many findings of each wait."""
    with database.reading() as connection:
        chosen = select(QUEUE.c.code, func.count().label("count")).group_by(QUEUE.c.code)
        return list(connection.execute(chosen))


def middle(database: Database, chosen: str) -> str:
    """A cursor in the middle of everything."""
    table, columns = WAITING_CASES, ("rank", "interaction_key")
    if "status=decided" in chosen:
        table, columns = DECIDED_FINDINGS, ("at", "interaction_key", "finding_id")
    order = [table.c[name] for name in columns]
    with database.reading() as connection:
        half = connection.execute(select(func.count()).select_from(table)).scalar_one() // 2
        falling = select(*order).order_by(*(one.desc() for one in order))
        found = connection.execute(falling.offset(half).limit(1)).one()
    return "_".join(repr(one) if isinstance(one, float) else str(one) for one in found)


def timed(client: TestClient, path: str, chosen: str, cursor: str, method: str = "GET") -> float:
    """Milliseconds of one request."""
    parameters = dict(parse_qsl(chosen)) | ({"after": cursor} if cursor else {})
    accept = "application/json" if path.startswith("/api") else "text/html"
    began = time.perf_counter()
    answer = client.request(method, path, params=parameters, headers={"accept": accept})
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, (path, chosen, answer.status_code, answer.text)
    return took


if __name__ == "__main__":
    main()
