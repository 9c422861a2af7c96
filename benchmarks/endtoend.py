"""Measure the whole pipeline on a folder whose expected results are written.

Usage: python benchmarks/endtoend.py FOLDER [--out DIR]

FOLDER holds recordings and the `expected.yaml` that tools/make_samples.py writes beside them. The
pipeline runs as a user runs it, `svcscore score FOLDER`; with --out its results are kept, and the
same folder again measures them anew without hearing again. Shares carry 95 % Wilson intervals, what
is pooled over words or seconds a 95 % bootstrap interval over recordings.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import jiwer
import numpy as np
import yaml

from svcscore.records import SCORED_KINDS, STAFF_ROLES, Match, Role, Severity, Status
from svcscore.reports.contract import parse_interactions
from svcscore.reports.lines import FindingLine, InteractionLine
from svcscore.text.normalise import normalise, simplify

FRAME = 0.01
"""Seconds that are compared at a time to tell whose words they are."""
SAME_VISIT = 0.5
"""Intersection over union from which on an interaction is the expected visit."""
SOME_FAILED = 3
"""Exit code of a run that judged the other inputs."""
RESAMPLES = 2000
LOUD = 1.959964
"""Standard normal quantile of 97.5 %."""
STAFF, CUSTOMER = "staff", "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One recording: what is expected of it, and the interactions that were made of it."""

    name: str
    expected: dict[str, Any]
    visits: tuple[tuple[float, float], ...]
    lines: tuple[InteractionLine, ...]

    @property
    def heard(self) -> list[FindingLine]:
        """Findings that rest on words or measures; an absence is none, nor is what was rejected."""
        findings = [finding for line in self.lines for finding in line.findings]
        return [f for f in findings if f.match != Match.ABSENCE and f.status != Status.REJECTED]

    @property
    def red_lines(self) -> list[FindingLine]:
        """Findings that would cap the score."""
        return [f for f in self.heard if f.severity == Severity.RED_LINE]

    @property
    def total(self) -> float | None:
        """The lowest total of the recording's interactions."""
        totals = [line.score.total for line in self.lines if line.score.total is not None]
        return min(totals, default=None)

    def says(self, finding: FindingLine) -> str:
        """Side whose words, in truth, a finding rests on for the most part."""
        overlap = {STAFF: 0.0, CUSTOMER: 0.0, "machine": 0.0}
        for turn in self.expected["turns"]:
            start = max(turn["start"], finding.start or 0.0)
            overlap[_side(turn["role"])] += max(0.0, min(turn["end"], finding.end or 0.0) - start)
        return max(overlap, key=lambda side: overlap[side])


