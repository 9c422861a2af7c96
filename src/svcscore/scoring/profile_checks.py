"""What is wrong between the fields of a profile, each of which is right by itself."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from math import fsum, isclose

from svcscore.faults import Loc
from svcscore.scoring.profile import MEANS, POSTS, TOP, Deductions, Profile

Found = Iterator[tuple[Loc, str]]


def contradictions(profile: Profile) -> Found:
    """Faults that need no knowledge of the lexicon."""
    yield from _check_weights(profile)
    yield from _repeated(("dimensions",), "name", [d.name for d in profile.dimensions])
    yield from _check_bands(profile)
    for level, (worse, better) in enumerate(pairwise(profile.courtesy_levels), 1):
        if better < worse:
            yield ("courtesy_levels", level), "a kinder level must not be worth less"
    yield from _check_items(profile)
    yield from _check_orders(profile)
    yield from _check_codes(profile)
    yield from _check_deductions(profile.deductions)
    yield from _check_ceilings(profile)


def unknown_codes(profile: Profile, codes: Collection[str]) -> Found:
    """Codes that the taxonomy does not have."""
    for loc, code in _named(profile):
        if code not in codes:
            yield loc, f"unknown code {code!r}{hint(code, codes)}"


def hint(name: str, known: Collection[str]) -> str:
    """The nearest name that is known, as the end of a message."""
    close = difflib.get_close_matches(name, known, 1)
    return f", did you mean {close[0]!r}?" if close else ""


def _check_weights(profile: Profile) -> Found:
    weights = fsum(dimension.weight for dimension in profile.dimensions)
    if not any(isclose(weights, whole, abs_tol=1e-6) for whole in (1.0, TOP)):
        yield ("dimensions",), f"the weights add up to {weights:g}; they must make 100 (or 1)"
        return
    for post in POSTS:
        there = fsum(dimension.weight_at(post) for dimension in profile.dimensions)
        if not isclose(there, weights, abs_tol=1e-6):
            changed = [n for n, d in enumerate(profile.dimensions) if getattr(d.at, post)]
            loc: Loc = ("dimensions", changed[0], "at", post)
            yield loc, f"at {post!r} the weights add up to {there:g}; they must make {weights:g}"


def _check_bands(profile: Profile) -> Found:
    yield from _repeated(("bands",), "name", [band.name for band in profile.bands])
    for at, (upper, lower) in enumerate(pairwise(profile.bands), 1):
        if lower.least >= upper.least:
            message = f"bands go from the best down; {lower.least:g} is not below {upper.least:g}"
            yield ("bands", at, "least"), message
        if upper.means and lower.means and MEANS.index(lower.means) < MEANS.index(upper.means):
            yield ("bands", at, "means"), f"{lower.means!r} stands below {upper.means!r}"
    if profile.bands[-1].least != 0:
        yield ("bands", len(profile.bands) - 1, "least"), "the last band must begin at 0"
    said = [band.means is not None for band in profile.bands]
    if any(said) and not all(said):
        yield ("bands", said.index(False)), "either all bands say what they mean, or none"


def _check_items(profile: Profile) -> Found:
    for number, dimension in enumerate(profile.dimensions):
        here: Loc = ("dimensions", number, "items")
        yield from _repeated(here, "id", [item.id for item in dimension.items])
        for at, item in enumerate(dimension.items):
            if [bool(item.codes), bool(item.unless), item.courtesy].count(True) != 1:
                yield (*here, at), "an item has either codes or courtesy: true (or unless)"
            if len(set(item.posts)) != len(item.posts):
                yield (*here, at, "posts"), "a post stands twice"
    items = [item for dimension in profile.dimensions for item in dimension.items]
    for post in POSTS:
        if not any(post in item.posts for item in items):
            yield ("dimensions",), f"no item is for {post!r}"


def _check_orders(profile: Profile) -> Found:
    for number, dimension in enumerate(profile.dimensions):
        own = {code for item in dimension.items for code in item.codes}
        seen: set[str] = set()
        for at, order in enumerate(dimension.orders):
            for step, code in enumerate(order.steps):
                loc: Loc = ("dimensions", number, "orders", at, "steps", step)
                if code not in own:
                    yield loc, f"no item of {dimension.name} is about {code!r}{hint(code, own)}"
                if code in seen:
                    yield loc, f"{code!r} stands in an order already"
                seen.add(code)


def _check_codes(profile: Profile) -> Found:
    """A code counts in one place only: what it earns or costs must have one line of the account."""
    places: dict[tuple[str, str], Loc] = {}
    for loc, code in _named(profile):
        posts: Sequence[str] = POSTS
        if loc[0] == "dimensions":
            item = profile.dimensions[int(loc[1])].items[int(loc[3])]
            posts = item.posts
        taken = [places[post, code] for post in posts if (post, code) in places]
        if any(other[:-1] == loc[:-1] for other in taken):
            yield loc, f"a code stands twice: {code!r}"
        elif taken:
            yield loc, f"{code!r} counts already in {'.'.join(map(str, taken[0][:-2]))}"
        for post in posts:
            places.setdefault((post, code), loc)


def _check_deductions(deductions: Deductions) -> Found:
    minor, major, red_line = deductions.minor, deductions.major, deductions.red_line
    for name, deduction in (("minor", minor), ("major", major), ("red_line", red_line)):
        if deduction.cap < deduction.points:
            message = f"the cap {deduction.cap:g} is less than one costs ({deduction.points:g})"
            yield ("deductions", name, "cap"), message
    if not minor.points <= major.points <= red_line.points:
        yield ("deductions",), "what is worse must not cost less: minor ≤ major ≤ red_line"
    names = ["minor", "major", "red_line"]
    for at, group in enumerate(deductions.groups):
        loc: Loc = ("deductions", "groups", at)
        if group.id in names:
            yield (*loc, "id"), f"id {group.id!r} stands twice"
        if group.cap < group.points:
            message = f"the cap {group.cap:g} is less than one costs ({group.points:g})"
            yield (*loc, "cap"), message
        names.append(group.id)


def _check_ceilings(profile: Profile) -> Found:
    names = [dimension.name for dimension in profile.dimensions]
    ceilings = profile.deductions.red_line.dimensions
    loc: Loc = ("deductions", "red_line", "dimensions")
    yield from _repeated(loc, "name", [one.name for one in ceilings])
    for at, one in enumerate(ceilings):
        if one.name not in names:
            yield (*loc, at, "name"), f"there is no dimension {one.name!r}{hint(one.name, names)}"


def _named(profile: Profile) -> Iterator[tuple[Loc, str]]:
    """Every code that the profile names, and where."""
    for number, dimension in enumerate(profile.dimensions):
        for at, item in enumerate(dimension.items):
            for key, codes in (("codes", item.codes), ("unless", item.unless)):
                for place, code in enumerate(codes):
                    yield ("dimensions", number, "items", at, key, place), code
    for at, group in enumerate(profile.deductions.groups):
        for place, code in enumerate(group.codes):
            yield ("deductions", "groups", at, "codes", place), code


def _repeated(loc: Loc, key: str, names: list[str]) -> Found:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield (*loc, at, key), f"{key} {name!r} stands twice"
