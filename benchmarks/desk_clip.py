"""How soon a clip starts, and a waveform is there, out of a recording of many hours.

Usage: python benchmarks/desk_clip.py [--hours 8] [--formats wav flac mp3 m4a ogg]

A desk serves over HTTP; each recording holds a case of 30 minutes with some 400 turns. "First" is the
first clip after the server came up, for which the whole file is read for its digest; the others are of
6 to 12 s anywhere in the case, from the request to the first byte. "Other waveform" is drawn from what
is kept in memory.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from svcscore.review.settings import Settings
from svcscore.spans import Span
from svcscore.store.database import Database
from svcscore.testing import desks
from svcscore.testing.sounds import FORMATS, lay_case, write_marked

CASE = "ac36067882c86261"
CLIPS = 30
MINUTES = 30


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--formats", nargs="+", default=sorted(FORMATS), choices=sorted(FORMATS))
    given = parser.parse_args()
    print("ms              first   median      95%      max   waveform   other waveform")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Database(str(folder / "desk.sqlite"), create=True) as database:
            desks.fill_with_samples(database)
            desks.make_staff(database)
            for suffix in given.formats:
                measure(database, folder, suffix, given.hours)


def measure(database: Database, folder: Path, suffix: str, hours: float) -> None:
    """One row of the table."""
    file = folder / f"day.{suffix}"
    write_marked(file, 60, times=round(hours * 60))
    start = hours * 3600 * 0.6
    span = Span(start, start + MINUTES * 60)
    lay_case(database, CASE, file.name, file, span)
    rng = random.Random(9)
    with (
        desks.serving(database, Settings(recordings=folder)) as up,
        httpx.Client(base_url=up.url, timeout=60) as client,
    ):
        client.post("/login", data={"name": "reviewer", "password": desks.PASSWORD})
        first = clip_ms(client, span.start + 5, 8)
        waits = []
        for _ in range(CLIPS):
            length = rng.uniform(6, 12)
            waits.append(clip_ms(client, rng.uniform(span.start, span.end - length), length))
        waves = [peaks_ms(client, bins) for bins in (1200, 1000)]
    waits.sort()
    numbers = (first, statistics.median(waits), waits[int(0.95 * CLIPS)], waits[-1], *waves)
    print(f"{suffix:8}" + "".join(f"{number:9.0f}" for number in numbers), flush=True)
    file.unlink()


def clip_ms(client: httpx.Client, start: float, length: float) -> float:
    """Milliseconds from the request to the first byte of a clip."""
    began = time.perf_counter()
    asked = {"start": start, "end": start + length}
    with client.stream("GET", f"/api/v1/cases/{CASE}/clip", params=asked) as answer:
        assert answer.status_code == 200, answer.read()
        parts = answer.iter_bytes()
        next(parts)
        waited = (time.perf_counter() - began) * 1000
        for _ in parts:
            pass
    return waited


def peaks_ms(client: httpx.Client, bins: int) -> float:
    """Milliseconds until the waveform of the whole case is there."""
    began = time.perf_counter()
    answer = client.get(f"/api/v1/cases/{CASE}/peaks", params={"bins": bins})
    assert len(answer.json()["peaks"]) == bins
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
