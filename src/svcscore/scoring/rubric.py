"""A profile ready for use: what each item is worth at each post, and the digest it is known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ValidationError

from svcscore.faults import FaultyError, complaints, config_error, parse_source
from svcscore.scoring.inherit import Part, lifted, resolved
from svcscore.scoring.profile import POSTS, Band, Dimension, Item, Post, Profile
from svcscore.scoring.profile_checks import contradictions, unknown_codes


@dataclass(frozen=True, slots=True)
class Slot:
    """An item where it stands; `value` is its part of the weights of its post."""

    dimension: Dimension
    item: Item
    value: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The items of one post."""

    slots: tuple[Slot, ...]
    places: Mapping[str, int]
    """Number of the slot on which findings of a code bear."""


class Rubric(Profile):
    """A profile without parents, and what it is known by."""

    sha256: str
    """Of all that it says, its parents' part too; comments and order of keys do not count."""
    source: str
    """YAML that says the same without parents; from it comes an equal rubric with the same digest."""

    def band_of(self, total: float) -> Band:
        """The band in which `total` lies."""
        return next(band for band in self.bands if total >= band.least)

    def band(self, total: float) -> str:
        """Name of the band in which `total` lies."""
        return self.band_of(total).name

    def layout(self, post: str) -> Layout:
        """The items of `post`; none where it is not scored."""
        return self._layouts.get(post, _NOTHING)

    @cached_property
    def _layouts(self) -> dict[str, Layout]:
        return {post: _layout(self, post) for post in POSTS}


_NOTHING = Layout((), {})


def _layout(rubric: Rubric, post: Post) -> Layout:
    slots = []
    for dimension in rubric.dimensions:
        items = [item for item in dimension.items if post in item.posts]
        points = sum(item.points for item in items)
        weight = dimension.weight_at(post)
        slots += [Slot(dimension, item, weight * item.points / points) for item in items]
    places = {
        code: at for at, slot in enumerate(slots) for code in (*slot.item.codes, *slot.item.unless)
    }
    return Layout(tuple(slots), places)


def load_rubric(path: Path, codes: Collection[str] | None) -> Rubric:
    """Read one profile and those that it extends.

    Args:
        path: the YAML file.
        codes: every public code, for items may name no other; None takes the codes as they are.

    Raises:
        ConfigError: with every fault, as ``file:line: where: what``.
    """
    return _rubric(path, lambda: resolved(path), codes)


def load_rubric_text(
    source: str, codes: Collection[str] | None = None, name: str = "rubric"
) -> Rubric:
    """A rubric again from its `source`, without files.

    Args:
        source: as `Rubric.source` gives it.
        codes: None takes the codes as they are: they were known when the rubric was made.
        name: what faults call it.

    Raises:
        ConfigError: with every fault, as ``name:line: where: what``.
    """
    path = Path(name)
    return _rubric(path, lambda: lifted(parse_source(path, source.encode())), codes)


def _rubric(path: Path, read: Callable[[], Part], codes: Collection[str] | None) -> Rubric:
    try:
        whole = read()
        profile = Profile.model_validate(whole.plain())
    except FaultyError as error:
        raise config_error(path, error.faults) from error
    except ValidationError as error:
        raise config_error(path, [whole.fault(*one) for one in complaints(error)]) from error
    found = [*contradictions(profile)]
    if codes is not None:
        found += unknown_codes(profile, codes)
    faults = [whole.fault(loc, message) for loc, message in found]
    if faults:
        raise config_error(path, faults)
    content = profile.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Rubric(
        **{name: getattr(profile, name) for name in Profile.model_fields},
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        source=yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000),
    )
