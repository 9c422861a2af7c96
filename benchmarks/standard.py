"""How much of the service standard the packaged rules hear in dialogues written apart from them.

Usage: python benchmarks/standard.py [--misses] [--folder FOLDER] [--heard RUN] [--seed 0] [--draws 2000]

Roles are given and the text is taken as said: there is no audio, so no second listen. With --heard it is what
a run of `svcscore score` found in recordings of the dialogues (`tools/standard_scripts.py` tells how they
are made), of those that it holds. What counts is
what the standard asks, as labelled in the folder's ``*.yaml`` (see its README), not what the rules
aim at. The dialogues are synthetic. Intervals are 95 %, from a bootstrap over dialogues.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml

from svcscore.records import Finding, Kind, Polarity, Role, Severity, Status, Verdict
from svcscore.reports.contract import parse_interactions
from svcscore.reports.lines import FindingLine
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import load_lexicon
from svcscore.rules.spoken import spoken
from svcscore.rules.taxonomy import Taxonomy

FOLDER = Path(__file__).parent / "standard"
ROLES = {
    "柜": Role.TELLER,
    "堂": Role.LOBBY_MANAGER,
    "经": Role.ACCOUNT_MANAGER,
    "主": Role.SUPERVISOR,
    "安": Role.GUARD,
    "客": Role.CUSTOMER,
}
F1_TARGET, RED_TARGET, FALSE_TARGET = 0.85, 0.97, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One thing that was said: any of `codes` holds it; `severity` of a breach, or ``either``."""

    codes: tuple[str, ...]
    severity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A written dialogue and its labels."""

    id: str
    kind: Kind
    style: str
    exemplary: bool
    lines: tuple[tuple[Role, str], ...]
    expected: tuple[Expected, ...]
    may: frozenset[str]
    absent: frozenset[str]
    never: frozenset[str]

    @property
    def labelled(self) -> frozenset[str]:
        """Codes that do not count as false."""
        return self.may.union(*(item.codes for item in self.expected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A dialogue, what the rules found in it, and the processor seconds that took."""

    dialogue: Dialogue
    findings: tuple[Finding | FindingLine, ...]
    seconds: float

    def found(self, *, confirmed: bool = False) -> frozenset[str]:
        """Codes met or breached and not rejected; with `confirmed`, no breach that waits."""
        return frozenset(
            f.code
            for f in self.findings
            if _heard(f) and not (confirmed and _breach(f) and f.status is not Status.CONFIRMED)
        )

    def told_absent(self) -> frozenset[str]:
        """Codes that the rules say were missing, and found nowhere."""
        told = frozenset(f.code for f in self.findings if f.verdict is Verdict.ABSENT)
        return told - self.found()

    def red_lines(self, *, confirmed: bool) -> frozenset[str]:
        """Codes with a red line that is confirmed, or confirmed or in review."""
        return frozenset(
            f.code
            for f in self.findings
            if _heard(f)
            and _breach(f)
            and f.severity is Severity.RED_LINE
            and not (confirmed and f.status is not Status.CONFIRMED)
        )

    def hits(self, *, confirmed: bool = False) -> tuple[list[str], list[str], list[str]]:
        """Codes right, missed and false."""
        found = self.found(confirmed=confirmed)
        right, missed = [], []
        for item in self.dialogue.expected:
            (right if found & set(item.codes) else missed).append(item.codes[0])
        return right, missed, sorted(found - self.dialogue.labelled)

    def red_hits(self, *, confirmed: bool) -> tuple[list[str], list[str], list[str]]:
        """Red lines right, missed and false; what the labels leave open counts neither way."""
        found = self.red_lines(confirmed=confirmed)
        meant = [item for item in self.dialogue.expected if item.severity == "red_line"]
        right = [item.codes[0] for item in meant if found & set(item.codes)]
        missed = [item.codes[0] for item in meant if not found & set(item.codes)]
        open_ = self.dialogue.may.union(
            *(item.codes for item in self.dialogue.expected if item.severity == "either"),
            *(item.codes for item in meant),
        )
        return right, missed, sorted(found - open_)


