"""Where phrases of the lexicon may have been said, by text and by sound; the first witness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from svcscore.phrases.index import RECOGNISED, STATED, Hit, PhraseIndex
from svcscore.phrases.pattern import GAP_CHARS, Variant, expand
from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import syllables


@dataclass(frozen=True, slots=True)
class Place:
    """A phrase in a turn: normalised characters ``start``–``end`` of the turn at position `turn`."""

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
        self._users: dict[str, list[tuple[str, Variant]]] = defaultdict(list)
        for phrase, variants in self._variants.items():
            for variant in variants:
                self._users[variant.pieces[0]].append((phrase, variant))

    def find(self, texts: Sequence[Normalised], *, stated: bool) -> dict[str, tuple[Place, ...]]:
        """Places of every phrase that has any, in the order of the text, none overlapping.

        Text that is `stated` was written by somebody; other text was recognised.
        """
        heard = [syllables(text.text) for text in texts]
        hits = {
            piece: kept
            for piece, found in self._index.search(texts, STATED if stated else RECOGNISED).items()
            if (kept := [hit for hit in found if self._holds(piece, hit, heard[hit.turn])])
        }
        found: dict[str, list[Place]] = defaultdict(list)
        for piece in hits:
            for phrase, variant in self._users[piece]:
                for chain in _chains(variant.pieces, hits):
                    found[phrase].append(_place(variant, chain))
        return {phrase: _apart(places) for phrase, places in sorted(found.items())}

    def _holds(self, piece: str, hit: Hit, turn: Sequence[str]) -> bool:
        """Whether what was heard turns the meaning round as often as `piece` does."""
        if hit.exact:
            return True
        return self._negations(turn[hit.start : hit.end]) == self._negations(syllables(piece))

    def _negations(self, units: Sequence[str]) -> int:
        return sum(unit in self._negators for unit in units)


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


def _place(variant: Variant, chain: tuple[Hit, ...]) -> Place:
    exact = all(hit.exact for hit in chain)
    sizes = [len(piece) for piece in variant.pieces]
    spent = 0.0 if exact else sum(h.cost * n for h, n in zip(chain, sizes, strict=True))
    return Place(
        turn=chain[0].turn,
        start=chain[0].start,
        end=chain[-1].end,
        phrase="…".join(variant.plain),
        cost=spent / sum(sizes),
        exact=exact,
        pieces=tuple((hit.start, hit.end) for hit in chain),
    )


def _apart(places: list[Place]) -> tuple[Place, ...]:
    """The best of places that overlap, in the order of the text."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p.rank, p.turn, p.start, p.phrase)):
        if not any(place.overlaps(other) for other in kept):
            kept.append(place)
    return tuple(sorted(kept, key=lambda p: (p.turn, p.start)))
