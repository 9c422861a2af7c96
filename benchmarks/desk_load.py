"""Whether fifty reviewers can work at once on one process, and how long they wait.

Run: ``python benchmarks/desk_load.py [--reviewers N] [--rounds N] [--sqlite] [--pause S]``.

A PostgreSQL of its own (or a SQLite file) gets copies of a sample with their recordings. The desk is
served by ``svcscore review serve`` in a process of its own; reviewers are threads of this one, and
come by HTTP: each logs in, asks for the next case, opens it as a page and as JSON, and for each of
its findings asks for a clip and decides. Then all of them decide one finding at the same moment. At
the end what they were told is compared with what the database holds: nothing may be lost, doubled,
or decided by two who did not know of each other.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing import load

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from conftest import programs, serving


def main() -> None:
    """Make the bank, serve it, let them work, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds before each decision")
    parser.add_argument("--sqlite", action="store_true")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="svcload") as named, contextlib.ExitStack() as stack:
        folder = Path(named)
        url = str(folder / "desk.sqlite") if given.sqlite else stack.enter_context(_postgresql())
        database = stack.enter_context(Database(url, create=True))
        cases = given.reviewers * given.rounds + 10
        load.fill(database, folder, cases=cases, reviewers=given.reviewers)
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        print(f"{kind}: {given.reviewers} reviewers, {given.rounds} cases each")
        address = stack.enter_context(_served(url, folder))
        began = time.perf_counter()
        log = load.work(address, reviewers=given.reviewers, rounds=given.rounds, pause=given.pause)
        _tell(log, time.perf_counter() - began)
        with database.reading() as connection:
            stored = reader.stored(connection, reader.keys(connection, Scope()))
            free = next(one for one in stored if one.findings and not one.reviews)
        same = load.contend(address, free.id, free.findings[0].id, reviewers=given.reviewers)
        print(f"one finding, all at once: {len(same.decided)} decided, {same.refused} were told")
        wrong = [*log.faults, *same.faults, *load.lost_or_doubled(database, log, same)]
        print("\n".join(wrong[:20]) or "no error, nothing lost, nothing doubled")
        sys.exit(bool(wrong))


def _tell(log: load.Log, wall: float) -> None:
    every = sum(map(len, log.seconds.values()))
    print(f"{every} requests in {wall:.1f} s: {every / wall:.0f} a second")
    print(f"{len(log.decided)} decisions: {len(log.decided) / wall:.1f} a second")
    print(f"{'ms':>10} {'n':>6} {'p50':>7} {'p95':>7} {'max':>7}")
    for kind, seconds in log.seconds.items():
        ms = sorted(1000 * one for one in seconds)
        p95 = ms[min(len(ms) - 1, round(0.95 * len(ms)))]
        print(f"{kind:>10} {len(ms):6} {statistics.median(ms):7.0f} {p95:7.0f} {ms[-1]:7.0f}")


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    found = programs()
    if found is None:
        sys.exit("PostgreSQL is not installed (apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="svcpg") as folder, serving(Path(folder), found) as up:
        yield up.database()


@contextlib.contextmanager
def _served(url: str, folder: Path) -> Iterator[str]:
    """The command that a bank runs; what it logs goes to a file."""
    command = [sys.executable, "-m", "svcscore", "review", "serve", "--db", url, "--port", "0"]
    command += ["--recordings", str(folder)]
    with (folder / "log").open("w") as log:
        served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert served.stdout is not None
            yield served.stdout.readline().strip()
        finally:
            served.terminate()
            served.wait()


if __name__ == "__main__":
    main()