def _heard(finding: Finding | FindingLine) -> bool:
    kept = finding.status is not Status.REJECTED
    return kept and finding.verdict in (Verdict.MET, Verdict.BREACHED)


def _breach(finding: Finding | FindingLine) -> bool:
    return finding.verdict is Verdict.BREACHED


def read(folder: Path) -> list[Dialogue]:
    """All dialogues of `folder`."""
    paths = sorted(folder.glob("*.yaml"))
    return [
        _dialogue(written)
        for path in paths
        for written in yaml.safe_load(path.read_text("utf-8"))["dialogues"]
    ]


def _dialogue(written: dict[str, Any]) -> Dialogue:
    lines = [(ROLES[role], text) for turn in written["turns"] for role, text in turn.items()]
    return Dialogue(
        id=written["id"],
        kind=Kind(written["kind"]),
        style=written["style"],
        exemplary=written.get("exemplary", False),
        lines=tuple(lines),
        expected=tuple(_expected(item) for item in written["expect"]),
        may=frozenset(written.get("may", ())),
        absent=frozenset(written.get("absent", ())),
        never=frozenset(written.get("never", ())),
    )


def _expected(item: str | dict[str, str]) -> Expected:
    codes, severity = next(iter(item.items())) if isinstance(item, dict) else (item, None)
    return Expected(codes=tuple(codes.split("|")), severity=severity)


def judge(engine: Engine, dialogue: Dialogue) -> Judged:
    """What the rules find in `dialogue`."""
    talk = spoken(dialogue.id, dialogue.lines, dialogue.kind)
    begun = time.process_time()
    findings = engine.judge(talk)
    return Judged(dialogue=dialogue, findings=findings, seconds=time.process_time() - begun)


def heard(dialogues: Iterable[Dialogue], run: Path) -> list[Judged]:
    """What `run` found in recordings of the dialogues; parts of one recording count together."""
    found: dict[str, list[FindingLine]] = {}
    lines = (run / "interactions.jsonl").read_text("utf-8").splitlines()
    for line in parse_interactions(lines):
        found.setdefault(Path(line.path).stem, []).extend(line.findings)
    return [
        Judged(dialogue=dialogue, findings=tuple(found[dialogue.id]), seconds=0.0)
        for dialogue in dialogues
        if dialogue.id in found
    ]


def f1(counts: np.ndarray) -> np.ndarray:
    """Micro-F1 of counts right, missed, false along the last axis; 0 where there are none."""
    right, missed, false = np.moveaxis(counts, -1, 0)
    return 2 * right / np.maximum(2 * right + missed + false, 1)


def precision(counts: np.ndarray) -> np.ndarray:
    """Share of what was found that is right; NaN where nothing was found."""
    found = counts[..., 0] + counts[..., 2]
    return np.where(found > 0, counts[..., 0] / np.maximum(found, 1), np.nan)


def recall(counts: np.ndarray) -> np.ndarray:
    """Share of what was said that was found; NaN where nothing was said."""
    said = counts[..., 0] + counts[..., 1]
    return np.where(said > 0, counts[..., 0] / np.maximum(said, 1), np.nan)


