"""`svcscore watch` as an operations engineer uses it: files come slowly, and things get killed."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest
import runs

PATIENCE = 60.0
RUDE = (("teller", "您好请问办什么业务"), ("customer", "你快点"), ("teller", "你急什么"))


@pytest.fixture
def place(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def start(place, *options):
    command = runs.command("watch", place / "in", "--out", place / "out", *options)
    with (place / "log").open("ab") as log:
        return subprocess.Popen(
            [*command, "--settle", "0.6", "--every", "0.2", "--log-format", "json"],
            stderr=log,
            stdout=subprocess.DEVNULL,
            env=runs.environment(),
        )


def until(check):
    """Wait until `check` gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def done(place):
    """Names of the recordings that are in the results."""
    path = place / "out" / "recordings.jsonl"
    if not path.exists():
        return set()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {os.path.basename(line["path"]) for line in lines if line["status"] == "ok"}  # noqa: PTH119


def events(place):
    return [json.loads(line) for line in (place / "log").read_text("utf-8").splitlines()]


def stop(process):
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def test_what_arrives_is_scored_once_it_is_whole(place):
    process = start(place)
    try:
        runs.transcript(place / "in" / "a.json", *runs.GOOD)
        until(lambda: done(place) == {"a.json"})
        whole = runs.transcript(place / "b.json", *RUDE).read_text("utf-8")
        with (place / "in" / "b.json").open("w", encoding="utf-8") as file:
            for part in (whole[:40], whole[40:90], whole[90:]):
                file.write(part)
                file.flush()
                time.sleep(0.4)
                assert done(place) == {"a.json"}
        until(lambda: done(place) == {"a.json", "b.json"})
        assert stop(process) == 0
    finally:
        process.kill()
    assert all(event["event"] != "failed" for event in events(place))
    log = (place / "log").read_text("utf-8")
    for _, text in (*runs.GOOD, *RUDE):
        assert text not in log
        assert text[:4] not in log


def test_killed_and_started_again_it_gives_what_one_run_gives(place):
    for name in ("a", "b", "c"):
        runs.transcript(place / "in" / f"{name}.json", *runs.GOOD, *RUDE)
    process = start(place)
    until(lambda: (place / "out" / ".svcscore" / "journal.sqlite").exists())
    process.kill()
    process.wait(PATIENCE)
    again = start(place)
    try:
        until(lambda: done(place) == {"a.json", "b.json", "c.json"})
        assert stop(again) == 0
    finally:
        again.kill()
    once = runs.score(place / "once", place / "in")
    name = "interactions.jsonl"
    assert (place / "out" / name).read_bytes() == (once.out / name).read_bytes()


def test_a_stop_while_a_connection_is_closed_tells_of_no_fault(monkeypatch):
    from svcscore.cli import watch

    monkeypatch.setattr(watch.signal, "signal", lambda *_: None)
    pool = logging.getLogger("sqlalchemy.pool")
    level, stop = pool.level, threading.Event()
    try:
        with pytest.raises(watch._StoppedError):
            watch._stopping(stop)(signal.SIGTERM, None)
        assert stop.is_set()
        assert not logging.getLogger("sqlalchemy.pool.impl.NullPool").isEnabledFor(logging.ERROR)
    finally:
        pool.setLevel(level)


def test_a_folder_that_goes_and_comes_back(place):
    runs.transcript(place / "in" / "a.json", *runs.GOOD)
    process = start(place)
    try:
        until(lambda: done(place) == {"a.json"})
        shutil.move(place / "in", place / "away")
        until(lambda: any(event["event"] == "away" for event in events(place)))
        assert done(place) == {"a.json"}
        runs.transcript(place / "away" / "b.json", *runs.GOOD)
        shutil.move(place / "away", place / "in")
        until(lambda: done(place) == {"a.json", "b.json"})
        assert stop(process) == 0
    finally:
        process.kill()


def test_prometheus_reads_the_numbers_from_this_machine_only(place):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    runs.transcript(place / "in" / "a.json", *RUDE)
    file = place / "svcscore.prom"
    process = start(place, "--metrics-port", str(port), "--metrics-file", file)
    try:
        until(lambda: any(event["event"] == "round" for event in events(place)))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            served = answer.read().decode()
        stop(process)
    finally:
        process.kill()
    assert 'svcscore_run_inputs{status="ok"} 1.0' in served
    assert 'svcscore_run_inputs{status="ok"} 1.0' in file.read_text("utf-8")
    assert "svcscore_run_red_line_interactions" in served
    assert "a.json" not in served