def wilson(hits: int, of: int) -> str:
    """`hits` of `of` as a share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "0 of 0"
    share = hits / of
    middle = (share + LOUD**2 / (2 * of)) / (1 + LOUD**2 / of)
    half = LOUD * np.sqrt(share * (1 - share) / of + LOUD**2 / (4 * of**2)) / (1 + LOUD**2 / of)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return f"{hits} of {of} = {share:.1%} [{low:.1%}, {high:.1%}]"


def bootstrap(cases: Sequence[Any], figure: Callable[[Sequence[Any]], float]) -> str:
    """`figure` over `cases` with its 95 % interval over resampled recordings (percentiles)."""
    random = np.random.default_rng(1)
    values = [
        figure([cases[i] for i in random.integers(len(cases), size=len(cases))])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return f"{figure(cases):.3f} [{low:.3f}, {high:.3f}]"


def _side(role: str) -> str:
    if role in STAFF_ROLES:
        return STAFF
    return "machine" if role == Role.MACHINE else CUSTOMER


# -- red lines and codes ---------------------------------------------------------------------------


def report_red_lines(cases: Sequence[Case]) -> None:
    """Print how many expected red lines were found, and what was called one and is none."""
    outcome: dict[str, list[str]] = {"confirmed": [], "review": [], "otherwise": [], "missed": []}
    for case in cases:
        for code in case.expected["red_lines"]:
            outcome[_outcome(case, code)].append(f"{case.name} {code}")
    wanted = sum(map(len, outcome.values()))
    found = len(outcome["confirmed"]) + len(outcome["review"])
    print(f"red lines found            {wilson(found, wanted)}")
    print(f"  confirmed                {wilson(len(outcome['confirmed']), wanted)}")
    print(f"  in review                {wilson(len(outcome['review']), wanted)}")
    print(f"  another allowed red line {wilson(len(outcome['otherwise']), wanted)}")
    print(f"  missed                   {wilson(len(outcome['missed']), wanted)}")
    _list(outcome["otherwise"] + outcome["missed"])
    false = [(case, f) for case in cases for f in case.red_lines if not _is_true(case, f)]
    sure = [pair for pair in false if pair[1].status == Status.CONFIRMED]
    hours = sum(_seconds(case) for case in cases) / 3600
    print(f"false red lines            {len(sure)} confirmed, {len(false) - len(sure)} in review")
    print(f"  recordings with one      {wilson(len({case.name for case, _ in false}), len(cases))}")
    print(f"  an hour of audio         {len(false) / hours:.1f}")
    _list(
        f"{case.name} {f.code} {f.status} p={f.probability:.2f} {f.phrase!r} heard {f.heard!r},"
        f" in truth said by {case.says(f)}"
        for case, f in false
    )


def _outcome(case: Case, code: str) -> str:
    """What became of an expected red line."""
    true = [f for f in case.red_lines if _is_true(case, f)]
    statuses = {f.status for f in true if f.code == code}
    if Status.CONFIRMED in statuses:
        return "confirmed"
    if statuses:
        return "review"
    # the same words may stand under another code that the scene allows
    expected = case.expected["red_lines"]
    return "otherwise" if any(f.code not in expected for f in true) else "missed"


def _is_true(case: Case, finding: FindingLine) -> bool:
    """Whether a red line is of a code that the recording allows, and rests on staff's words."""
    return finding.code not in case.expected["never"] and case.says(finding) == STAFF


def report_codes(cases: Sequence[Case]) -> None:
    """Print how many expected codes were found, and which fired that must not."""
    wanted = [(case, code) for case in cases for code in case.expected["codes"]]
    lost = [(case, code) for case, code in wanted if code not in {f.code for f in case.heard}]
    print(f"codes found (recall)       {wilson(len(wanted) - len(lost), len(wanted))}")
    _list(f"{case.name} {code}" for case, code in lost)
    barred = [(case, code) for case in cases for code in case.expected["never"]]
    fired = [
        (case, [f for f in case.heard if f.code == code])
        for case, code in barred
        if code in {f.code for f in case.heard}
    ]
    sure = sum(any(f.status == Status.CONFIRMED for f in found) for _, found in fired)
    print(f"`never` codes that fired   {wilson(len(fired), len(barred))}, {sure} confirmed")
    _list(
        f"{case.name} {f.code} {f.severity} {f.status} p={f.probability:.2f} heard {f.heard!r}"
        for case, found in fired
        for f in found
    )


# -- roles, interactions, words, order -------------------------------------------------------------


def report_roles(cases: Sequence[Case]) -> None:
    """Print to whom the words of each side were given, by time."""
    for side in (STAFF, CUSTOMER):
        seconds = [_given(case, side) for case in cases]
        right, wrong, unheard = np.sum(seconds, axis=0)
        share = bootstrap(seconds, lambda rows: float(_share(np.sum(rows, axis=0))))
        print(f"{f'role right, {side}':<27}{share} of {right + wrong:.0f} s with words")
        print(f"  without words            {unheard:.0f} of {right + wrong + unheard:.0f} s")


def _share(seconds: np.ndarray) -> float:
    return seconds[0] / (seconds[0] + seconds[1])


