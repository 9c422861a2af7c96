"""Any phrase in speech: how many spoken ones are found, at how many false alarms an hour.

    python benchmarks/phrases.py FOLDER... [--phrases 300] [--list 20] [--seed 1] [--picture PNG]

Folders as for `cer.py`. Phrases are stretches of 4-6 characters within a clause of the references, drawn
at random; each is searched for in every recording with `svcscore.find`, as `svcscore phrases find` does.
It was said in a recording whose reference holds it; where the reference holds only its sound (toneless
syllables), the recording is left out for it. False alarms are counted for a list of `--list` phrases: of
all places above the threshold in recordings that do not hold the phrase, how many fall to one hour and
that many phrases. The threshold is the loosest with at most the false alarms asked for, so recall is at
its best; recall at the fixed threshold of 0.5 is beside it. Intervals: 95 %, bootstrap over recordings.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cer import clips
from svcscore.find import Found, find_phrases
from svcscore.intake.discover import discover
from svcscore.pipeline import Ears, load_ears
from svcscore.records import Match
from svcscore.settings import settings
from svcscore.text.normalise import normalise, simplify
from svcscore.text.pinyin import syllables

BINS = 10
ALLOWED = (1.0, 5.0, 20.0)
"""False alarms an hour at which recall is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One recording: its seconds, and whether each phrase was said in it (None: only its sound)."""

    name: str
    seconds: float
    said: tuple[bool | None, ...]
    best: tuple[float, ...]
    """Of each phrase the highest probability of a place; 0 where there is none."""
    exact: tuple[bool, ...]
    """Whether the transcript has each phrase word for word."""
    places: tuple[tuple[int, float], ...]
    """Phrase and probability of every place."""


def drawn(texts: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """Phrases of 4-6 characters out of clauses of `texts`, without repeats."""
    draw = random.Random(seed)
    clauses = [
        clause
        for text in texts
        for clause in re.findall(r"[\u4e00-\u9fff]+", simplify(text))
        if len(clause) >= 4
    ]
    found: dict[str, None] = {}
    for _ in range(50 * count):
        clause = draw.choice(clauses)
        length = min(len(clause), draw.randint(4, 6))
        start = draw.randrange(len(clause) - length + 1)
        phrase = clause[start : start + length]
        if len(normalise(phrase).text) == length:  # no filler in it
            found.setdefault(phrase)
        if len(found) == count:
            break
    return tuple(found)


def searched(folder: Path, count: int, seed: int, ears: Ears) -> Iterator[Clip]:
    """Every recording of a folder with what was found in it."""
    heard = list(clips(folder))
    phrases = drawn([clip.said for clip in heard], count, seed)
    print(f"{folder.name}: {len(phrases)} phrases in {len(heard)} recordings", flush=True)
    numbers = {phrase: number for number, phrase in enumerate(phrases)}
    sounds = [" ".join(syllables(normalise(phrase).text)) for phrase in phrases]
    for clip in heard:
        (item,) = discover([str(folder / clip.name)]).items
        found = find_phrases(item, "0" * 64, phrases, ears)
        sound = f" {' '.join(syllables(clip.text))} "
        said = [
            True
            if normalise(phrase).text in clip.text
            else None
            if f" {sounds[number]} " in sound
            else False
            for number, phrase in enumerate(phrases)
        ]
        yield _clip(clip.name, clip.samples.size / 16_000, said, found, numbers)


def _clip(
    name: str,
    seconds: float,
    said: Sequence[bool | None],
    found: Sequence[Found],
    numbers: dict[str, int],
) -> Clip:
    best, exact = [0.0] * len(said), [False] * len(said)
    for one in found:
        number = numbers[one.phrase]
        best[number] = max(best[number], one.probability)
        exact[number] |= one.match is Match.EXACT
    return Clip(
        name=name,
        seconds=seconds,
        said=tuple(said),
        best=tuple(best),
        exact=tuple(exact),
        places=tuple((numbers[one.phrase], one.probability) for one in found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Recall and false alarms an hour (for a list) at thresholds that fall."""

    thresholds: np.ndarray
    recall: np.ndarray
    alarms: np.ndarray

    def recall_at(self, alarms: float) -> float:
        """The highest recall at no more than so many false alarms an hour."""
        return float(self.recall[self.alarms <= alarms].max(initial=0.0))


