"""What must not be shown or heard of what people say: numbers, balances and names.

`find` looks at one text, `find_in_turns` also at numbers that go on in the next turn. Nothing here
judges anybody: whether saying a number aloud is a breach is up to the rules (`rules.kinds.entity`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from svcscore.records import Turn
from svcscore.spans import Span, hull, merge
from svcscore.text.addresses import addresses
from svcscore.text.balances import balances
from svcscore.text.digits import APART, MASK, TURN
from svcscore.text.names import names
from svcscore.text.numbers import numbers

GOES_ON = 15.0
"""Seconds of pause over which a number may still go on."""
PADDING = 0.25
"""Seconds silenced before and after: the recogniser's times of words are that loose."""
_JOINED = 0.5
"""Seconds between two silences in which a digit may have been missed."""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """Something personal in a text, from `start` up to `end`.

    `kind` is ``bank_card``, ``id_number``, ``phone_number``, ``code``, ``number`` (one of these, not
    known which), ``balance``, ``address`` or ``name``; `hidden` are the places of the characters to be masked.
    """

    start: int
    end: int
    kind: str
    hidden: tuple[int, ...]


def find(text: str) -> tuple[Found, ...]:
    """Everything personal in `text`, in order and without overlap."""
    found = [Found(start, end, "name", tuple(sorted(h))) for start, end, h in names(text)]
    found += [Found(start, end, "balance", tuple(sorted(h))) for start, end, h in balances(text)]
    found += [Found(start, end, "address", tuple(sorted(h))) for start, end, h in addresses(text)]
    taken = tuple((one.start, one.end) for one in found)
    found += [
        Found(one.start, one.end, one.kind, tuple(sorted(one.hidden)))
        for one in numbers(text, taken)
    ]
    return _apart(found)


def find_in_turns(turns: Sequence[Turn]) -> tuple[tuple[Found, ...], ...]:
    """What `find` finds in each of `turns`, and numbers that go on over several of them.

    A number may go on in the next turn, whoever speaks (one reads, the other repeats), or in the
    same speaker's next turn, whatever is said between.
    """
    found: list[list[Found]] = [list(find(turn.text)) for turn in turns]
    for thread in _threads(turns):
        for place, one in _found_over(thread, turns):
            found[place].append(one)
    return tuple(_apart(one) for one in found)


def masked(text: str, found: Iterable[Found]) -> str:
    """`text` with what is hidden of `found` masked; its length stays."""
    hidden = {place for one in found for place in one.hidden}
    return "".join(MASK if place in hidden else char for place, char in enumerate(text))


def masked_turns(turns: Sequence[Turn]) -> tuple[str, ...]:
    """The texts of `turns`, masked; their lengths stay."""
    found = find_in_turns(turns)
    return tuple(masked(turn.text, one) for turn, one in zip(turns, found, strict=True))


def mask_among(texts: Sequence[str], place: int) -> str:
    """`texts[place]` masked, where all were said one after another; its length stays.

    For a few turns of which neither times nor speakers are at hand; `masked_turns` knows them.
    """
    start = sum(len(text) + len(TURN) for text in texts[:place])
    whole = masked(TURN.join(texts), find(TURN.join(texts)))
    return masked(whole[start : start + len(texts[place])], find(texts[place]))


def redacted_spans(turns: Sequence[Turn]) -> tuple[Span, ...]:
    """The seconds in which something personal is said, in order and apart.

    A number is silenced whole, with the digits that stay readable; of a name only what is hidden.
    """
    spans = []
    for turn, found in zip(turns, find_in_turns(turns), strict=True):
        for one in found:
            within = (one.hidden[0], one.hidden[-1] + 1) if one.kind == "name" else None
            start, end = within or (one.start, one.end)
            said = list(_said(turn, start, end))
            if said:
                spans.append(hull(said).padded(PADDING))
    return merge(spans, gap=_JOINED)


def _said(turn: Turn, start: int, end: int) -> Iterator[Span]:
    """Times of the words that hold the characters from `start` up to `end`."""
    at = 0
    for word in turn.words:
        if at < end and at + len(word.text) > start:
            yield word.span
        at += len(word.text)


def _threads(turns: Sequence[Turn]) -> Iterator[list[int]]:
    everybody = list(range(len(turns)))
    yield everybody
    speakers = {turn.speaker for turn in turns}
    if len(speakers) > 1:
        for speaker in sorted(speakers):
            yield [place for place in everybody if turns[place].speaker == speaker]


def _found_over(thread: Sequence[int], turns: Sequence[Turn]) -> Iterator[tuple[int, Found]]:
    """What is found in the turns of `thread` said in one go, as pieces of each turn."""
    text, starts = _in_one(thread, turns)
    for one in find(text):
        for place, start in zip(thread, starts, strict=True):
            end = start + len(turns[place].text)
            hidden = tuple(at - start for at in one.hidden if start <= at < end)
            if one.start < end and one.end > start and (hidden or one.start < start):
                low, high = max(one.start, start) - start, min(one.end, end) - start
                yield place, Found(low, high, one.kind, hidden)


def _in_one(thread: Sequence[int], turns: Sequence[Turn]) -> tuple[str, list[int]]:
    text, starts = "", [0]
    for before, after in pairwise(thread):
        near = turns[after].span.start - turns[before].span.end <= GOES_ON
        text += turns[before].text + (TURN if near else APART)
        starts.append(len(text))
    return text + (turns[thread[-1]].text if thread else ""), starts[: len(thread)]


def _apart(found: Iterable[Found]) -> tuple[Found, ...]:
    """`found` in order; what overlaps becomes one that hides what each of them hides."""
    apart: list[Found] = []
    for one in sorted(found):
        last = apart[-1] if apart else None
        if last is None or one.start >= last.end:
            apart.append(one)
            continue
        hidden = tuple(sorted({*last.hidden, *one.hidden}))
        kind = one.kind if last.kind == "number" else last.kind
        apart[-1] = Found(last.start, max(last.end, one.end), kind, hidden)
    return tuple(one for one in apart if one.hidden)
