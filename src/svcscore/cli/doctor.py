"""``svcscore doctor``: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from svcscore import __version__
from svcscore.errors import OutputError, SvcscoreError

LIBRARIES = (
    "faster-whisper",
    "ctranslate2",
    "onnxruntime",
    "av",
    "librosa",
    "scikit-learn",
    "skops",
)
MEMORY_GIB = 3.0
"""A worker with the base model on an hour of two channels takes about this much."""
DISK_GIB = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, what was found, and a remedy where something is wrong."""

    name: str
    found: str
    remedy: str = ""
    required: bool = True


@click.command()
def doctor() -> None:
    """Check this installation: versions, weights, cores, memory, disk, database, lexicon.

    Exits with 1 where something that scoring needs is missing.
    """
    checks = [check for look in CHECKS for check in look()]
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok" if not check.remedy else ("MISSING" if check.required else "note")
        click.echo(f"{mark:<8}{check.name:<{width}}  {check.found}")
        if check.remedy:
            click.echo(f"{'':<8}{'':<{width}}  → {check.remedy}")
    if any(check.remedy and check.required for check in checks):
        sys.exit(1)


def _versions() -> Iterator[Check]:
    yield Check("svcscore", __version__)
    yield Check(
        "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    for name in LIBRARIES:
        try:
            yield Check(name, version(name))
        except PackageNotFoundError:
            yield Check(name, "not installed", "pip install --force-reinstall svcscore")


def _weights() -> Iterator[Check]:
    from svcscore.asr.manifest import load_manifest
    from svcscore.asr.weights import find_asr, list_models

    try:
        found = find_asr(None)
        yield Check("recogniser", f"{found.name}, verified, from {found.source}")
    except SvcscoreError as error:
        yield Check("recogniser", error.message, error.remedy)
    try:
        models = list_models()
    except SvcscoreError as error:
        yield Check("weights", error.message, error.remedy)
        return
    for model in models:
        name = f"{model.kind} {model.name}"
        again = load_manifest().source_command(model.name)
        if model.status == "corrupt":
            yield Check(name, "corrupt", again or "copy it again")
        elif model.status == "ok":
            yield Check(name, f"ok, {model.source}")
        elif model.kind == "asr":
            yield Check(name, "not here (a choice)")
        else:
            yield Check(name, "missing", again or "reinstall svcscore")


def _machine() -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0))
    yield Check("cores", str(cores))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    few = "" if pages >= MEMORY_GIB else f"{MEMORY_GIB:.0f} GiB are wanted for an hour of audio"
    yield Check("memory", f"{pages:.1f} GiB", few, required=False)
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    little = "" if free >= DISK_GIB else "free some space: results and clips need it"
    yield Check("disk", f"{free:.1f} GiB free here", little)


def _database() -> Iterator[Check]:
    from svcscore.store.journal import Entry, Journal

    name = f"SQLite {sqlite3.sqlite_version}"
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            Journal(Path(folder) / "journal.sqlite") as journal,
        ):
            journal.add(Entry(key="doctor", recording="{}", interactions=()))
    except OutputError as error:
        yield Check("database", name, error.remedy)
    else:
        yield Check("database", f"{name}, written and read")


def _rules() -> Iterator[Check]:
    from svcscore.resources import data_folder
    from svcscore.rules.load import load_lexicon

    try:
        lexicon = load_lexicon(data_folder("lexicons"))
    except (SvcscoreError, FileNotFoundError) as error:
        told = str(error).splitlines()[0]
        yield Check(
            "lexicon", told, "svcscore rules test; or pip install --force-reinstall svcscore"
        )
    else:
        told = f"{len(lexicon.packs)} packs, {len(lexicon.rules)} rules, {lexicon.sha256[:12]}"
        yield Check("lexicon", told)


CHECKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _versions,
    _weights,
    _machine,
    _database,
    _rules,
)
