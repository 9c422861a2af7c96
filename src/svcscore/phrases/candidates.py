"""Where phrases of the lexicon may have been said, by text and by sound; the first witness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from svcscore.phrases.index import RECOGNISED, STATED, Hit, PhraseIndex
from svcscore.phrases.pattern import GAP_CHARS, Variant, expand
from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import syllables


class Place(NamedTuple):
    """A phrase in a turn: normalised characters ``start``–``end`` of the turn at position `turn`.

    A tuple, not a dataclass: an interaction has thousands, and these are made three times as fast.
    """

    turn: int
    start: int
    end: int
    phrase: str
    """The plain form of the phrase that was found, as the lexicon writes it."""
    cost: float
    """Per syllable, 0–1; 0 where every syllable is the same."""
    exact: bool
    pieces: tuple[tuple[int, int], ...]
    """Where its pieces lie; more than one where the phrase has gaps."""

    def overlaps(self, other: Place) -> bool:
        """Whether the two share a character."""
        return self.turn == other.turn and self.start < other.end and other.start < self.end

    @property
    def rank(self) -> tuple[bool, float, int]:
        """The better of two places at the same words comes first: text, then sound, then length."""
        return (not self.exact, self.cost, self.start - self.end)


class PhraseSearch:
    """Phrases in the syntax of `pattern`, prepared once and then searched in many texts.

    Args:
        phrases: what to look for.
        negators: syllables that turn a meaning round; what was heard must hold as many as the
            phrase, so that 不保本 is never taken for 保本.
    """

    def __init__(self, phrases: Iterable[str], negators: Collection[str]) -> None:
        self._variants = {phrase: expand(phrase) for phrase in dict.fromkeys(phrases)}
        self._negators = frozenset(negators)
        pieces = {
            piece: None
            for variants in self._variants.values()
            for variant in variants
            for piece in variant.pieces
        }
        self._index = PhraseIndex(tuple(pieces))
        self._users: dict[str, list[tuple[str, Variant, str]]] = defaultdict(list)
        for phrase, variants in self._variants.items():
            for variant in variants:
                shown = "…".join(variant.plain)
                self._users[variant.pieces[0]].append((phrase, variant, shown))
        self._turns = {piece: sum(map(syllables(piece).count, self._negators)) for piece in pieces}

    def find(self, texts: Sequence[Normalised], *, stated: bool) -> dict[str, tuple[Place, ...]]:
        """Places of every phrase that has any, in the order of the text, none overlapping.

        Text that is `stated` was written by somebody; other text was recognised.
        """
        negations = [self._negations(syllables(text.text)) for text in texts]
        limits = STATED if stated else RECOGNISED
        hits: dict[str, list[Hit]] = {}
        for piece, found in self._index.search(texts, limits).items():
            turns = self._turns[piece]
            kept = [hit for hit in found if hit.exact or _between(negations, hit) == turns]
            if kept:
                hits[piece] = kept
        places: dict[str, list[Place]] = defaultdict(list)
        for piece, first in hits.items():
            for phrase, variant, shown in self._users.get(piece, ()):
                if len(variant.pieces) == 1:
                    places[phrase] += [_place_of(hit, shown) for hit in first]
                else:
                    chains = _chains(variant.pieces, hits)
                    places[phrase] += [_place(variant, shown, chain) for chain in chains]
        return {phrase: _apart(found) for phrase, found in sorted(places.items()) if found}

    def _negations(self, units: Sequence[str]) -> list[int]:
        """How many of the first units turn the meaning round, for none of them, one, and so on."""
        return list(accumulate((unit in self._negators for unit in units), initial=0))


def _between(negations: Sequence[Sequence[int]], hit: Hit) -> int:
    turn = negations[hit.turn]
    return turn[hit.end] - turn[hit.start]


def _chains(pieces: tuple[str, ...], hits: dict[str, list[Hit]]) -> Iterator[tuple[Hit, ...]]:
    """Hits of all `pieces` in order, each at most `GAP_CHARS` after the one before."""
    for first in hits[pieces[0]]:
        chain = [first]
        for piece in pieces[1:]:
            last = chain[-1]
            following = [
                hit
                for hit in hits.get(piece, ())
                if hit.turn == last.turn and 0 <= hit.start - last.end <= GAP_CHARS
            ]
            if not following:
                break
            chain.append(following[0])
        else:
            yield tuple(chain)


def _place_of(hit: Hit, shown: str) -> Place:
    cost = 0.0 if hit.exact else hit.cost
    span = (hit.start, hit.end)
    return Place(hit.turn, hit.start, hit.end, shown, cost, hit.exact, (span,))


def _place(variant: Variant, shown: str, chain: tuple[Hit, ...]) -> Place:
    exact = all(hit.exact for hit in chain)
    sizes = [len(piece) for piece in variant.pieces]
    spent = 0.0 if exact else sum(h.cost * n for h, n in zip(chain, sizes, strict=True))
    return Place(
        turn=chain[0].turn,
        start=chain[0].start,
        end=chain[-1].end,
        phrase=shown,
        cost=spent / sum(sizes),
        exact=exact,
        pieces=tuple((hit.start, hit.end) for hit in chain),
    )


def _apart(places: list[Place]) -> tuple[Place, ...]:
    """The best of places that overlap, in the order of the text."""
    if len(places) == 1:
        return tuple(places)
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p.rank, p.turn, p.start, p.phrase)):
        if not any(place.overlaps(other) for other in kept):
            kept.append(place)
    return tuple(sorted(kept, key=lambda p: (p.turn, p.start)))
