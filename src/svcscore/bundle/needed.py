"""What has to be carried: svcscore and everything it needs, as installed here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from svcscore.errors import ConfigError

ROOT = "svcscore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed distribution."""

    name: str
    version: str
    licence: str
    """As it says itself: an SPDX expression, a name, or nothing."""
    needs: tuple[str, ...]
    """Names of those that it needs here."""

    @property
    def pin(self) -> str:
        """How pip is told of just this one."""
        return f"{self.name}=={self.version}"


def needed(extras: Collection[str]) -> tuple[Package, ...]:
    """Svcscore with `extras` and all that they need on this machine, by name.

    Raises:
        ConfigError: ``config.invalid`` where svcscore has no such extra, or something is not installed.
    """
    known = set(distribution(ROOT).metadata.get_all("Provides-Extra") or ())
    if unknown := sorted(set(extras) - known):
        raise ConfigError(
            "config.invalid",
            f"svcscore has no extra {', '.join(unknown)}",
            f"extras are {', '.join(sorted(known))}",
        )
    found: dict[str, Package] = {}
    waiting = [(ROOT, frozenset(extras))]
    asked: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in asked:
            continue
        asked.add((name, wanted))
        installed = _installed(name)
        needs = tuple(_needs(installed, wanted))
        before = found[name].needs if name in found else ()
        found[name] = Package(
            name=name,
            version=installed.version,
            licence=_licence(installed),
            needs=tuple(sorted({*before, *(one for one, _ in needs)})),
        )
        waiting += needs
    return tuple(found[name] for name in sorted(found))


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as fault:
        raise ConfigError(
            "config.invalid",
            f"{name} is needed and not installed here",
            "install svcscore with the extras that are to be carried, then try again",
        ) from fault


def _needs(
    installed: Distribution, extras: Collection[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Names, and extras of each, that `installed` needs on this machine."""
    for line in installed.requires or ():
        one = Requirement(line)
        environments = [{"extra": extra} for extra in ("", *extras)]
        if one.marker is None or any(one.marker.evaluate(known) for known in environments):
            yield canonicalize_name(one.name), frozenset(one.extras)


def _licence(installed: Distribution) -> str:
    about = cast("Message", installed.metadata)
    told = about.get("License-Expression") or about.get("License") or ""
    if not told or "\n" in told:
        names = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
        told = "; ".join(name.rsplit(" :: ", 1)[-1] for name in names) or told.split("\n")[0]
    return told