def _given(case: Case, side: str) -> tuple[float, float, float]:
    """Seconds of `side` that were given to it alone, to anybody else, and to nobody."""
    frames = round(_seconds(case) / FRAME) + 1
    turns = [turn for line in case.lines for turn in line.turns]
    truth = _mask(
        ((t["start"], t["end"]) for t in case.expected["turns"] if _side(t["role"]) == side), frames
    )
    own = _mask(((t.start, t.end) for t in turns if _of(t.role) == side), frames)
    other = _mask(((t.start, t.end) for t in turns if _of(t.role) != side), frames)
    right, wrong = truth & own & ~other, truth & other
    return tuple(float(m.sum()) * FRAME for m in (right, wrong, truth & ~own & ~other))


def _of(role: Role) -> str:
    return "nobody" if role == Role.UNKNOWN else _side(role)


def _mask(spans: Iterable[tuple[float, float]], frames: int) -> np.ndarray:
    mask = np.zeros(frames, bool)
    for start, end in spans:
        mask[round(start / FRAME) : round(end / FRAME)] = True
    return mask


def report_interactions(cases: Sequence[Case]) -> None:
    """Print how the recordings were cut."""
    counts = [(len(case.visits), len(_scored(case))) for case in cases]
    expected, found = np.sum(counts, axis=0)
    print(f"interactions               {found} found, {expected} expected")
    print(f"  right number             {wilson(sum(a == b for a, b in counts), len(cases))}")
    met = sum(any(_alike(visit, x) for x in _scored(c)) for c in cases for visit in c.visits)
    print(f"  visits found             {wilson(met, expected)} (IoU of {SAME_VISIT} and more)")
    many = [case for case in cases if len(case.visits) > 1]
    _list(f"{c.name}: {len(_scored(c))} for {len(c.visits)} visits" for c in many)


def _scored(case: Case) -> list[InteractionLine]:
    return [line for line in case.lines if line.kind in SCORED_KINDS]


def _alike(visit: tuple[float, float], line: InteractionLine) -> bool:
    both = min(visit[1], line.end) - max(visit[0], line.start)
    either = max(visit[1], line.end) - min(visit[0], line.start)
    return both >= SAME_VISIT * either


def report_words(cases: Sequence[Case]) -> None:
    """Print the character error rate, pooled over recordings."""
    for name, fold in (("character error rate", _folded), ("  only simplified", _plain)):
        errors = [_errors(case, fold) for case in cases]
        rate = bootstrap(errors, lambda rows: float(np.divide(*np.sum(rows, axis=0))))
        print(f"{name:<27}{rate} of {sum(n for _, n in errors)} characters, pooled")
    single = sorted(wrong / length for wrong, length in (_errors(case, _folded) for case in cases))
    print(f"  by recording             median {np.median(single):.3f}, ", end="")
    print(f"{single[0]:.3f}–{single[-1]:.3f}")
    print(
        "  normaliser               svcscore.text.normalise: simplified, no punctuation or fillers,"
    )
    print(
        "                           digits and 您/两/幺/她 folded, long repetitions cut; second line:"
    )
    print("                           simplified, no punctuation. The text is as reported (masked)")


def _folded(text: str) -> str:
    return normalise(text).text


def _plain(text: str) -> str:
    return "".join(char for char in simplify(text) if char.isalnum())


def _errors(case: Case, fold: Callable[[str], str]) -> tuple[int, int]:
    """Edits from what was said to what is reported, and characters said; staff and customer."""
    said = [t["text"] for t in case.expected["turns"] if t["role"] != Role.MACHINE]
    turns = sorted((t for line in case.lines for t in line.turns), key=lambda turn: turn.start)
    heard = [turn.text for turn in turns if turn.role != Role.MACHINE]
    reference, hypothesis = fold("".join(said)), fold("".join(heard))
    result = jiwer.process_characters(reference, hypothesis)
    return result.substitutions + result.deletions + result.insertions, len(reference)


