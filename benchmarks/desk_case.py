"""How soon a long case is open in a browser: its words and findings painted, its waveform drawn.

Usage: python benchmarks/desk_case.py [--rounds 7] [--case ID] [--screenshot FILE]

A visit of the samples is said again and again until there are 30 minutes and some 400 turns, beside a
recording that holds just that; the rules judge all of it. Then Chromium opens it. "Server" is the page
as it is made and sent, "painted" is from the start of the navigation until words and findings stand,
"drawn" until the waveform is there too. "First" is the first time after the server came up, for which
the whole recording is read; the browser begins each time with nothing kept.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
import wave
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import update

from svcscore.audio.samples import RATE
from svcscore.audio.stretch import Stretches
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.resources import data_folder
from svcscore.review.settings import Settings
from svcscore.spans import Span
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.store.tables import PROVENANCES
from svcscore.testing import desks
from svcscore.testing.sounds import lay_case

CASE = "ac36067882c86261"
MINUTES = 30
_TIMES = """() => ['painted', 'drawn'].map((name) =>
  performance.getEntriesByName(`case:${name}`)[0]?.startTime ?? null)"""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--case", default=CASE)
    parser.add_argument("--screenshot", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Database(str(folder / "desk.sqlite"), create=True) as database:
            desks.fill_with_samples(database)
            desks.make_staff(database)
            make_long(database, given.case, folder)
            with desks.serving(database, Settings(recordings=folder)) as up:
                told = opened(up.url, given.case, given.rounds, given.screenshot)
                served = [asked(up.url, given.case) for _ in range(given.rounds)]
    print("ms          first   median      max")
    print(f"server          - {statistics.median(served):8.0f} {max(served):8.0f}")
    for name, times in zip(("painted", "drawn"), zip(*told, strict=True), strict=True):
        print(f"{name:8} {times[0]:8.0f} {statistics.median(times[1:]):8.0f} {max(times[1:]):8.0f}")


def make_long(database: Database, case: str, folder: Path) -> None:
    """Let a case of the samples be one of half an hour, with its sound, judged by the rules."""
    with database.reading() as connection:
        (one,) = reader.stored(connection, reader.keys(connection, Scope(interaction_ids=(case,))))
        recording = reader.recording(connection, one.recording_key)
    span = one.kept.interaction.span
    sound = Stretches(desks.ROOT / recording.path).read(span)
    content = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    file = folder / "half_an_hour.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for _ in range(round(MINUTES * 60 / span.length) + 1):
            out.writeframes(content)
    lay_case(database, case, file.name, file, Span(0.0, MINUTES * 60.0))
    with database.writing() as connection:
        # so that the rules count as others than those by which it was judged
        connection.execute(update(PROVENANCES).values(lexicon_sha256="0" * 64))
    lexicons = data_folder("lexicons")
    bench = load_bench(lexicons / "profiles" / "default.yaml", lexicons)
    list(rescore(database, bench, Scope(interaction_ids=(case,)), dry=False))
    with database.reading() as connection:
        (one,) = reader.stored(connection, reader.keys(connection, Scope(interaction_ids=(case,))))
    turns = one.kept.interaction.turns
    words = sum(len(turn.words) for turn in turns)
    print(f"{len(turns)} turns, {words} words, {len(one.findings)} findings, {MINUTES} minutes")


def opened(url: str, case: str, rounds: int, screenshot: Path | None) -> list[tuple[float, float]]:
    """Milliseconds from the start of the navigation, each time with an empty cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        told = []
        for _ in range(rounds + 1):
            page = entered(browser, url)
            page.goto(f"/cases/{case}")
            page.wait_for_selector("main[data-ready=yes][data-wave=drawn]")
            page.wait_for_timeout(300)
            told.append(page.evaluate(_TIMES))
            if screenshot:
                page.screenshot(path=screenshot)
            page.context.close()
        browser.close()
    return told


def entered(browser: Browser, url: str) -> Page:
    """A page on which a reviewer is logged in."""
    context = browser.new_context(base_url=url, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=name]", "reviewer")
    page.fill("[name=password]", desks.PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda where: "/login" not in where)
    return page


def asked(url: str, case: str) -> float:
    """Milliseconds until the whole page is there, without a browser."""
    with httpx.Client(base_url=url) as client:
        answer = client.post("/login", data={"name": "reviewer", "password": desks.PASSWORD})
        assert answer.status_code == 303, answer.text
        began = time.perf_counter()
        client.get(f"/cases/{case}", headers={"accept": "text/html"}).raise_for_status()
        return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
