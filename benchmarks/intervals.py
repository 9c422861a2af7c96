"""How often the 90 % interval of a score holds the truth, and what it costs to reckon.

Usage: python benchmarks/intervals.py [INTERACTIONS.JSONL] [--interactions N] [--worlds N] [--seed N]

Most interactions are made up; their numbers and probabilities are like those of the samples of this
repository. With the results of a real run, its interactions are measured as well. The truth is drawn
from the very probabilities that are stated (`testing.worlds`), so the figures say whether the
arithmetic is right, not whether the probabilities are.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from svcscore.reports.lines import parse_interactions
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.account import lay_out
from svcscore.scoring.lattice import Array, Sum, quantiles
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.scoring.uncertainty import COVERAGE, TAIL, interval
from svcscore.testing.cases import BREACHES, Made, made, of_line
from svcscore.testing.records import make_evidence, make_finding
from svcscore.testing.worlds import drawn_totals

SHOWN = 0.05
"""Results are shown to a tenth: what is off by less is not seen."""
TRUTHS = 40
GROUPS = ((0, "0"), (2, "1–2"), (5, "3–5"), (10, "6–10"), (15, "11–15"), (99, "16 and more"))
Ends = tuple[float, float]


def plain(found: Sum) -> Ends:
    """Plain quantiles: the first steps that reach 5 % and 95 %."""
    until = np.cumsum(found.masses[0])
    low, high = np.searchsorted(until, [TAIL - 1e-9, 1 - TAIL - 1e-9])
    return float(found.points[low]), float(found.points[min(high, until.size - 1)])


def middle(found: Sum) -> Ends:
    """Quantiles of the mid-distribution: a step is inside where half of it is."""
    low, high = quantiles(found, TAIL)
    return float(low[0]), float(high[0])


def shortest(found: Sum) -> Ends:
    """The shortest stretch that holds 90 %."""
    masses, points = found.masses[0], found.points
    until = np.cumsum(masses)
    ends = np.searchsorted(until, until - masses + COVERAGE - 1e-9)
    possible = ends < points.size
    widths = np.where(possible, points[np.minimum(ends, points.size - 1)] - points, np.inf)
    low = int(np.argmin(np.round(widths, 6)))
    return float(points[low]), float(points[ends[low]])


def nearest(found: Sum) -> Ends:
    """The shortest stretch, less a step at one end where that is nearer to 90 %."""
    points, masses = found.points, found.masses[0]
    low, high = (int(np.searchsorted(points, end - 1e-9)) for end in shortest(found))
    steps = np.flatnonzero(masses > 1e-12)
    inner = steps[(steps >= low) & (steps <= high)]
    choices = [(low, high)]
    if inner.size > 1:
        choices += [(int(inner[1]), high), (low, int(inner[-2]))]
    off = [abs(masses[one : other + 1].sum() - COVERAGE) for one, other in choices]
    one, other = choices[int(np.argmin(np.round(off, 9)))]
    return float(points[one]), float(points[other])


WAYS: dict[str, Callable[[Sum], Ends]] = {
    "plain quantiles": plain,
    "mid-distribution (ours)": middle,
    "shortest": shortest,
    "shortest, nearest to 90 %": nearest,
}


def held(ends: Ends, truths: Array) -> float:
    """Share of the truths within."""
    return float(np.mean((truths >= ends[0] - SHOWN) & (truths <= ends[1] + SHOWN)))


def coverage(rng: np.random.Generator, rubrics: Sequence[Rubric], number: int) -> None:
    """By the number of findings that may be wrong, and apart from those where ends are assumed."""
    shares: dict[str, list[float]] = defaultdict(list)
    widths: dict[str, list[float]] = defaultdict(list)
    for at in range(number):
        one = made(rng, rubrics[at % len(rubrics)], unsure=at % 5 == 4)
        ends = interval(one.case)
        if ends is None:
            continue
        group = next(name for most, name in GROUPS if one.uncertain <= most)
        truths = np.array(list(drawn_totals(one.case, TRUTHS, rng)))
        names = ["assumed ends"] if one.unsure else [group, "all"]
        if one.uncertain >= 11 and not one.unsure:
            names.append("as in the samples (11 and more)")
        for name in names:
            shares[name].append(held(ends, truths))
            widths[name].append(ends[1] - ends[0])
    print(f"\nCoverage of the interval shown (nominal {COVERAGE:.0%}), {TRUTHS} truths each\n")
    print(
        "| findings that may be wrong | interactions | coverage | mean width |\n|---|---|---|---|"
    )
    order = [name for _, name in GROUPS] + [
        "all",
        "as in the samples (11 and more)",
        "assumed ends",
    ]
    for name in order:
        if name in shares:
            error = 1.96 * np.std(shares[name]) / len(shares[name]) ** 0.5
            print(
                f"| {name} | {len(shares[name])} | {np.mean(shares[name]):.1%} ± {error:.1%}"
                f" | {np.mean(widths[name]):.1f} |"
            )


def ways(rng: np.random.Generator, rubrics: Sequence[Rubric], number: int) -> None:
    """Other ways to take an interval from the same distribution."""
    shares: dict[str, list[float]] = defaultdict(list)
    widths: dict[str, list[float]] = defaultdict(list)
    raised: dict[str, int] = defaultdict(int)
    several = 0
    for at in range(number):
        one = made(rng, rubrics[at % len(rubrics)], unsure=False)
        if interval(one.case) is None:
            continue
        several += 1
        truths = np.array(list(drawn_totals(one.case, TRUTHS, rng)))
        spread, worse = one.spread, _with_breach(one).spread
        for name, way in WAYS.items():
            ends, after = way(spread), way(worse)
            shares[name].append(held(ends, truths))
            widths[name].append(ends[1] - ends[0])
            raised[name] += after[0] > ends[0] + SHOWN or after[1] > ends[1] + SHOWN
    print(f"\nWays to take it from the same distribution ({several} interactions)\n")
    print("| way | coverage | mean width | an added breach raised an end |\n|---|---|---|---|")
    for name in WAYS:
        print(
            f"| {name} | {np.mean(shares[name]):.1%} | {np.mean(widths[name]):.1f}"
            f" | {raised[name] / several:.1%} |"
        )


def _with_breach(one: Made) -> Made:
    """The same with one more red line, which is sure."""
    turn = one.case.interaction.turns[0]
    breach = make_finding(BREACHES[0], make_evidence(turn, "爱办不办"), id="more", probability=1.0)
    findings = (*one.findings, breach)
    case = lay_out(one.case.interaction, findings, one.courtesy, one.case.rubric)
    return Made(case, findings, one.courtesy)


def roles(rng: np.random.Generator, rubrics: Sequence[Rubric], number: int) -> None:
    """What is held where mistakes of a role come together in what a voice says, and where not."""
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    for at in range(number):
        one = made(rng, rubrics[at % len(rubrics)], unsure=False)
        if interval(one.case) is None or one.uncertain < 11:
            continue
        # what rests on no evidence hangs on no voice
        apart = [replace(finding, evidence=()) for finding in one.findings]
        cases = {
            "together": one.case,
            "apart": lay_out(one.case.interaction, apart, one.courtesy, one.case.rubric),
        }
        truths = {name: [*drawn_totals(case, TRUTHS, rng)] for name, case in cases.items()}
        for reckoned, case in cases.items():
            ends = interval(case)
            assert ends is not None
            for true, totals in truths.items():
                shares[reckoned, true].append(held(ends, np.array(totals)))
    print(
        "\nMistakes of roles, 11 and more findings\n\n| reckoned | come | coverage |\n|---|---|---|"
    )
    for (reckoned, true), all_of_it in shares.items():
        print(f"| {reckoned} | {true} | {np.mean(all_of_it):.1%} of {len(all_of_it)} |")


def real(rng: np.random.Generator, path: Path, rubric: Rubric) -> None:
    """Interactions of a run; its lines do not hold the certainty of roles, so staff are 0.98."""
    shares, widths, numbers = [], [], []
    for line in parse_interactions(path.read_text("utf-8").splitlines()):
        one = of_line(line, rubric)
        ends = interval(one.case)
        if ends is not None and not one.unsure:
            truths = np.array(list(drawn_totals(one.case, 20 * TRUTHS, rng)))
            shares.append(held(ends, truths))
            widths.append(ends[1] - ends[0])
            numbers.append(one.uncertain)
    print(
        f"\n{path.name}: {len(shares)} interactions without assumed ends,"
        f" {min(numbers)}–{max(numbers)} findings that may be wrong:"
        f" coverage {np.mean(shares):.1%} ({min(shares):.1%}–{max(shares):.1%}),"
        f" mean width {np.mean(widths):.1f}"
    )


def accuracy(rng: np.random.Generator, rubric: Rubric, worlds: int) -> None:
    """The ends beside those of very many drawn worlds."""
    print(
        f"\nEnds beside those of drawn worlds\n\n| findings | ours | {worlds} worlds | 2000 worlds |"
    )
    print("|---|---|---|---|")
    shown = 0
    while shown < 4:
        one = made(rng, rubric, unsure=False)
        if one.uncertain < 8:
            continue
        shown += 1
        totals = np.array(list(drawn_totals(one.case, worlds, rng)))
        columns = [
            middle(one.spread),
            *(np.quantile(some, [TAIL, 1 - TAIL]) for some in (totals, totals[:2000])),
        ]
        print(f"| {one.uncertain} | {' | '.join(f'{a:.2f}–{b:.2f}' for a, b in columns)} |")


def speed(rng: np.random.Generator, rubric: Rubric) -> None:
    """Milliseconds a score, on one core."""
    print("\nA score of 20 turns and 15 findings\n")
    for review in (False, True):
        while True:
            one = made(rng, rubric, unsure=False, turns=20)
            card = scorecard(one.case.interaction, one.findings, one.courtesy, rubric)
            if len(one.findings) == 15 and bool(card.telling) is review:
                break
        times = []
        for _ in range(300):
            begun = time.perf_counter()
            scorecard(one.case.interaction, one.findings, one.courtesy, rubric)
            times.append(time.perf_counter() - begun)
        what = "asks for review" if review else "asks for none"
        print(f"- {what}: median {1e3 * float(np.median(times)):.2f} ms")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", help="interactions.jsonl of a run")
    parser.add_argument("--interactions", type=int, default=3000)
    parser.add_argument("--worlds", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    folder = data_folder("lexicons")
    codes = load_taxonomy(folder).codes
    rubrics = [load_rubric(path, codes) for path in sorted((folder / "profiles").glob("*.yaml"))]
    default = next(rubric for rubric in rubrics if rubric.profile == "default")
    rng = np.random.default_rng(chosen.seed)
    print(f"seed {chosen.seed}; rubrics: {', '.join(rubric.profile for rubric in rubrics)}")
    coverage(rng, rubrics, chosen.interactions)
    ways(rng, rubrics, chosen.interactions // 3)
    roles(rng, rubrics, chosen.interactions // 3)
    if chosen.results:
        real(rng, chosen.results, default)
    accuracy(rng, default, chosen.worlds)
    speed(rng, default)


if __name__ == "__main__":
    main()
