"""The folder of joined and imported weights: found, locked, and filled in one step.

::

    CACHE/models/NAME/     files of one model, put there by a rename when all of them were checked
    CACHE/staging/NAME/    a model in the making; belongs to who holds its lock
    CACHE/locks/NAME.lock
    CACHE/stamps/          digests of files that did not change since (see `check`)
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_dir

from svcscore.errors import WeightsError

_LOCK_SECONDS = 600
"""Longest wait for another process; joining takes about a second, an import of 3 GB a minute."""


def cache_folder() -> Path:
    """``SVCSCORE_CACHE_DIR``, else the user's cache folder, else one of their own in the temp folder.

    The last is for service users whose home cannot be written. A folder that was asked for is not
    replaced: it may be read-only and complete.

    Raises:
        WeightsError: ``weights.cache`` where the folder in the temp folder belongs to another user.
    """
    asked = os.environ.get("SVCSCORE_CACHE_DIR")
    if asked:
        return Path(asked).expanduser().absolute()
    user = Path(user_cache_dir("svcscore", appauthor=False))
    try:
        user.mkdir(parents=True, exist_ok=True)
        writable = os.access(user, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    return user if writable else _private_temp()


def _private_temp() -> Path:
    folder = Path(tempfile.gettempdir()) / f"svcscore-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as fault:
        raise unwritable(folder, fault) from fault
    # everybody may write the temp folder: what lies there is trusted only where nobody else can
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise unwritable(folder, PermissionError("it is open to other users"))
    return folder


def unwritable(folder: Path, fault: OSError) -> WeightsError:
    """The error that tells why `folder` cannot hold weights."""
    return WeightsError(
        "weights.cache",
        f"the cache of weights cannot be written ({fault})",
        "set SVCSCORE_CACHE_DIR to a folder that can be written, with room for the model",
        str(folder),
    )


def folder_of(name: str) -> Path:
    """Where the cache keeps the model `name`, whether or not it is there."""
    return cache_folder() / "models" / name


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the model `name` of the cache alone, among all processes.

    Raises:
        WeightsError: ``weights.cache`` where the cache cannot be written (also from inside the
            block), or another process does not finish.
    """
    root = cache_folder()
    try:
        (root / "locks").mkdir(parents=True, exist_ok=True)
        with FileLock(root / "locks" / f"{name}.lock", timeout=_LOCK_SECONDS):
            yield
    except OSError as fault:  # filelock's Timeout is one
        raise unwritable(root, fault) from fault


def install(name: str, fill: Callable[[Path], None]) -> Path:
    """Let `fill` write and check a model in an empty folder, then put that in place of the old one.

    To be called while `locked`. What a killed process left behind is swept up first.

    Returns:
        The model's folder.
    """
    target, staging = folder_of(name), cache_folder() / "staging" / name
    shutil.rmtree(staging, ignore_errors=True)
    fresh = staging / "new"
    fresh.mkdir(parents=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        fill(fresh)
        if target.exists():
            target.rename(staging / "old")
        fresh.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target
