"""What reviewed hits of one rule suggest: exclusions, new phrases, a threshold. Nothing is adopted.

Suggestions are made on one half of the interactions; only the other half tells what they are worth,
for so many n-grams are looked at that some differ by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from svcscore.decisions import Decision, Review
from svcscore.phrases.index import SHORTEST_BY_SOUND
from svcscore.records import Status
from svcscore.rules.definition import AnyRule, DutyRule, MeaningRule, MeasureRule, PhraseRule
from svcscore.rules.lint import listened, pieces_of
from svcscore.spans import Span
from svcscore.text.normalise import normalise

ENOUGH = 10
"""Reviewed hits of a rule in the tuning half from which on something is suggested."""
LEAST = 3
"""Interactions whose overturned turns hold an n-gram, from which on it may exclude."""
OFTEN = 2
"""Interactions in which people confirmed the same likeness, before it becomes a phrase."""
SURE = 1.645
"""Log-odds in standard errors from which on an n-gram tells wrong turns from right ones."""
SIZES = range(2, 9)
"""Characters of an n-gram."""
MOST = 5
"""Exclusions suggested at once."""
BETA = 0.5
"""Of the F-score by which a threshold is chosen: precision weighs twice as much as recall."""
_GAIN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place where a rule heard something, and what a person decided about it."""

    interaction_id: str
    finding_id: str
    rule: str
    code: str
    review: Review
    probability: float
    status: Status
    exact: bool
    span: Span
    heard: str
    """Normalised; empty where a part of it is masked."""
    said: tuple[str, ...]
    """The whole turn, normalised, cut where something is masked."""
    weight: float = 1.0

    @property
    def right(self) -> bool:
        """Whether the person confirmed it; what nothing called for is wrong."""
        return self.review.decision is Decision.CONFIRM

    @property
    def stated(self) -> bool:
        """Whether the rule holds to it."""
        return self.status is not Status.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An n-gram of overturned turns that no confirmed one holds."""

    text: str
    field: str
    """``unless`` where it holds what was heard and more, else ``unless_turn``."""
    wrong: int
    """Overturned hits of the tuning half whose turns hold it."""
    log_odds: float
    """With half a turn added to each count (Haldane 1956, Anscombe 1956)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhrase:
    """What was heard where people confirmed a likeness."""

    text: str
    confirmed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to change in one rule."""

    exclusions: tuple[Exclusion, ...]
    phrases: tuple[NewPhrase, ...]
    least: float | None
    """Probability under which hits are rejected; None where no such limit helps."""

    @property
    def empty(self) -> bool:
        """Whether nothing is suggested."""
        return not (self.exclusions or self.phrases) and self.least is None

    def applied(self, rule: AnyRule) -> AnyRule:
        """`rule` with what is proposed."""
        changed: dict[str, object] = {}
        for name in ("unless", "unless_turn"):
            if more := tuple(one.text for one in self.exclusions if one.field == name):
                changed[name] = (*getattr(rule, name), *more)
        if self.phrases and isinstance(rule, PhraseRule | DutyRule):
            changed["phrases"] = (*rule.phrases, *(one.text for one in self.phrases))
        if self.least is not None:
            changed["least"] = self.least
        return rule.model_copy(update=changed)


def suggest(rule: AnyRule, hits: Sequence[Hit]) -> Proposal:
    """What the reviewed `hits` of the tuning half suggest for `rule`."""
    stated = [hit for hit in hits if hit.stated]
    excluding = exclusions(rule, stated)
    left = [hit for hit in stated if not any(_holds(hit, one.text) for one in excluding)]
    return Proposal(exclusions=excluding, phrases=new_phrases(rule, hits), least=threshold(left))


def threshold(hits: Sequence[Hit]) -> float | None:
    """The probability that parts right hits from wrong ones best, by the F-score with `BETA`.

    Halfway between the hits on its two sides; the lowest of equals. None where it gains too little.
    """
    values = sorted({hit.probability for hit in hits})
    best, chosen = _score(hits, 0.0) + _GAIN, None
    for below, above in pairwise(values):
        score = _score(hits, above)
        if score > best:
            best, chosen = score, round((below + above) / 2, 4)
    return chosen


def _score(hits: Sequence[Hit], least: float) -> float:
    """F-score of keeping the hits from `least` on, by their weights (van Rijsbergen 1979)."""
    right = sum(hit.weight for hit in hits if hit.right)
    kept = sum(hit.weight for hit in hits if hit.probability >= least)
    kept_right = sum(hit.weight for hit in hits if hit.right and hit.probability >= least)
    under = kept + BETA**2 * right
    return (1 + BETA**2) * kept_right / under if under else 0.0


def exclusions(rule: AnyRule, hits: Sequence[Hit]) -> tuple[Exclusion, ...]:
    """N-grams of overturned turns that no confirmed turn and no example of the rule holds."""
    if isinstance(rule, MeaningRule | MeasureRule):
        return ()
    right = [hit for hit in hits if hit.right]
    wrong = [hit for hit in hits if not hit.right]
    barred = {gram for hit in right for gram in _grams(hit.said)}
    barred |= {gram for hit in hits for gram in _grams((hit.heard,))}
    barred |= {gram for text in _texts(rule, examples=True) for gram in _grams((text,))}
    grams = {(hit.finding_id): _grams(hit.said) - barred for hit in wrong}
    found: list[Exclusion] = []
    left = list(wrong)
    while len(found) < MOST:
        one = _best(rule, left, grams, len(wrong), len(right))
        if one is None:
            break
        found.append(one)
        left = [hit for hit in left if one.text not in grams[hit.finding_id]]
    return tuple(found)


def _best(
    rule: AnyRule, left: Sequence[Hit], grams: dict[str, set[str]], wrong: int, right: int
) -> Exclusion | None:
    """The n-gram that most of the turns in `left` hold; of equals the longest."""
    homes: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for hit in left:
        for gram in grams[hit.finding_id]:
            homes.setdefault(gram, set()).add(hit.interaction_id)
            counts[gram] += 1
    common = [gram for gram, places in homes.items() if len(places) >= LEAST]
    for gram in sorted(common, key=lambda gram: (-counts[gram], -len(gram), gram)):
        log_odds, error = _log_odds(counts[gram], wrong, 0, right)
        field = _field(rule, gram, left)
        if log_odds >= SURE * error and field:
            return Exclusion(
                text=gram, field=field, wrong=counts[gram], log_odds=round(log_odds, 2)
            )
    return None


def _field(rule: AnyRule, gram: str, hits: Sequence[Hit]) -> str:
    """The list of `rule` that the n-gram belongs to; empty where it has none."""
    if isinstance(getattr(rule, "unless", None), tuple):
        held = [hit for hit in hits if _holds(hit, gram)]
        if all(hit.heard and hit.heard in gram for hit in held):
            return "unless"
    return "unless_turn" if "unless_turn" in type(rule).model_fields else ""


def _log_odds(a: int, of_a: int, b: int, of_b: int) -> tuple[float, float]:
    """How much rather one of `of_a` holds it than one of `of_b`, and its standard error."""
    cells = (a + 0.5, of_a - a + 0.5, b + 0.5, of_b - b + 0.5)
    value = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return value, math.sqrt(sum(1 / cell for cell in cells))


def new_phrases(rule: AnyRule, hits: Sequence[Hit]) -> tuple[NewPhrase, ...]:
    """What was heard in confirmed likenesses, and in no wrong hit; the most frequent first."""
    if not isinstance(rule, PhraseRule | DutyRule):
        return ()
    known = {"".join(pieces) for _, phrase in listened(rule) for pieces in pieces_of(phrase)}
    undone = tuple(_texts(rule, examples=False))
    wrong = {hit.heard for hit in hits if not hit.right}
    homes: dict[str, set[str]] = {}
    for hit in hits:
        if hit.right and not hit.exact and len(hit.heard) >= SHORTEST_BY_SOUND:
            homes.setdefault(hit.heard, set()).add(hit.interaction_id)
    found = [
        NewPhrase(text=text, confirmed=len(places))
        for text, places in homes.items()
        if len(places) >= OFTEN
        and text not in wrong | known
        and not any(text in other for other in undone)
    ]
    return tuple(sorted(found, key=lambda one: (-one.confirmed, one.text)))


def _texts(rule: AnyRule, *, examples: bool) -> Iterable[str]:
    """What the rule's examples, or its counter-examples, say; normalised."""
    for dialogue in rule.examples if examples else rule.counter_examples:
        for _, text in dialogue.turns:
            yield normalise(text).text


def _grams(parts: Iterable[str]) -> set[str]:
    return {
        part[at : at + size]
        for part in parts
        for size in SIZES
        for at in range(len(part) - size + 1)
    }


def _holds(hit: Hit, text: str) -> bool:
    return any(text in part for part in hit.said)
