"""Courtesy on writers that were not trained on, beside simpler guesses, and its speed.

Usage: python benchmarks/courtesy.py [WRITER ...]

All turns are written, none is transcribed from real speech. Without WRITER all are held out in turn
(two minutes).
"""

import sys
import time

from svcscore.courtesy.card import results, table
from svcscore.courtesy.classifier import load_courtesy
from svcscore.courtesy.data import read_turns
from svcscore.courtesy.evaluation import hold_out
from svcscore.resources import data_folder


def main(writers: list[str]) -> None:
    """Print the figures."""
    turns = read_turns(data_folder("models") / "courtesy" / "data")
    begun = time.perf_counter()
    model = load_courtesy()
    model.classify(["您好"])
    loaded = time.perf_counter() - begun
    texts = [turn.text for turn in turns]
    begun = time.perf_counter()
    model.classify(texts)
    speed = len(texts) / (time.perf_counter() - begun)
    for line in table(list(results(hold_out(turns, writers)))):
        print(line)
    print(
        f"\n{speed:.0f} turns a second (mean {sum(map(len, texts)) / len(texts):.0f} characters),"
    )
    print(f"ready after {loaded:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
