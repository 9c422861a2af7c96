"""Tells what is wrong with a bundle: changed, missing, or not of it."""

from __future__ import annotations

from pathlib import Path

from svcscore.bundle.making import SUMS, sums
from svcscore.errors import UsageError


def differences(bundle: Path) -> tuple[str, ...]:
    """What each file is that is not as its list says, as ``changed: NAME``; empty where all is well.

    Raises:
        UsageError: ``bundle.invalid`` where there is no list, or it is none.
    """
    try:
        listed = _read((bundle / SUMS).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise UsageError(
            "bundle.invalid",
            f"there is no bundle here, or its {SUMS} is damaged ({fault})",
            "name the folder that `svcscore bundle make` wrote",
            str(bundle),
        ) from fault
    found = _read(sums(bundle))
    told = [f"missing: {name}" for name in listed.keys() - found.keys()]
    told += [f"not of the bundle: {name}" for name in found.keys() - listed.keys()]
    told += [
        f"changed: {name}" for name in listed.keys() & found.keys() if listed[name] != found[name]
    ]
    return tuple(sorted(told))


def _read(text: str) -> dict[str, str]:
    """SHA-256 by name."""
    found = {}
    for line in text.splitlines():
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name:
            raise ValueError(f"no line of SHA-256 and name: {line[:40]!r}")
        found[name] = digest
    return found
