"""The second listen: how many spoken phrases it confirms, and how many that were not spoken.

    python benchmarks/listen.py samples FOLDER... [--phrases 150] [--threads 2] [--seed 1]

Folders as for `cer.py`. Phrases are stretches of 4–6 characters of the references, at the place where
the alignment of reference and transcript puts them (two channels are mixed to one). Not spoken are:
other phrases of the folder; the spoken phrase with two or with one character changed for one of
another sound, with one left out, with 不 put in; and pairs that sound alike, written by hand. Shares
with 95 % intervals (Wilson). The handicap and the thresholds were chosen on these folders.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pypinyin import lazy_pinyin

from cer import Clip, clips
from svcscore.asr.verify import CONFIRM, REJECT, Probe
from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.speech import speech_spans
from svcscore.records import Word
from svcscore.spans import hull
from svcscore.text.normalise import simplify

COMMON = "你我他是不有在人这中大来上个国说们为子和道出也时年得就那要下以生会自着去之过家学对可"
ALIKE = (
    ("不保本", "保本"),
    ("保本高收益", "不保本高收益"),
    ("请慢走", "请慢慢走"),
    ("不知道您今天", "知道您今天"),
    ("没有任何风险", "有任何风险"),
    ("稳赚不赔", "稳赚也赔"),
    ("爱办不办", "爱办就办"),
    ("有完没完", "有问没问"),
    ("您别着急", "您着急"),
    ("不归我管", "就归我管"),
    ("不要告诉", "要告诉"),
    ("条款不用看", "条款要看"),
    ("不代表实际收益", "代表实际收益"),
    ("我不清楚", "我很清楚"),
    ("没问题", "有问题"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A question and what the answer should be."""

    kind: str
    probe: Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A reference with, for each of its characters, the characters of the transcript there."""

    text: str
    clauses: tuple[tuple[int, str], ...]
    ranges: tuple[tuple[int, int], ...]
    heard: tuple[tuple[str, Word], ...]

    def probe(self, start: int, end: int, phrase: str) -> Probe | None:
        """A question at characters `start`–`end` of the reference."""
        first, last = self.ranges[start][0], self.ranges[end - 1][1]
        part = self.heard[first:last]
        if not part:
            return None
        span = hull([word.span for _, word in part])
        text = "".join(char for char, _ in part)
        return Probe(channel=0, span=span, phrase=phrase, heard=text) if span.length < 4 else None


def placed(reference: str, words: Sequence[Word]) -> Placed:
    """Align a reference with a transcript."""
    heard = tuple((char, word) for word in words for char in word.text if char.isalnum())
    clauses, text = [], ""
    for clause in re.findall(r"\w+", simplify(reference)):
        clauses.append((len(text), clause))
        text += clause
    matcher = difflib.SequenceMatcher(None, text, "".join(c for c, _ in heard), autojunk=False)
    ranges: list[tuple[int, int]] = []
    for _, a, b, c, d in matcher.get_opcodes():
        for k in range(b - a):
            ranges.append((c + (d - c) * k // (b - a), c - (c - d) * (k + 1) // (b - a)))
    return Placed(text=text, clauses=tuple(clauses), ranges=tuple(ranges), heard=heard)


def trials(place: Placed, others: Sequence[str], draw: random.Random) -> Iterator[Trial]:
    """Questions about one phrase of a reference, drawn at random, and about what resembles it."""
    fitting = [(at, clause) for at, clause in place.clauses if len(clause) >= 4]
    if not fitting:
        return
    at, clause = draw.choice(fitting)
    length = min(len(clause), draw.randint(4, 6))
    start = at + draw.randrange(len(clause) - length + 1)
    spoken = place.text[start : start + length]
    base = place.probe(start, start + length, spoken)
    if base is None:
        return
    right = spoken == base.heard
    yield Trial(kind="spoken, text right" if right else "spoken, text wrong", probe=base)
    other = draw.choice(others)
    if other not in place.text:
        yield Trial(kind="another phrase", probe=replace(base, phrase=other))
    for count in (2, 1):
        changed = list(spoken)
        for k in draw.sample(range(length), count):
            sound = lazy_pinyin(spoken[k])
            changed[k] = draw.choice([c for c in COMMON if lazy_pinyin(c) != sound])
        yield Trial(kind=f"{count} changed", probe=replace(base, phrase="".join(changed)))
    k = draw.randrange(1, length - 1)
    yield Trial(kind="1 left out", probe=replace(base, phrase=spoken[:k] + spoken[k + 1 :]))
    yield Trial(kind="不 put in", probe=replace(base, phrase=f"{spoken[:k]}不{spoken[k:]}"))


def alike(place: Placed) -> Iterator[Trial]:
    """Both of each pair of which one is spoken (and the other is not part of it there)."""
    for said, other in ALIKE:
        at = place.text.find(said)
        if at < 0:
            continue
        base = place.probe(at, at + len(said), said)
        if base is not None:
            yield Trial(kind="pairs: spoken", probe=base)
            yield Trial(kind="pairs: other", probe=replace(base, phrase=other))


def listened(folder: Path, ours: WhisperTranscriber, draw: random.Random, count: int) -> None:
    """Print the figures of one folder."""
    listener = ours.listener()
    scores: dict[str, list[float]] = defaultdict(list)
    hearing = listening = 0.0
    asked = 0
    heard: list[tuple[Clip, tuple[Word, ...], Placed]] = []
    for clip in clips(folder):
        begun = time.perf_counter()
        found = ours.transcribe(clip.samples[None], [speech_spans(clip.samples)]).words
        hearing += time.perf_counter() - begun
        words = tuple(replace(word, text=simplify(word.text)) for word in found)
        heard.append((clip, words, placed(clip.said, words)))
    others = [c[:5] for *_, place in heard for _, c in place.clauses if len(c) >= 5]
    total = sum(len(place.text) for *_, place in heard)
    for clip, words, place in heard:
        mine = list(alike(place))
        for _ in range(max(1, round(count * len(place.text) / total))):
            mine += trials(place, others, draw)
        begun = time.perf_counter()
        answers = listener.listen(clip.samples[None], [trial.probe for trial in mine], words)
        listening += time.perf_counter() - begun
        asked += len(mine)
        for trial, answer in zip(mine, answers, strict=True):
            if answer is not None:
                scores[trial.kind].append(answer)
    print(
        f"{folder.name}: {asked} questions, {1000 * listening / max(1, asked):.0f} ms each; ",
        end="",
    )
    print(f"recognition took {hearing:.1f} s")
    for kind, values in scores.items():
        print(f"  {kind:20s} {_described(np.array(values))}", flush=True)


def _described(values: np.ndarray) -> str:
    quantiles = " ".join(f"{q:6.2f}" for q in np.quantile(values, (0.05, 0.5, 0.95)))
    confirmed, rejected = int((values >= CONFIRM).sum()), int((values < REJECT).sum())
    return (
        f"n {values.size:4d}  5/50/95 % {quantiles}  >= {CONFIRM}: {_share(confirmed, values.size)}"
        f"  < {REJECT}: {_share(rejected, values.size)}"
    )


def _share(count: int, of: int) -> str:
    z, share = 1.96, count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return f"{share:.3f} [{max(0.0, middle - half):.3f}, {min(1.0, middle + half):.3f}]"


def main() -> None:
    """Measure the second listen on each folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--phrases", type=int, default=150, help="spoken phrases a folder")
    parser.add_argument("--model", default="base")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    ours = WhisperTranscriber(find_asr(asked.model), threads=asked.threads)
    for folder in asked.folders:
        listened(folder, ours, random.Random(asked.seed), asked.phrases)


if __name__ == "__main__":
    main()
