"""Profiles that extend another: what a bank's own file says stands, all else is its parent's.

Mappings are merged key by key, dimensions by their name and items by their id; other lists and values
are replaced whole. Each part knows the file and line it comes from, so that faults of the merged
profile are told where they can be mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from svcscore.faults import Fault, FaultyError, Loc, Source, read_source
from svcscore.resources import data_folder
from svcscore.scoring.profile_checks import hint

PARENT = "extends"
LEFT_OUT = "without"
NAMED_BY = {"dimensions": "name", "items": "id", "groups": "id"}
"""Lists of mappings that are merged by name, and the key that names them."""
OWN = ("profile", "title", "version", "about")
"""What no file inherits: each has a name of its own."""
_MOST = 100_000
"""Parts of a file; anchors can make a short file endless."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a profile: a value, or other parts by key or number."""

    value: object
    source: Source
    loc: Loc

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at `loc` of the merged profile, told in the file that says it."""
        part: Part = self
        for at, key in enumerate(loc):
            inner = part.inner(key)
            if inner is None:
                return part.source.fault((*part.loc, *loc[at:]), message)
            part = inner
        return part.source.fault(part.loc, message)

    def inner(self, key: int | str) -> Part | None:
        """The part at `key`; None where there is none."""
        if _mapping(self.value) and isinstance(key, str):
            return self.value.get(key)
        if _listing(self.value) and isinstance(key, int) and key < len(self.value):
            return self.value[key]
        return None

    def plain(self) -> object:
        """What it says, without where it stands."""
        if _mapping(self.value):
            return {key: part.plain() for key, part in self.value.items()}
        if _listing(self.value):
            return [part.plain() for part in self.value]
        return self.value


def resolved(path: Path) -> Part:
    """A profile merged with all that it extends.

    A parent is looked for beside the file that names it, then among the packaged profiles.

    Raises:
        FaultyError: where a file cannot be read, a parent is unknown, or they lead in a circle.
    """
    chain = [path]
    parts = [lifted(read_source(path))]
    while parent := _parent(parts[-1], chain):
        chain.append(parent)
        parts.append(lifted(read_source(parent)))
    whole = parts.pop()
    while parts:
        whole = _extended(whole, parts.pop())
    return whole


def lifted(source: Source) -> Part:
    """A file as parts.

    Raises:
        FaultyError: where its anchors make it endless.
    """
    left = _MOST

    def lift(value: object, loc: Loc) -> Part:
        nonlocal left
        left -= 1
        if left < 0 or len(loc) > 20:
            raise FaultyError(source.fault(loc[:1], "anchors make it endless"))
        if isinstance(value, dict):
            value = {str(key): lift(inner, (*loc, str(key))) for key, inner in value.items()}
        elif isinstance(value, list):
            value = [lift(inner, (*loc, at)) for at, inner in enumerate(value)]
        return Part(value, source, loc)

    return lift(source.content, ())


def _parent(part: Part, chain: Sequence[Path]) -> Path | None:
    """The file that `part` extends; `chain` led to it, from the child on."""
    named = part.inner(PARENT)
    if named is None:
        return None
    name = named.value
    if not isinstance(name, str):
        raise FaultyError(part.fault((PARENT,), "it must be the name of one profile"))
    places = [chain[-1].parent, data_folder("lexicons") / "profiles"]
    found = [place / f"{name}.yaml" for place in places if (place / f"{name}.yaml").is_file()]
    # a bank's own default.yaml may extend the packaged one
    found = [path for path in found if not path.samefile(chain[-1])] or found
    if not found:
        known = sorted({file.stem for place in places for file in place.glob("*.yaml")})
        message = f"there is no profile {name!r}{hint(name, known)}"
        raise FaultyError(part.fault((PARENT,), message))
    if any(found[0].samefile(earlier) for earlier in chain):
        circle = " → ".join([*(path.stem for path in chain), found[0].stem])
        raise FaultyError(part.fault((PARENT,), f"profiles extend each other: {circle}"))
    return found[0]


def _extended(parent: Part, child: Part) -> Part:
    if not _mapping(parent.value) or not _mapping(child.value):
        return child
    inherited = {key: part for key, part in parent.value.items() if key not in OWN}
    own = {key: part for key, part in child.value.items() if key not in {PARENT, LEFT_OUT}}
    kept = Part(inherited, parent.source, parent.loc)
    if left_out := child.inner(LEFT_OUT):
        kept = _less(kept, child, left_out.plain())
    return _merged(kept, Part(own, child.source, child.loc), "")


def _merged(parent: Part, child: Part, key: str) -> Part:
    if _mapping(parent.value) and _mapping(child.value):
        merged = dict(parent.value)
        for name, part in child.value.items():
            merged[name] = _merged(merged[name], part, name) if name in merged else part
        return Part(merged, child.source, child.loc)
    if key in NAMED_BY and _listing(parent.value) and _listing(child.value):
        return Part(_by_name(parent.value, child.value, NAMED_BY[key]), child.source, child.loc)
    return child


def _by_name(parent: Sequence[Part], child: Sequence[Part], key: str) -> list[Part]:
    """The parent's parts in their order, each as the child changes it, then the child's new ones."""
    merged = list(parent)
    places = {name: at for at, part in enumerate(parent) if (name := _name(part, key))}
    for part in child:
        # each replaces once: a second of the same name must be told as such
        at = places.pop(_name(part, key), None)
        if at is None:
            merged.append(part)
        else:
            merged[at] = _merged(merged[at], part, "")
    return merged


def _less(parent: Part, child: Part, names: object) -> Part:
    """The parent without the dimensions, and the items (``dimension.item``), that the child leaves out."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FaultyError(child.fault((LEFT_OUT,), "it must be a list of names"))
    left = set(names)
    known: list[str] = []
    kept = []
    dimensions = parent.inner("dimensions")
    for dimension in _parts(dimensions):
        name = _name(dimension, "name")
        items = _parts(dimension.inner("items"))
        known += [name, *(f"{name}.{_name(item, 'id')}" for item in items)]
        if name in left or not _mapping(dimension.value):
            continue
        rest = [item for item in items if f"{name}.{_name(item, 'id')}" not in left]
        inner = {
            **dimension.value,
            "items": Part(rest, dimension.source, (*dimension.loc, "items")),
        }
        kept.append(Part(inner, dimension.source, dimension.loc))
    unknown = [(at, name) for at, name in enumerate(names) if name not in known]
    if unknown:
        raise FaultyError(
            *(
                child.fault((LEFT_OUT, at), f"the parent has no {name!r}{hint(name, known)}")
                for at, name in unknown
            )
        )
    assert _mapping(parent.value)
    where = Part(kept, parent.source, ("dimensions",))
    return Part({**parent.value, "dimensions": where}, parent.source, parent.loc)


def _parts(part: Part | None) -> Sequence[Part]:
    return part.value if part is not None and _listing(part.value) else ()


def _name(part: Part, key: str) -> str:
    named = part.inner(key)
    return named.value if named is not None and isinstance(named.value, str) else ""


def _mapping(value: object) -> TypeGuard[dict[str, Part]]:
    return isinstance(value, dict)


def _listing(value: object) -> TypeGuard[list[Part]]:
    return isinstance(value, list)
