"""Many reviewers at once on one desk over HTTP, and a count of what became of their decisions."""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from svcscore.desk.accounts import NewAccount, make
from svcscore.desk.viewer import Office
from svcscore.records import Context, Judged, Recording
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope, Stored
from svcscore.store.writer import Writer
from svcscore.testing import desks
from svcscore.testing.records import make_scored

SAMPLE = "samples/lobby_bad.mp3"
"""Half a minute in which five findings wait for a person."""
DECIDED = 4
"""Findings of a case that a reviewer decides at most."""
TIMEOUT_S = 60.0


@dataclass(slots=True)
class Log:
    """What clients saw; threads share it."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By kind of request."""
    faults: list[str] = field(default_factory=list)
    decided: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Reviewer, interaction, finding and review of each decision that was taken."""
    refused: int = 0
    """Decisions that came second."""

    @contextmanager
    def timing(self, kind: str) -> Iterator[None]:
        """Time a request."""
        began = time.perf_counter()
        yield
        self.seconds[kind].append(time.perf_counter() - began)


def fill(database: Database, folder: Path, *, cases: int, reviewers: int) -> None:
    """Put the samples, copies of one of them with their recordings, and reviewers into a database.

    Args:
        database: empty.
        folder: in which all recordings are put.
        cases: copies.
        reviewers: accounts ``load0`` …, all with `desks.PASSWORD`.
    """
    desks.fill_with_samples(database)
    shutil.copytree(desks.ROOT / "samples", folder / "samples")
    (folder / "load").mkdir()
    with database.reading() as connection:
        stored = list(reader.stored(connection, reader.keys(connection, Scope())))
        heard = {one.key: reader.recording(connection, one.recording_key) for one in stored}
        (one,) = [one for one in stored if heard[one.key].path == SAMPLE]
        card = reader.scorecard(connection, one.key, one.number)
    judged = Judged(
        interaction=one.kept.interaction,
        findings=one.findings,
        courtesy=one.kept.courtesy,
        scorecard=card,
        prosody=one.kept.prosody,
        asked=one.kept.asked,
    )
    sound = (desks.ROOT / SAMPLE).read_bytes()
    with database.writing() as connection:
        writer = Writer(connection)
        rows = []
        for number in range(cases):
            recording, copied = _copy(heard[one.key], judged, sound, folder, number)
            scored = make_scored(copied, recording=recording)
            rows.append((copied, scored, writer.recording(scored), one.provenance_key))
        writer.interactions(rows)
    for number in range(reviewers):
        name = f"load{number}"
        new = NewAccount(name=name, shown=name, office=Office.REVIEWER, password=desks.PASSWORD)
        make(database, new, by="test")


def work(url: str, *, reviewers: int, rounds: int, pause: float = 0.0) -> Log:
    """Let reviewers work at once; each logs in, takes cases, opens, hears and decides them.

    Args:
        url: of the desk.
        reviewers: as many as `fill` made, or fewer.
        rounds: cases of each.
        pause: seconds for which she listens before each decision, more or less.
    """
    log = Log()
    threads = [
        threading.Thread(target=_reviewer, args=(url, f"load{number}", rounds, pause, log))
        for number in range(reviewers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return log


def contend(url: str, interaction_id: str, finding_id: str, *, reviewers: int) -> Log:
    """Let reviewers decide the same finding at the same moment, each seeing it undecided."""
    log = Log()
    gate = threading.Barrier(reviewers)

    def decides(name: str) -> None:
        with _entered(url, name, log) as client:
            gate.wait()
            _decide(client, name, interaction_id, finding_id, log)

    threads = [
        threading.Thread(target=decides, args=(f"load{number}",)) for number in range(reviewers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return log


def lost_or_doubled(database: Database, *logs: Log) -> list[str]:
    """What does not agree between what clients were told and what the database holds."""
    told = [one for log in logs for one in log.decided]
    wrong = []
    with database.reading() as connection:
        stored = list(reader.stored(connection, reader.keys(connection, Scope())))
        kept = [
            (review.reviewer, one.id, review.finding_id, review.id)
            for one in stored
            for review in one.reviews
        ]
        for name, rows in (("lost", set(told) - set(kept)), ("untold", set(kept) - set(told))):
            wrong += [f"{name}: {row}" for row in sorted(rows)]
        if len(told) != len(set(told)) or len(kept) != len(set(kept)):
            wrong.append("something counts twice")
        decided = [row[1:3] for row in kept]
        if len(decided) != len(set(decided)):
            wrong.append("a finding was decided by two who did not know of each other")
        for one in stored:
            wrong += _unsettled(one)
        if (key := audit.broken(connection)) is not None:
            wrong.append(f"the audit log is broken at {key}")
    return wrong


def _unsettled(one: Stored) -> Iterator[str]:
    """Every decision makes a scorecard of its own."""
    if one.reviews and one.number != len(one.reviews):
        yield f"{one.id} has {one.number} further scorecards after {len(one.reviews)} decisions"


def _copy(
    recording: Recording, judged: Judged, sound: bytes, folder: Path, number: int
) -> tuple[Recording, Judged]:
    """Another recording of the same sound: a tag at its end makes it another file."""
    content = sound + b"TAG" + f"{number:<125}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"load/{number}.mp3"
    (folder / path).write_bytes(content)
    context = Context(
        staff_id=f"T{number % 40}",
        branch_id=f"B{number % 8}",
        kind=recording.context.kind,
        occurred_at=f"2026-03-{number % 28 + 1:02}T{9 + number % 8:02}:00:00",
    )
    copy = replace(recording, id=sha256[:16], sha256=sha256, path=path, context=context)
    named = hashlib.sha256(f"case {number}".encode()).hexdigest()[:16]
    talk = replace(judged.interaction, id=named, recording_id=copy.id)
    return copy, replace(judged, interaction=talk)


@contextmanager
def _entered(url: str, name: str, log: Log) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client:
        try:
            with log.timing("login"):
                form = {"name": name, "password": desks.PASSWORD}
                answer = client.post("/login", data=form)
            if answer.status_code != 303:
                log.faults.append(f"login: {answer.status_code} {answer.text[:200]}")
            page = client.get("/password", headers={"accept": "text/html"})
            token = page.text.split('name="csrf" content="')[1].split('"')[0]
            client.headers["x-csrf-token"] = token
            yield client
        except (httpx.HTTPError, IndexError) as fault:
            log.faults.append(f"{name}: {fault!r}")


def _reviewer(url: str, name: str, rounds: int, pause: float, log: Log) -> None:
    with _entered(url, name, log) as client:
        after: str | None = None
        for _ in range(rounds):
            asked: dict[str, str | float] = {"after": after} if after else {}
            answer = _ask(client, log, "next", "/api/v1/queue/next", "POST", params=asked)
            if answer is None or answer.json()["case"] is None:
                log.faults.append(f"{name} was given no case")
                return
            after = str(answer.json()["case"]["id"])
            _case(client, name, after, pause, log)


def _case(client: httpx.Client, name: str, case: str, pause: float, log: Log) -> None:
    address = f"/api/v1/cases/{case}"
    _ask(client, log, "page", f"/cases/{case}", headers={"accept": "text/html"})
    answer = _ask(client, log, "case", address)
    if answer is None:
        return
    waiting = [
        finding
        for finding in answer.json()["findings"]
        if finding["group"] == "open" and finding["decided"] is None
    ]
    for finding in waiting[:DECIDED]:
        start = max(0.0, finding["places"][0]["start"] - 3.0) if finding["places"] else 0.0
        span = {"start": start, "end": start + 6.0}
        heard = {"range": "bytes=0-"}
        _ask(client, log, "clip", f"{address}/clip", params=span, headers=heard)
        time.sleep(pause * random.uniform(0.5, 1.5))
        _decide(client, name, case, finding["id"], log)


def _decide(client: httpx.Client, name: str, case: str, finding: str, log: Log) -> None:
    body = {"finding_id": finding, "decision": "confirm", "reason": "", "seen": None}
    with log.timing("decision"):
        answer = client.post(f"/api/v1/cases/{case}/decisions", json=body)
    if answer.status_code == 409:
        log.refused += 1
    elif answer.status_code != 200:
        log.faults.append(f"decision: {answer.status_code} {answer.text[:200]}")
    else:
        log.decided.append((name, case, finding, answer.json()["review_id"]))


def _ask(
    client: httpx.Client,
    log: Log,
    kind: str,
    address: str,
    method: str = "GET",
    *,
    params: dict[str, str | float] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response | None:
    with log.timing(kind):
        answer = client.request(method, address, params=params, headers=headers)
    if answer.status_code in {200, 206}:
        return answer
    log.faults.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
    return None
