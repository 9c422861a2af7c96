"""Phrases that sound alike: how often the one that was not said is found in place of the other.

    python benchmarks/alike.py [--model base] [--threads 2]

The pairs of `alike/pairs.txt`, written by hand. Both of each pair are said by made voices (the extra
``speech``), clearly and in a noisy lobby, and both are searched for with `svcscore.find`. Fired: the other
one is found where the one was said, with a probability of at least 0.5 (what a search shows) or 0.9 (from
which a breach is confirmed). Intervals: 95 %, Wilson. Nothing was tuned on these pairs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypinyin import lazy_pinyin
from scipy.stats import binomtest

from svcscore.find import find_in
from svcscore.hearing.saying import CONDITIONS, Said, Wording, recordings, say_with, sayings
from svcscore.hearing.speaker import Speaker
from svcscore.pipeline import Ears, load_ears
from svcscore.settings import settings

PAIRS = Path(__file__).parent / "alike" / "pairs.txt"
EDGE = 0.5
"""Seconds around an utterance in which a place is taken to be in it."""
LIMITS = (0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said, what was asked for there, and the highest probability of a place."""

    condition: str
    said: str
    asked: str
    probability: float


def pairs() -> dict[str, str]:
    """The partner of each phrase.

    Raises:
        ValueError: two of a pair sound the same, so nobody could tell them apart.
    """
    partners: dict[str, str] = {}
    for line in PAIRS.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        one, other = (part.strip() for part in line.split("|"))
        if lazy_pinyin(one, style=1) == lazy_pinyin(other, style=1):
            raise ValueError(f"{one} and {other} sound the same")
        partners.setdefault(one, other)
        partners.setdefault(other, one)
    return partners


def answers(said: Said, partners: dict[str, str], ears: Ears) -> Iterator[Answer]:
    """What is found where each phrase of a recording was said."""
    phrases = {saying.phrase for saying, _ in said.sayings}
    wanted = sorted(phrases | {partners[phrase] for phrase in phrases})
    found = find_in(said.samples[None], wanted, ears)
    for saying, span in said.sayings:
        for asked in (saying.phrase, partners[saying.phrase]):
            best = max(
                (
                    one.probability
                    for one in found
                    if one.phrase == asked
                    and span.start - EDGE < (one.span.start + one.span.end) / 2 < span.end + EDGE
                ),
                default=0.0,
            )
            yield Answer(
                condition=said.condition, said=saying.phrase, asked=asked, probability=best
            )


def kind(answer: Answer) -> str:
    """What the two phrases of a question have in common."""
    if answer.said == answer.asked:
        return "said"
    if answer.asked in answer.said:
        return "other, word for word a part of what was said"
    if lazy_pinyin(answer.asked) == lazy_pinyin(answer.said):
        return "other, differing in tones only"
    return "other"


def _share(chosen: list[Answer], limit: float) -> str:
    count = sum(answer.probability >= limit for answer in chosen)
    ends = binomtest(count, len(chosen)).proportion_ci(method="wilson")
    return f"{count}/{len(chosen)} = {count / len(chosen):.3f} [{ends.low:.3f}, {ends.high:.3f}]"


def main() -> None:
    """Say and ask for all pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    partners = pairs()
    ears = load_ears(settings(model=asked.model, workers=1))
    wanted = sayings([Wording(rule="", phrase=phrase) for phrase in partners], [0])
    made = recordings(wanted, say_with(Speaker(asked.threads)), CONDITIONS[:2])
    told = [answer for said in made for answer in answers(said, partners, ears)]
    print(f"{len(partners)} phrases of {PAIRS.name}, one made voice each")
    for condition in CONDITIONS[:2]:
        own = [answer for answer in told if answer.condition == condition.name]
        print(f"  {condition.name} ({condition.snr:g} dB)")
        for name in sorted({kind(answer) for answer in own}, reverse=True):
            chosen = [answer for answer in own if kind(answer) == name]
            shares = ", ".join(f">= {limit}: {_share(chosen, limit)}" for limit in LIMITS)
            print(f"    {name}: {shares}")
        wrong = [answer for answer in own if answer.said != answer.asked]
        shares = ", ".join(f">= {limit}: {_share(wrong, limit)}" for limit in LIMITS)
        print(f"    all others: {shares}")
    fired = [a for a in told if kind(a) == "other" and a.probability >= LIMITS[-1]]
    print("  fired:", "、".join(sorted({f"{a.asked} for {a.said}" for a in fired})))


if __name__ == "__main__":
    main()