def report_order(cases: Sequence[Case]) -> None:
    """Print whether better service has the higher total."""
    scored = [case for case in cases if case.total is not None]
    pairs = [_agrees(one, other) for one, other in combinations(scored, 2)]
    compared = [pair for pair in pairs if pair is not None]
    print(f"Kendall tau against rank   {bootstrap(scored, _tau)} over pairs of unlike rank")
    print(f"  pairs in order           {sum(p > 0 for p in compared)} of {len(compared)}")
    print(f"  with a total             {wilson(len(scored), len(cases))}")
    for rank in sorted({case.expected["rank"] for case in scored}):
        totals = [case.total for case in scored if case.expected["rank"] == rank]
        print(
            f"  totals of rank {rank}         {min(totals):.1f}–{max(totals):.1f}, n {len(totals)}"
        )


def _agrees(one: Case, other: Case) -> int | None:
    """1 where the totals are ordered as the ranks, -1 against, 0 equal; None for equal ranks."""
    ranks = one.expected["rank"] - other.expected["rank"]
    return int(np.sign(ranks) * np.sign(one.total - other.total)) if ranks else None


def _tau(cases: Sequence[Case]) -> float:
    pairs = [_agrees(one, other) for one, other in combinations(cases, 2)]
    return float(np.mean([pair for pair in pairs if pair is not None] or [np.nan]))


# -- the run ---------------------------------------------------------------------------------------


def _seconds(case: Case) -> float:
    """From the start of the recording to the end of its last word."""
    return max(turn["end"] for turn in case.expected["turns"])


def _list(entries: Iterable[str]) -> None:
    for entry in entries:
        print(f"    - {entry}")


def _visits(path: Path, expected: dict[str, Any]) -> tuple[tuple[float, float], ...]:
    """Each customer's visit: as expected, as the sidecar tells, else all that is said."""
    sidecar = yaml.safe_load(path.with_suffix(".json").read_text(encoding="utf-8"))
    visits = expected.get("visits") or sidecar.get("visits")
    if visits:
        return tuple((visit["start"], visit["end"]) for visit in visits)
    turns = expected["turns"]
    return ((turns[0]["start"], turns[-1]["end"]),)


def load_cases(folder: Path, out: Path) -> list[Case]:
    """Join what is expected in `folder` with the results in `out`."""
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    text = (out / "interactions.jsonl").read_text(encoding="utf-8")
    lines = tuple(parse_interactions(text.splitlines()))
    return [
        Case(
            name=name,
            expected=entry,
            visits=_visits(folder / name, entry),
            lines=tuple(line for line in lines if Path(line.path).name == name),
        )
        for name, entry in expected["recordings"].items()
    ]


def _table(cases: Sequence[Case]) -> None:
    print(f"\n{'recording':<32}{'rank':>5}{'total':>7}{'CER':>7}  red lines expected; found")
    for case in cases:
        wrong, length = _errors(case, _folded)
        found = sorted({f"{f.code} ({f.status})" for f in case.red_lines})
        total = "-" if case.total is None else f"{case.total:.1f}"
        wanted = ", ".join(case.expected["red_lines"]) or "none"
        print(
            f"{case.name:<32}{case.expected['rank']:>5}{total:>7}{wrong / length:>7.2f}"
            f"  {wanted}; {', '.join(found) or 'none'}"
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path), help="Keep the results here.")
def main(folder: Path, out: Path | None) -> None:
    """Score FOLDER and hold the results against its expected.yaml."""
    with tempfile.TemporaryDirectory() as temporary:
        out = out or Path(temporary)
        command = [sys.executable, "-m", "svcscore", "score", str(folder), "--out", str(out)]
        code = subprocess.run([*command, "--quiet"], check=False).returncode
        if code not in (0, SOME_FAILED):
            sys.exit(code)
        cases = load_cases(folder, out)
    speech = ", ".join(sorted({case.expected["speech"] for case in cases}))
    minutes = sum(map(_seconds, cases)) / 60
    print(
        f"measured on {len(cases)} recordings, {minutes:.1f} minutes, of {speech} speech ({folder})"
    )
    _table(cases)
    print()
    for report in (
        report_red_lines,
        report_codes,
        report_roles,
        report_interactions,
        report_words,
        report_order,
    ):
        report(cases)


if __name__ == "__main__":
    main()
