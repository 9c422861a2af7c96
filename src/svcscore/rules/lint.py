"""What is doubtful in a lexicon whose files are well: what stands where, what of it, and what to do.

A fault is a rule that can never say anything; all else is a warning. Examples are tried by `check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from svcscore.faults import FaultyError, Loc, line_of, read_source
from svcscore.phrases.measured import Measured
from svcscore.phrases.pattern import expand
from svcscore.rules.definition import AnyRule, DutyRule, NearRule, PhraseRule, RepeatRule
from svcscore.rules.entities import wanted
from svcscore.rules.load import NOT_PACKS, Lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One doubt about one rule."""

    file: Path
    line: int
    rule: str
    check: str
    """``duplicate``, ``collision``, ``undone``, ``unguarded``, ``unreachable``, ``examples``,
    ``short``, ``common``, ``unheard``, ``never`` or ``always``."""
    what: str
    remedy: str
    fault: bool = False

    def __str__(self) -> str:
        what = f"it can never apply: {self.what}" if self.fault else self.what
        return f"{self.file}:{self.line}: {self.rule}: {what}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class _Home:
    file: Path
    node: yaml.Node | None
    number: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A lexicon, and where each of its rules is written."""

    lexicon: Lexicon
    homes: dict[str, _Home]

    @classmethod
    def of(cls, folder: Path, lexicon: Lexicon) -> Self:
        """Read once more where the rules of `lexicon`, which was read from `folder`, stand."""
        names = {pack.pack: pack for pack in lexicon.packs}
        homes: dict[str, _Home] = {}
        for path in sorted(folder.glob("*.yaml")):
            if any(path.match(name) for name in NOT_PACKS):
                continue
            try:
                source = read_source(path)
            except FaultyError:
                continue  # its pack is not in the lexicon
            content = source.content
            pack = names.get(content.get("pack", "")) if isinstance(content, dict) else None
            for number, rule in enumerate(pack.rules if pack else ()):
                homes[rule.id] = _Home(path, source.node, number)
        return cls(lexicon, homes)

    def where(self, rule: AnyRule, *loc: int | str) -> tuple[Path, int]:
        """File and line of a part of `rule`."""
        home = self.homes[rule.id]
        return home.file, line_of(home.node, ("rules", home.number, *loc))

    def doubt(
        self,
        rule: AnyRule,
        loc: Loc,
        check: str,
        what: str,
        remedy: str,
        *,
        fault: bool = False,
    ) -> Lint:
        """A doubt about a part of `rule`."""
        file, line = self.where(rule, *loc)
        return Lint(
            file=file,
            line=line,
            rule=rule.id,
            check=check,
            what=what,
            remedy=remedy,
            fault=fault,
        )

    def told(self, rule: AnyRule) -> str:
        """A rule with its place, as other rules' doubts name it."""
        file, line = self.where(rule)
        return f"{rule.id} ({file.name}:{line})"


def lint(folder: Path, lexicon: Lexicon, measured: Mapping[str, Measured]) -> tuple[Lint, ...]:
    """All doubts about the packs of `folder`, which `lexicon` was read from; by file and line.

    `measured` tells what became of phrases that were said to the recogniser.
    """
    from svcscore.rules.lint_hearing import hearing_doubts
    from svcscore.rules.lint_phrases import phrase_doubts
    from svcscore.rules.lint_reach import reach_doubts

    desk = Desk.of(folder, lexicon)
    found = [
        *reach_doubts(desk),
        *phrase_doubts(desk),
        *hearing_doubts(desk, measured),
        *_few_counter_examples(desk),
    ]
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.rule, one.check)))


def _few_counter_examples(desk: Desk) -> Iterator[Lint]:
    for rule in desk.lexicon.rules:
        good, bad = len(rule.examples), len(rule.counter_examples)
        if bad < good:
            yield desk.doubt(
                rule,
                ("counter_examples",),
                "examples",
                f"{bad} counter-examples for {good} examples",
                "add near misses that must not be found, at least as many as examples",
            )


def listened(rule: AnyRule) -> Iterator[tuple[Loc, str]]:
    """The phrases that `rule` listens for, each with where it stands in the rule."""
    match rule:
        case PhraseRule() | DutyRule() | RepeatRule():
            for number, phrase in enumerate(rule.phrases):
                yield ("phrases", number), phrase
        case NearRule():
            for group, phrases in enumerate(rule.groups):
                for number, phrase in enumerate(phrases):
                    yield ("groups", group, number), phrase
        case _:
            return


def pieces_of(phrase: str) -> tuple[tuple[str, ...], ...]:
    """The plain forms of a phrase, each as its pieces in order, normalised; an entity has none."""
    return () if wanted(phrase) else tuple(variant.pieces for variant in expand(phrase))


def in_order(text: str, pieces: Iterable[str]) -> bool:
    """Whether `text` holds all `pieces` of a form, one after the other."""
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True