def curve(heard: Sequence[Clip], of_list: int) -> Curve:
    """The trade between misses and false alarms."""
    spoken = np.array([b for c in heard for s, b in zip(c.said, c.best, strict=True) if s])
    false = np.array([p for c in heard for n, p in c.places if c.said[n] is False])
    thresholds = np.unique(np.concatenate([spoken, false, [0.5]]))[::-1]
    thresholds = thresholds[thresholds > 0]
    trials = sum(c.seconds * sum(s is False for s in c.said) for c in heard) / 3600 / of_list
    return Curve(
        thresholds=thresholds,
        recall=np.array([(spoken >= t).mean() for t in thresholds]),
        alarms=np.array([(false >= t).sum() / trials for t in thresholds]),
    )


def calibration(heard: Sequence[Clip]) -> tuple[float, int]:
    """Expected calibration error over places, in tenths; and how many places.

    Where a phrase was said, its most probable place is the right one, and the others are wrong.
    """
    pairs = []
    for clip in heard:
        right: set[int] = set()
        for number, probability in sorted(clip.places, key=lambda p: -p[1]):
            if clip.said[number] is None:
                continue
            first = bool(clip.said[number]) and number not in right
            right.add(number)
            pairs.append((probability, first))
    told, true = np.array(pairs, float).T
    which = np.minimum((told * BINS).astype(int), BINS - 1)
    gaps = [
        abs(told[which == b].mean() - true[which == b].mean()) * (which == b).mean()
        for b in range(BINS)
        if (which == b).any()
    ]
    for b in range(BINS):
        if (which == b).any():
            inside = which == b
            print(
                f"    told {told[inside].mean():.2f}, true {true[inside].mean():.2f} of {inside.sum()}"
            )
    return float(sum(gaps)), len(pairs)


def _interval(heard: Sequence[Clip], of_list: int, alarms: float) -> tuple[float, float]:
    random_ = np.random.default_rng(1)
    values = [
        curve([heard[i] for i in random_.integers(0, len(heard), len(heard))], of_list).recall_at(
            alarms
        )
        for _ in range(200)
    ]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def told(heard: Sequence[Clip], of_list: int, picture: Path | None) -> None:
    """Print the figures of one folder."""
    trade = curve(heard, of_list)
    hours = sum(clip.seconds for clip in heard) / 3600
    spoken = sum(said is True for clip in heard for said in clip.said)
    print(f"  {60 * hours:.1f} minutes, {spoken} times that a phrase was said")
    text = [e for c in heard for s, e in zip(c.said, c.exact, strict=True) if s]
    wrong = sum(e for c in heard for s, e in zip(c.said, c.exact, strict=True) if s is False)
    print(f"  exact text: recall {np.mean(text):.3f}, {wrong} false")
    for alarms in ALLOWED:
        low, high = _interval(heard, of_list, alarms)
        print(
            f"  recall {trade.recall_at(alarms):.3f} [{low:.3f}, {high:.3f}]"
            f" at no more than {alarms:g} false alarms an hour for {of_list} phrases"
        )
    at = int(np.searchsorted(-trade.thresholds, -0.5))
    print(f"  at 0.5: recall {trade.recall[at]:.3f}, {trade.alarms[at]:.1f} false alarms an hour")
    error, places = calibration(heard)
    print(f"  calibration error {error:.3f} over {places} places", flush=True)
    if picture is not None:
        _draw(trade, of_list, picture)


def _draw(trade: Curve, of_list: int, picture: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(np.maximum(trade.alarms, 0.1), 1 - trade.recall)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=f"false alarms an hour for {of_list} phrases",
        ylabel="misses, share of what was said",
    )
    axes.grid(which="both", alpha=0.3)
    figure.savefig(picture, dpi=100)


def main() -> None:
    """Measure each folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--phrases", type=int, default=300)
    parser.add_argument("--list", type=int, default=20, dest="of_list")
    parser.add_argument("--model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    ears = load_ears(settings(model=asked.model, workers=1))
    for folder in asked.folders:
        heard = list(searched(folder, asked.phrases, asked.seed, ears))
        told(heard, asked.of_list, asked.picture)


if __name__ == "__main__":
    main()
