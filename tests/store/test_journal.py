import os
import sqlite3
import subprocess
import sys

import pytest

from svcscore.errors import OutputError
from svcscore.store.journal import SCHEMA, Entry, Journal, stamp_of

ENTRY = Entry(key="k1", recording='{"path":"录音.wav"}', interactions=('{"a":1}', '{"b":2}'))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def test_entries_come_back_after_reopening(path):
    with Journal(path) as journal:
        journal.add(ENTRY)
    with Journal(path) as journal:
        assert journal.entries(["k1", "k2"]) == {"k1": ENTRY}


def test_an_entry_without_interactions(path):
    entry = Entry(key="k", recording="{}", interactions=())
    with Journal(path) as journal:
        journal.add(entry)
        assert journal.entries(["k"]) == {"k": entry}


def test_adding_twice_keeps_one(path):
    with Journal(path) as journal:
        journal.add(ENTRY)
        journal.add(Entry(key="k1", recording="later", interactions=()))
        assert journal.entries(["k1"])["k1"].recording == "later"


def test_more_keys_than_one_statement_takes(path):
    keys = [f"k{i}" for i in range(1201)]
    with Journal(path) as journal:
        for key in keys[::400]:
            journal.add(Entry(key=key, recording="{}", interactions=()))
        assert set(journal.entries(keys)) == set(keys[::400])


def test_a_digest_holds_until_the_file_changes(path, tmp_path):
    file = tmp_path / "录音 \udcff.wav"
    file.write_bytes(b"one")
    with Journal(path) as journal:
        assert journal.digest(file) is None
        journal.add_digest(file, stamp_of(file), "a" * 64)
        assert journal.digest(file) == "a" * 64
        times = file.stat()
        file.write_bytes(b"two")  # the same length, and the old time set back
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert journal.digest(file) is None


def test_a_newer_journal_is_left_alone(path):
    with Journal(path) as journal:
        journal.add(ENTRY)
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    raw.close()
    with pytest.raises(OutputError, match="newer svcscore") as caught:
        Journal(path)
    assert caught.value.code == "output.unwritable"


def test_what_is_no_database_is_told(path):
    path.write_bytes(b"this is no database, and long enough to be looked at" * 20)
    with pytest.raises(OutputError, match="remove the journal") as caught:
        Journal(path)
    assert caught.value.path == str(path)


def test_a_killed_writer_loses_nothing_that_was_added(path):
    script = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from svcscore.store.journal import Entry, Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for i in range(20):\n"
        "    journal.add(Entry(key=f'k{i}', recording='{}', interactions=('x',)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == -9
    with Journal(path) as journal:
        assert len(journal.entries(f"k{i}" for i in range(20))) == 20
