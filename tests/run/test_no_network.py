"""A whole run reaches for no network: no socket is opened, and none would lead anywhere.

Two witnesses: an audit hook in every Python process of the run (the workers too) notes each socket
and each name that is looked up; and, where the system lets us, the run takes place in a network
namespace of its own, where C++ libraries find no network either.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
import runs

HOOK = """
import os, sys

def note(event, arguments):
    if not event.startswith("socket.") or event == "socket.gethostname":
        return
    family = arguments[1] if event == "socket.__new__" else getattr(arguments[0], "family", None)
    if family in {1, -1}:  # AF_UNIX, or taken over from a descriptor: on this machine
        return
    with open(os.environ["SOCKETS"], "a") as file:
        file.write(f"{sys.argv[:1]} {event} {arguments[1:]!r}\\n")

sys.addaudithook(note)
"""


def apart():
    """What begins a command that shall have no network; nothing where that is not allowed."""
    if shutil.which("unshare") is None:
        return []
    command = ["unshare", "--map-root-user", "--net"]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else []


@pytest.fixture(scope="module")
def sockets(tmp_path_factory):
    """Runs a command of svcscore without a network; what sockets it opened."""
    folder = tmp_path_factory.mktemp("hook")
    (folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    environment = runs.environment() | {"PYTHONPATH": str(folder)}

    def run(*arguments, command=runs.command):
        seen = folder / "sockets.txt"
        seen.write_text("")
        ended = subprocess.run(
            [*apart(), *command(*arguments)],
            env=environment | {"SOCKETS": str(seen)},
            capture_output=True,
            text=True,
            check=False,
        )
        return ended, seen.read_text("utf-8").splitlines()

    return run


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
        ("import multiprocessing as m; m.get_context('spawn').Queue(); print(1)", ""),
    ],
)
def test_the_hook_sees_what_it_should(sockets, code, seen):
    _, lines = sockets("-c", code, command=lambda *arguments: [sys.executable, *arguments])
    assert [seen in line for line in lines] == [True] * bool(seen)


def test_scoring_rescoring_and_reporting_open_no_socket(sockets, tmp_path):
    recording = runs.SAMPLES / "lobby_bad.mp3"
    out, database = tmp_path / "out", f"sqlite:///{tmp_path / 'scores.sqlite'}"
    ended, seen = sockets("score", recording, "--out", out, "--db", database)
    assert (ended.returncode, seen) == (0, []), ended.stderr
    assert (out / "report.html").stat().st_size > 10_000
    for arguments in (
        ("rescore", "--db", database, "--profile", "strict", "--dry-run"),
        ("export", "--db", database, "--out", tmp_path / "exported", "--format", "srt"),
        ("rules", "test"),
        ("doctor",),
    ):
        ended, seen = sockets(*arguments)
        assert seen == [], arguments
        assert "Traceback" not in ended.stderr, arguments
