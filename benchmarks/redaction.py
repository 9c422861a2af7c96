"""What share of personal numbers, balances and names is masked, and of harmless numbers touched.

Usage: python benchmarks/redaction.py [--frames reported|development] [--each N] [--seed N] [--show]

Sentences are frames (benchmarks/redaction/*.yaml) filled with made-up numbers that have valid check
digits, said in many ways: written or spoken, in groups, with fillers, and one in four misheard (a digit
lost, changed, or heard as a word of the same sound). A number counts as masked where nothing is left to
read but its first three and last two digits (of fewer than ten: the last two); of balances and given
names nothing may be left. A harmless sentence is touched where one character of it is masked.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from svcscore.records import Role, Turn
from svcscore.testing.personal import HARMLESS, PERSONAL, Made
from svcscore.testing.records import make_turn
from svcscore.text.digits import MASK
from svcscore.text.redaction import masked_turns

FRAMES = Path(__file__).parent / "redaction"
_SLOT = re.compile(r"\{(\w+)(?:/(\d))?\}")
_LINE = re.compile(r"([柜客])：(.*)")
_ROLES = {"柜": Role.TELLER, "客": Role.CUSTOMER}
_Z = 1.96


@dataclass(slots=True)
class Sentence:
    """A filled frame: its turns, and for each thing said where its secret pieces are."""

    kind: str
    texts: list[str] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    secrets: list[list[tuple[int, int, int]]] = field(default_factory=list)
    """One list for each number; turn, start and end of each piece."""
    digits: bool = True
    times: int = 1
    """How often the whole number is said."""


def fill(frame: str | Sequence[str], rng: random.Random) -> Sentence:
    """`frame` with something drawn in every slot; parts of a number come from the same number."""
    lines = [frame] if isinstance(frame, str) else frame
    made: dict[str, Made] = {}
    sentence = Sentence(kind="harmless")
    said_parts: Counter[str | None] = Counter()
    for turn, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        role, rest = match.groups() if match else ("柜", line)
        sentence.roles.append(_ROLES[role])
        said, pieces, at = "", [], 0
        for slot in _SLOT.finditer(rest):
            said += rest[at : slot.start()]
            at = slot.end()
            kind, part = slot.groups()
            if kind in HARMLESS:
                said += HARMLESS[kind](rng)
                continue
            if kind not in made:
                made[kind] = PERSONAL[kind](rng)
            sentence.kind, sentence.digits = kind, made[kind].digits
            for text, secret in _part(made[kind], int(part) if part else None):
                if secret:
                    pieces.append((turn, len(said), len(said) + len(text)))
                said += text
            said_parts[part] += 1
        sentence.times = max(said_parts.values(), default=1)
        sentence.texts.append(said + rest[at:])
        if pieces:
            sentence.secrets.append(pieces)
    return sentence


def _part(made: Made, number: int | None) -> Iterator[tuple[str, bool]]:
    """All pieces, or those of the first, second or last (all that are left) part of three."""
    groups = made.groups
    if number is not None:
        groups = groups[number - 1 : number] if number < 3 else groups[2:]
        groups = (groups[0][0 if groups[0][0][1] else 1 :], *groups[1:]) if groups else ()
    for group in groups:
        yield from group


def masked(sentence: Sentence) -> list[str]:
    """What a report would show."""
    turns: list[Turn] = []
    start = 0.0
    for index, (text, role) in enumerate(zip(sentence.texts, sentence.roles, strict=True)):
        turns.append(make_turn(text, start=start, index=index, role=role))
        start = turns[-1].span.end + 0.5
    return list(masked_turns(turns))


def is_hidden(sentence: Sentence, shown: Sequence[str]) -> bool:
    """Whether nothing may be read of each number but its ends (in parts: of the whole number)."""
    pieces = [piece for secret in sentence.secrets for piece in secret]
    read = [any(char != MASK for char in shown[turn][start:end]) for turn, start, end in pieces]
    if not sentence.digits:
        return not any(read)
    count = sum(_digits(sentence.texts[turn][start:end]) for turn, start, end in pieces)
    # where both say the number, the ends of it may be read twice
    times = sentence.times if len(sentence.secrets) > 1 else 1
    return sum(read) <= (5 if count // times >= 10 else 2) * times


def _digits(piece: str) -> int:
    return {"两": 2, "三": 3, "四": 4}[piece[0]] if len(piece) > 1 else 1


def wilson(hits: int, of: int) -> str:
    """Share and its 95 % interval (Wilson)."""
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * (share * (1 - share) / of + _Z**2 / (4 * of**2)) ** 0.5
    return f"{hits}/{of} = {share:.1%} ({max(0, middle - half):.1%}–{min(1, middle + half):.1%})"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", choices=("reported", "development"), default="reported")
    parser.add_argument("--each", type=int, default=10, help="sentences of each frame")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--show", action="store_true", help="print what is missed or touched")
    given = parser.parse_args()
    frames = yaml.safe_load((FRAMES / f"{given.frames}.yaml").read_text("utf-8"))
    rng = random.Random(given.seed)
    results: dict[str, list[bool]] = defaultdict(list)
    whole: dict[str, list[bool]] = defaultdict(list)
    for group, each in frames.items():
        for frame in each:
            good = []
            for _ in range(given.each):
                sentence = fill(frame, rng)
                shown = masked(sentence)
                right = (
                    shown == sentence.texts if group == "harmless" else is_hidden(sentence, shown)
                )
                good.append(right)
                results[sentence.kind].append(right)
                if given.show and not right:
                    print(
                        f"{sentence.kind:9}{' | '.join(sentence.texts)}\n         {' | '.join(shown)}"
                    )
            whole[group].append(all(good))
    print(f"frames: {given.frames}, {given.each} sentences each, seed {given.seed}")
    for kind in PERSONAL:
        print(f"  {kind:10}masked  {wilson(sum(results[kind]), len(results[kind]))}")
    personal = [right for kind in PERSONAL for right in results[kind]]
    print(f"all personal  masked  {wilson(sum(personal), len(personal))}")
    touched = [not right for right in results["harmless"]]
    print(f"harmless      touched {wilson(sum(touched), len(touched))}")
    for group, each in whole.items():
        print(f"frames of {group} without a fault: {sum(each)}/{len(each)}")


if __name__ == "__main__":
    main()
