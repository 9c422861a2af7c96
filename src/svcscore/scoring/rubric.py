"""What a profile of `lexicons/profiles/` is: dimensions with weights, items with points, deductions.

The rubric knows no rule. It names public codes; which words earn or cost them is the lexicon's affair.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import fsum, isclose
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.faults import FaultyError, Loc, complaints, config_error, parse_source
from svcscore.scoring.inherit import Part, lifted, resolved

TOP = 100.0
Post = Literal["counter", "lobby", "manager"]
POSTS: tuple[Post, ...] = ("counter", "lobby", "manager")
Points = Annotated[float, Field(ge=0, le=TOP, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Title = Annotated[str, Field(min_length=1, max_length=40)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Model):
    """What is worth points: findings of `codes`, or the courtesy of what the staff say.

    `need: any` is earned where one of the findings is met; with `each`, every finding is a duty of
    its own, and the share that is met is earned.
    """

    id: Name
    title: Title
    points: float = Field(gt=0, le=TOP, allow_inf_nan=False)
    codes: tuple[str, ...] = ()
    courtesy: bool = False
    need: Literal["any", "each"] = "any"
    posts: tuple[Post, ...] = Field(default=POSTS, min_length=1)


class Dimension(_Model):
    """Items that are shown as one score; `weight` is its share of the whole."""

    name: Name
    title: Title
    weight: float = Field(gt=0, le=TOP, allow_inf_nan=False)
    items: tuple[Item, ...] = Field(min_length=1)


class Deduction(_Model):
    """What breaches of one severity cost: each `points`, together at most `cap`.

    Fewer than `repeats` of them cost nothing.
    """

    points: Points
    cap: Points
    repeats: int = Field(default=1, ge=1)


class RedLine(_Model):
    """What red lines cost; with one, the total is at most `ceiling`."""

    points: Points
    cap: Points
    ceiling: Points

    @property
    def repeats(self) -> int:
        """One is enough."""
        return 1


class Deductions(_Model):
    """What breaches cost, by severity."""

    minor: Deduction
    major: Deduction
    red_line: RedLine


class Band(_Model):
    """A name for totals from `least` up to the next band."""

    name: Title
    least: Points


class Profile(_Model):
    """One file of `profiles/`."""

    profile: Name
    title: Title
    version: int = Field(ge=1)
    about: str = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=1)
    courtesy_levels: tuple[Points, Points, Points, Points] = Field(
        description="what a rude, curt, polite and warm turn is worth, 0–100"
    )
    review_width: float = Field(
        gt=0, le=TOP, description="an interval wider than this many points asks for review"
    )
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    deductions: Deductions


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
    places: Mapping[str, tuple[int, ...]]
    """Numbers of the slots on which findings of a code bear."""


class Rubric(Profile):
    """A profile without parents, and what it is known by."""

    sha256: str
    """Of all that it says, its parents' part too; comments and order of keys do not count."""
    source: str
    """YAML that says the same without parents; from it comes an equal rubric with the same digest."""

    def band(self, total: float) -> str:
        """Name of the band in which `total` lies."""
        return next(band.name for band in self.bands if total >= band.least)

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
        slots += [Slot(dimension, item, dimension.weight * item.points / points) for item in items]
    places: dict[str, tuple[int, ...]] = {}
    for at, slot in enumerate(slots):
        for code in slot.item.codes:
            places[code] = (*places.get(code, ()), at)
    return Layout(tuple(slots), places)


def load_rubric(path: Path, codes: Collection[str]) -> Rubric:
    """Read one profile and those that it extends.

    Args:
        path: the YAML file.
        codes: every public code; items may name no other.

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
    found = (*_check(profile), *(_unknown(profile, codes) if codes is not None else ()))
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


def _check(profile: Profile) -> Iterator[tuple[Loc, str]]:
    """What is wrong between the fields, each of which is right by itself."""
    weights = fsum(dimension.weight for dimension in profile.dimensions)
    if not any(isclose(weights, whole, abs_tol=1e-6) for whole in (1.0, TOP)):
        yield ("dimensions",), f"the weights add up to {weights:g}; they must make 100 (or 1)"
    yield from _repeated(("dimensions",), "name", [d.name for d in profile.dimensions])
    yield from _repeated(("bands",), "name", [band.name for band in profile.bands])
    for at, (upper, lower) in enumerate(pairwise(profile.bands), 1):
        if lower.least >= upper.least:
            message = f"bands go from the best down; {lower.least:g} is not below {upper.least:g}"
            yield ("bands", at, "least"), message
    if profile.bands[-1].least != 0:
        yield ("bands", len(profile.bands) - 1, "least"), "the last band must begin at 0"
    for level, (worse, better) in enumerate(pairwise(profile.courtesy_levels), 1):
        if better < worse:
            yield ("courtesy_levels", level), "a kinder level must not be worth less"
    yield from _check_items(profile)
    yield from _check_deductions(profile.deductions)


def _check_items(profile: Profile) -> Iterator[tuple[Loc, str]]:
    for number, dimension in enumerate(profile.dimensions):
        here: Loc = ("dimensions", number, "items")
        yield from _repeated(here, "id", [item.id for item in dimension.items])
        for at, item in enumerate(dimension.items):
            if bool(item.codes) == item.courtesy:
                yield (*here, at), "an item has either codes or courtesy: true"
            if len(set(item.codes)) != len(item.codes):
                yield (*here, at, "codes"), "a code stands twice"
            if len(set(item.posts)) != len(item.posts):
                yield (*here, at, "posts"), "a post stands twice"
    items = [item for dimension in profile.dimensions for item in dimension.items]
    for post in POSTS:
        if not any(post in item.posts for item in items):
            yield ("dimensions",), f"no item is for {post!r}"


def _check_deductions(deductions: Deductions) -> Iterator[tuple[Loc, str]]:
    minor, major, red_line = deductions.minor, deductions.major, deductions.red_line
    for name, deduction in (("minor", minor), ("major", major), ("red_line", red_line)):
        if deduction.cap < deduction.points:
            message = f"the cap {deduction.cap:g} is less than one costs ({deduction.points:g})"
            yield ("deductions", name, "cap"), message
    if not minor.points <= major.points <= red_line.points:
        yield ("deductions",), "what is worse must not cost less: minor ≤ major ≤ red_line"


def _unknown(profile: Profile, codes: Collection[str]) -> Iterator[tuple[Loc, str]]:
    for number, dimension in enumerate(profile.dimensions):
        for at, item in enumerate(dimension.items):
            for place, code in enumerate(item.codes):
                if code in codes:
                    continue
                close = difflib.get_close_matches(code, codes, 1)
                hint = f", did you mean {close[0]!r}?" if close else ""
                loc = ("dimensions", number, "items", at, "codes", place)
                yield loc, f"unknown code {code!r}{hint}"


def _repeated(loc: Loc, key: str, names: list[str]) -> Iterator[tuple[Loc, str]]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield (*loc, at, key), f"{key} {name!r} stands twice"
