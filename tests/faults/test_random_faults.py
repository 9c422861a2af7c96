"""Things are killed at random points; after each, nothing is lost, nothing doubled, all is equal.

Each round draws its faults from a seed that is in the test's name: workers and drivers are killed with
SIGKILL, the folder of recordings goes away and comes back, the clock of the files is turned back. Ten
rounds here; a hundred with SVCSCORE_NIGHTLY=1.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import runs

ROUNDS, MOST_FAULTS, WORKERS = (100, 3, 2) if os.environ.get("SVCSCORE_NIGHTLY") else (10, 1, 1)
PATIENCE = 90.0
KINDS = ("worker", "driver", "driver", "worker", "folder", "clock")


@dataclass
class Place:
    """One batch of inputs, and what an undisturbed run makes of it."""

    inputs: Path
    home: Path

    def begin(self, out: Path) -> subprocess.Popen[bytes]:
        # in a session of its own, so that a kill of ours hits nothing else
        return subprocess.Popen(
            runs.command(
                "score", self.inputs, "--out", out, "--workers", WORKERS, "--db", self.url(out)
            ),
            env=runs.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def url(self, out: Path) -> str:
        return f"sqlite:///{out.parent / (out.name + '.sqlite')}"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home = tmp_path_factory.mktemp("faults")
    for number in range(8):
        turns = runs.GOOD if number % 2 else runs.BAD
        runs.transcript(home / "in" / f"柜台{number}.json", *turns, ("customer", f"编号{number}"))
    return Place(inputs=home / "in", home=home)


@pytest.fixture(scope="module")
def undisturbed(place):
    out = place.home / "undisturbed"
    assert place.begin(out).wait(PATIENCE) == 0
    return told(place, out)


def told(place, out):
    """All that a run leaves: interactions byte for byte, recordings without times, the database."""
    run = runs.Run(out=out, code=0, stdout="", stderr="")
    rows = subprocess.run(
        runs.command("db", "check", "--db", place.url(out), "--deep"),
        env=runs.environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    plain = [{k: v for k, v in line.items() if k != "wall_seconds"} for line in run.recordings]
    return (out / "interactions.jsonl").read_bytes(), plain, rows


def workers(driver):
    """Processes that work for the driver; the one that only tracks resources is none."""
    try:
        children = psutil.Process(driver.pid).children(recursive=True)
        return [c for c in children if "spawn_main" in " ".join(c.cmdline())]
    except psutil.Error:
        return []


def fault(kind, draw, place, driver):
    if kind == "worker" and (alive := workers(driver)):
        draw.choice(alive).kill()
    elif kind == "driver":
        driver.kill()
    elif kind == "folder":
        away = place.home / "away"
        shutil.move(place.inputs, away)
        time.sleep(draw.uniform(0.1, 0.8))
        shutil.move(away, place.inputs)
    elif kind == "clock":
        for path in place.inputs.iterdir():
            os.utime(path, (draw.randrange(1, 4_000_000_000),) * 2)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_after_random_faults_all_is_as_if_nothing_had_been(place, undisturbed, seed):
    draw = random.Random(seed)
    out = place.home / f"out{seed}"
    for _ in range(draw.randint(1, MOST_FAULTS)):
        driver = place.begin(out)
        end = time.monotonic() + draw.uniform(0.2, 4.0)
        while time.monotonic() < end and driver.poll() is None:
            time.sleep(0.02)
        fault(draw.choice(KINDS), draw, place, driver)
        driver.wait(PATIENCE)
    assert place.begin(out).wait(PATIENCE) == 0
    assert told(place, out) == undisturbed
