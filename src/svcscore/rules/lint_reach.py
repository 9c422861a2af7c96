"""Rules that can never say anything: the wrong post, no trigger, nothing left after exclusions."""

from __future__ import annotations

from collections.abc import Iterator

from svcscore.faults import Loc
from svcscore.phrases.index import SHORTEST_BY_SOUND
from svcscore.records import STAFF_ROLES, Kind, Polarity
from svcscore.rules.absence import POSTS, fits_post
from svcscore.rules.base import Part
from svcscore.rules.definition import (
    AnyRule,
    DutyRule,
    NearRule,
    OrderRule,
    PhraseRule,
    RepeatRule,
    TogetherRule,
    conditions,
)
from svcscore.rules.engine import SALON
from svcscore.rules.lint import Desk, Lint, listened, pieces_of
from svcscore.rules.scene import USUAL_STAFF
from svcscore.text.pinyin import syllables

_OPEN = frozenset({"staff", "any"})


def reach_doubts(desk: Desk) -> Iterator[Lint]:
    """Faults of reach of all rules."""
    for rule in desk.lexicon.rules:
        yield from _place(desk, rule)
        yield from _speaker(desk, rule)
        yield from _trigger(desk, rule)
        yield from _undone(desk, rule)


def kinds_of(rule: AnyRule) -> tuple[Kind, ...]:
    """Kinds of interactions in which `rule` is tried at all."""
    return tuple(
        kind
        for kind in Kind
        if kind.value in rule.kinds
        and fits_post(rule.code, kind)
        and (kind is not Kind.SALON or rule.code.startswith(SALON))
    )


def _place(desk: Desk, rule: AnyRule) -> Iterator[Lint]:
    if kinds_of(rule):
        return
    own = next((kind.value for prefix, kind in POSTS.items() if rule.code.startswith(prefix)), None)
    remedy = f"let `kinds` hold {own}" if own else "let `kinds` hold counter, lobby or manager"
    yield desk.doubt(
        rule, ("kinds",), "unreachable",
        f"{rule.code} never counts in kinds [{', '.join(rule.kinds)}]", remedy, fault=True,
    )  # fmt: skip


def _speaker(desk: Desk, rule: AnyRule) -> Iterator[Lint]:
    polarity = desk.lexicon.taxonomy.codes[rule.code].polarity
    if rule.by == "customer" and polarity is not Polarity.CUE:
        yield desk.doubt(
            rule, ("by",), "unreachable",
            f"a customer's words can be no {polarity.value} of the staff",
            "let `by` name staff, or choose a code that is a cue", fault=True,
        )  # fmt: skip
    post = next((kind for prefix, kind in POSTS.items() if rule.code.startswith(prefix)), None)
    names = {role.value for role in STAFF_ROLES}
    if post and rule.by in names and rule.by != USUAL_STAFF[post].value:
        yield desk.doubt(
            rule, ("by",), "unreachable",
            f"{rule.code} is a step of the {USUAL_STAFF[post].value}, not of the {rule.by}",
            f"by: staff, or by: {USUAL_STAFF[post].value}", fault=rule.by not in _OPEN,
        )  # fmt: skip


def _trigger(desk: Desk, rule: AnyRule) -> Iterator[Lint]:
    """Codes that a rule waits for, and that no rule finds before it is its turn."""
    mine = set(kinds_of(rule))
    for part, trigger in conditions(rule):
        if part.startswith("none"):
            continue  # what must not be heard is not waited for
        silent = []
        for number, pattern in enumerate(trigger.codes):
            codes = desk.lexicon.taxonomy.matching(pattern)
            makers = [
                other
                for other in desk.lexicon.rules
                if other.code in codes and _turn(other) < _turn(rule)
            ]
            if not makers:
                silent.append((number, f"no rule finds trigger code {pattern}"))
            elif mine and not any(mine.intersection(kinds_of(maker)) for maker in makers):
                silent.append((number, f"rules of trigger code {pattern} are for other kinds"))
        never = len(silent) == len(trigger.codes) and not trigger.phrases
        for number, what in silent:
            yield desk.doubt(
                rule, (*_loc(part), "codes", number), "unreachable",
                what + (", so nothing ever calls for it" if never else ""),
                f"write a rule of that code without conditions of its own, or {part}.phrases",
                fault=never,
            )  # fmt: skip


def _loc(part: Part) -> Loc:
    """Where a condition stands in its rule: ``steps 0`` is the first of `steps`."""
    name, _, number = part.partition(" ")
    return (name, int(number)) if number else (name,)


def _turn(rule: AnyRule) -> int:
    """When the engine concludes a rule: alone, after something, duties, what is put together."""
    if isinstance(rule, OrderRule | TogetherRule | RepeatRule):
        return 3
    if isinstance(rule, DutyRule):
        return 2
    return 1 if any(conditions(rule)) else 0


def _undone(desk: Desk, rule: AnyRule) -> Iterator[Lint]:
    """Phrases that hold what undoes them."""
    if not isinstance(rule, PhraseRule | NearRule | DutyRule | RepeatRule):
        return  # nothing undoes it, or an expression does
    undoing = [
        ("".join(pieces), near_miss)
        for near_miss in (*rule.unless, *getattr(rule, "unless_turn", ()))
        for pieces in pieces_of(near_miss)
        if len(pieces) == 1
    ]
    dead = []
    for loc, phrase in listened(rule):
        by = [
            next(
                (m for text, m in undoing if any(_in_sound(text, piece) for piece in pieces)), None
            )
            for pieces in pieces_of(phrase)
        ]
        if all(by):
            dead.append((loc, phrase, by[0]))
    lost = {loc for loc, _, _ in dead}
    lists = [loc[:-1] for loc, _ in listened(rule)]
    empty = any(
        all(loc in lost for loc, _ in listened(rule) if loc[:-1] == part) for part in set(lists)
    )
    # every group of a near rule is needed; of the others all phrases are gone, or some
    whole = empty if isinstance(rule, NearRule) else len(lost) == len(lists)
    for loc, phrase, near_miss in dead:
        yield desk.doubt(
            rule, loc, "undone", f"“{phrase}” holds the words or sounds of “{near_miss}”, which undoes it",
            "take one of the two out", fault=whole,
        )  # fmt: skip


def _in_sound(text: str, piece: str) -> bool:
    """Whether `piece` holds `text`, or syllables that cannot be told from it."""
    if text in piece:
        return True
    sought, held = syllables(text), syllables(piece)
    if len(sought) < SHORTEST_BY_SOUND:
        return False
    return any(held[at : at + len(sought)] == sought for at in range(len(held) - len(sought) + 1))