def share(counts: np.ndarray) -> np.ndarray:
    """First count over the second."""
    return counts[..., 0] / np.maximum(counts[..., 1], 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the lines of the report share: how intervals are drawn."""

    seed: int
    draws: int

    def with_interval(
        self,
        rows: Sequence[Sequence[int]],
        figure: Callable[[np.ndarray], np.ndarray],
        form: str = "{:.3f}",
    ) -> str:
        """The figure of the sum of `rows` (one a dialogue) and its interval."""
        counts = np.array(rows, dtype=float)
        value = figure(counts.sum(0))
        if np.isnan(value):
            return "none to reckon with"
        picks = np.random.default_rng(self.seed).integers(
            len(counts), size=(self.draws, len(counts))
        )
        low, high = np.nanquantile(figure(counts[picks].sum(1)), (0.025, 0.975))
        return f"{form.format(value)} [{form.format(low)}, {form.format(high)}]"


def by_code(judged: Iterable[Judged]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Right, missed and false of each code."""
    right, missed, false = Counter[str](), Counter[str](), Counter[str]()
    for item in judged:
        for counter, codes in zip((right, missed, false), item.hits(), strict=True):
            counter.update(codes)
    return right, missed, false


def sizes(groups: Iterable[Sequence[object]]) -> list[int]:
    """How many there are in each of `groups`."""
    return [len(group) for group in groups]


@click.command()
@click.option("--folder", default=FOLDER, type=click.Path(exists=True, path_type=Path))
@click.option("--heard", "run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--misses", is_flag=True, help="List what was missed and what is false.")
@click.option("--seed", default=0, show_default=True)
@click.option("--draws", default=2000, show_default=True)
def main(folder: Path, run: Path | None, misses: bool, seed: int, draws: int) -> None:
    """Print the figures of docs/explanation/accuracy.md about the standard."""
    begun = time.process_time()
    lexicon = load_lexicon(data_folder("lexicons"))
    engine = Engine(lexicon)
    ready = time.process_time() - begun
    dialogues = read(folder)
    judged = [judge(engine, d) for d in dialogues] if run is None else heard(dialogues, run)
    report = Report(seed=seed, draws=draws)
    how = (
        "Text with given roles, no audio."
        if run is None
        else "Synthetic speech, the whole pipeline."
    )
    _measured_on(judged, lexicon.packs, len(lexicon.rules), how, report)
    _codes_found(judged, report)
    _red(judged, report)
    _exemplary([item for item in judged if item.dialogue.exemplary], report)
    _coverage(judged, lexicon.taxonomy)
    if run is None:
        _timing(judged, ready)
    _styles(judged, report)
    _table(judged)
    if misses:
        _misses(judged)


def _measured_on(
    judged: Sequence[Judged], packs: Sized, rules: int, how: str, report: Report
) -> None:
    turns = sum(len(item.dialogue.lines) for item in judged)
    labels = sum(len(item.dialogue.expected) for item in judged)
    click.echo(
        f"{len(judged)} synthetic dialogues written apart from the packs, {turns} turns, {labels} expected codes;\n"
        f"labels say what the standard asks. {len(packs)} packs, {rules} rules. {how}\n"
        f"Intervals: 95 %, bootstrap over dialogues, {report.draws} draws, seed {report.seed}."
    )


def _codes_found(judged: Sequence[Judged], report: Report) -> None:
    for title, confirmed in (("breaches confirmed or in review", False), ("confirmed only", True)):
        rows = [sizes(item.hits(confirmed=confirmed)) for item in judged]
        click.echo(f"\nfindings by code, {title}: right, missed, false {np.sum(rows, 0).tolist()}")
        click.echo(f"  micro-F1   {report.with_interval(rows, f1)}  (target {F1_TARGET})")
        click.echo(f"  precision  {report.with_interval(rows, precision)}")
        click.echo(f"  recall     {report.with_interval(rows, recall)}")
    absent = [
        (len(item.dialogue.absent & item.told_absent()), len(item.dialogue.absent))
        for item in judged
    ]
    click.echo(f"\nmissing codes told as missing: {report.with_interval(absent, share)}")
    never = sum(len(item.dialogue.never & item.found()) for item in judged)
    click.echo(f"near misses found: {never} of {sum(len(i.dialogue.never) for i in judged)}")


def _red(judged: Sequence[Judged], report: Report) -> None:
    for title, confirmed in (("confirmed or in review", False), ("confirmed", True)):
        rows = [sizes(item.red_hits(confirmed=confirmed)) for item in judged]
        click.echo(f"\nred lines, {title}: right, missed, false {np.sum(rows, 0).tolist()}")
        click.echo(f"  precision  {report.with_interval(rows, precision)}  (target {RED_TARGET})")
        click.echo(f"  recall     {report.with_interval(rows, recall)}")


def _exemplary(judged: Sequence[Judged], report: Report) -> None:
    breaches = [[len({f.code for f in i.findings if _heard(f) and _breach(f)}), 1] for i in judged]
    absences = [[len(i.told_absent() & _expected_codes(i.dialogue)), 1] for i in judged]
    false = [[len(i.hits()[2]), 1] for i in judged]
    credits_ = [[f[0] - b[0], 1] for f, b in zip(false, breaches, strict=True)]
    all_ = [[f[0] + a[0], 1] for f, a in zip(false, absences, strict=True)]
    click.echo(
        f"\n{len(judged)} exemplary interactions, false findings each (target {FALSE_TARGET}):"
    )
    for title, rows in (
        ("breaches", breaches),
        ("told missing, though said", absences),
        ("credits, duties and cues that were not", credits_),
        ("all", all_),
    ):
        click.echo(f"  {title:<40}{report.with_interval(rows, share)}")


def _expected_codes(dialogue: Dialogue) -> set[str]:
    return {code for item in dialogue.expected for code in item.codes}


def _coverage(judged: Sequence[Judged], taxonomy: Taxonomy) -> None:
    codes = [c for c, code in taxonomy.codes.items() if code.polarity is not Polarity.MEASURE]
    produced = frozenset().union(*(item.found() for item in judged))
    right = by_code(judged)[0]
    never = [code for code in codes if code not in produced]
    rightly = sum(right[code] > 0 for code in codes)
    click.echo(
        f"\n{len(codes)} codes can be heard in text; produced at least once {len(codes) - len(never)}"
        f" ({1 - len(never) / len(codes):.1%}), rightly {rightly} ({rightly / len(codes):.1%})"
    )
    click.echo(f"never produced: {', '.join(never) or 'none'}")


def _timing(judged: Sequence[Judged], ready: float) -> None:
    times = np.array([item.seconds for item in judged]) * 1000
    lengths = [sum(len(text) for _, text in item.dialogue.lines) for item in judged]
    click.echo(
        f"\nprocessor time: ready after {ready:.2f} s; a dialogue of {np.mean(lengths):.0f} characters"
        f" median {np.median(times):.0f} ms, slowest {times.max():.0f} ms"
    )


def _styles(judged: Sequence[Judged], report: Report) -> None:
    click.echo("\nmicro-F1 by manner of speaking, confirmed or in review")
    for style in sorted({item.dialogue.style for item in judged}):
        rows = [sizes(item.hits()) for item in judged if item.dialogue.style == style]
        click.echo(f"  {style:<12}{len(rows):4}  {report.with_interval(rows, f1)}")


def _table(judged: Sequence[Judged]) -> None:
    right, missed, false = by_code(judged)
    click.echo(f"\n{'code':<30}{'right':>6}{'missed':>8}{'false':>7}{'F1':>7}")
    for code in sorted(right | missed | false):
        counts = np.array([right[code], missed[code], false[code]], dtype=float)
        figures = f"{right[code]:6}{missed[code]:8}{false[code]:7}{float(f1(counts)):7.2f}"
        click.echo(f"{code:<30}{figures}")


def _misses(judged: Sequence[Judged]) -> None:
    click.echo(
        "\ndialogue: missed; false (^ may never be found); red lines missed, false; wrongly told missing"
    )
    for item in judged:
        _, missed, false = item.hits()
        _, red_missed, red_false = item.red_hits(confirmed=False)
        marked = [f"{code}^" if code in item.dialogue.never else code for code in false]
        told = sorted(item.told_absent() & _expected_codes(item.dialogue))
        groups = (missed, marked, red_missed, red_false, told)
        if any(groups):
            click.echo(f"{item.dialogue.id}: " + "; ".join(", ".join(g) or "–" for g in groups))


if __name__ == "__main__":
    main()
