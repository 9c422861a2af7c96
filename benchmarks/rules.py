"""How long the rules take: loading, preparing, and judging one interaction of about five minutes.

Run: ``python benchmarks/rules.py``. Times are processor seconds, the best of several runs, so that
other work on the machine matters little. The interaction is made of the written turns of `samples/`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import yaml

from svcscore.phrases.pattern import expand
from svcscore.records import Interaction, Kind, Role
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import load_lexicon, phrases_of
from svcscore.rules.spoken import spoken
from svcscore.rules.watch import Watch
from svcscore.text import pinyin
from svcscore.text.pinyin import syllables

SAMPLES = Path(__file__).parents[1] / "samples" / "expected.yaml"
CHARACTERS = 1300
"""Five minutes at about 4.4 characters a second."""
RUNS = 7


def main() -> None:
    """Print the table."""
    lexicon = load_lexicon(data_folder("lexicons"))
    phrases = {phrase for rule in lexicon.rules for phrase in phrases_of(rule)}
    print(f"{len(lexicon.packs)} packs, {len(lexicon.rules)} rules, {len(phrases)} phrases")
    engine = Engine(lexicon)
    talk = interaction()
    print(f"interaction of {talk.span.length:.0f} s, {sum(len(t.words) for t in talk.turns)} words")
    asked = 0

    def listen(probes: object) -> list[float]:
        nonlocal asked
        asked = len(probes)  # type: ignore[arg-type]
        return [0.5] * asked

    report("load the packs", lambda: forget() or load_lexicon(data_folder("lexicons")))
    report("prepare the engine", lambda: forget() or Engine(lexicon))
    report("judge stated text", lambda: engine.judge(talk))
    report("judge recognised text", lambda: engine.judge(talk, listen))
    print(f"places for the second listen: {asked}")
    watch = Watch(talk.id)
    engine.judge(talk, listen, watch=watch)
    slowest = sorted(watch.seconds.items(), key=lambda item: -item[1])[:5]
    print("slowest rules: " + ", ".join(f"{name} {1000 * s:.2f} ms" for name, s in slowest))


def forget() -> None:
    """Empty what is kept between calls, as in a fresh process."""
    for kept in (expand, syllables, pinyin._reading):
        kept.cache_clear()


def interaction() -> Interaction:
    """Turns of the samples, one after another, until there are enough."""
    recordings = yaml.safe_load(SAMPLES.read_text("utf-8"))["recordings"].values()
    lines: list[tuple[Role, str]] = []
    for turn in (turn for recording in recordings for turn in recording["turns"]):
        if sum(len(text) for _, text in lines) >= CHARACTERS:
            break
        lines.append((Role(turn["role"]), turn["text"]))
    return spoken("benchmark", lines, Kind.COUNTER)


def report(what: str, work: Callable[[], object]) -> None:
    """Print the least processor time of some runs of `work`, in milliseconds."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    print(f"{what:<24}{min(times) * 1000:8.0f} ms")


if __name__ == "__main__":
    main()
