"""YAML to rules: every fault with file and line, all faults at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from svcscore.errors import ConfigError
from svcscore.faults import (
    Fault,
    FaultyError,
    config_error,
    line_of,
    read_model,
    read_source,
)
from svcscore.meaning.model import Meaning, load_meaning
from svcscore.phrases.pattern import PatternError, expand
from svcscore.records import Polarity
from svcscore.resources import data_folder, digest_of
from svcscore.rules.definition import (
    AnyRule,
    DutyRule,
    EntityRule,
    ExpressionRule,
    MeaningRule,
    MeasureRule,
    NearRule,
    OrderRule,
    Pack,
    PhraseRule,
    RepeatRule,
    TogetherRule,
    conditions,
)
from svcscore.rules.entities import wanted
from svcscore.rules.taxonomy import Taxonomy, load_taxonomy


class Gates(BaseModel):
    """`gates.yaml`: words that show that what follows is not said to the customer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quoted: tuple[str, ...]
    negated: tuple[str, ...]
    hypothetical: tuple[str, ...]
    colleague: tuple[str, ...]
    negator_syllables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All packs of a folder, their taxonomy and gates, and the digest of all of it."""

    packs: tuple[Pack, ...]
    taxonomy: Taxonomy
    gates: Gates
    sha256: str
    meaning: Meaning | None = None
    """What rules of kind ``meaning`` ask; None where there is no such rule."""

    @property
    def rules(self) -> tuple[AnyRule, ...]:
        """Rules of all packs, in the order of files and lines."""
        return tuple(rule for pack in self.packs for rule in pack.rules)


REMEDY = "mend the lines named, then run `svcscore rules test`"
NOT_PACKS = ("taxonomy.yaml", "gates.yaml", "*_*.yaml")
"""Files of a lexicon that hold no rules; a name with `_` is a list that another room reads."""


def load_lexicon(folder: Path) -> Lexicon:
    """All packs in `folder` (its ``*.yaml``, `profiles/` apart).

    Raises:
        ConfigError: with every fault of every file, as ``file:line: where: what``.
    """
    lexicon, faults = read_lexicon(folder)
    if faults:
        raise config_error(folder, faults, REMEDY)
    return lexicon


def read_lexicon(folder: Path) -> tuple[Lexicon, list[Fault]]:
    """The packs of `folder` that are well, and the faults of the others.

    Raises:
        ConfigError: where taxonomy or gates are missing or faulty, or there is no pack at all.
    """
    taxonomy, gates, faults = _lists(folder)
    if taxonomy is None or gates is None:
        raise config_error(folder, faults, "take them from the packaged lexicon, or mend the lines")
    packs = []
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        if any(path.match(name) for name in NOT_PACKS):
            continue
        pack, found = read_pack(path, taxonomy)
        faults += found
        if pack is None:
            continue
        for rule in pack.rules:
            if rule.id in seen:
                message = f"rule id {rule.id!r} is already used in {seen[rule.id].name}"
                faults.append(Fault(path, 1, rule.id, message))
            seen[rule.id] = path
        if not found:
            packs.append(pack)
    if not packs and not faults:
        raise ConfigError("config.invalid", "no packs (*.yaml)", "add a pack of rules", str(folder))
    sha256 = digest_of(folder, "*.yaml")
    if not any(isinstance(rule, MeaningRule) for pack in packs for rule in pack.rules):
        return Lexicon(tuple(packs), taxonomy, gates, sha256), faults
    return Lexicon(tuple(packs), taxonomy, gates, sha256, load_meaning()), faults


def _lists(folder: Path) -> tuple[Taxonomy | None, Gates | None, list[Fault]]:
    """Taxonomy and gates of `folder`, each None where it has one of the faults."""
    faults: list[Fault] = []
    taxonomy, gates = None, None
    try:
        taxonomy = load_taxonomy(folder)
    except FaultyError as error:
        faults += error.faults
    try:
        gates = read_model(folder / "gates.yaml", Gates)
    except FaultyError as error:
        faults += error.faults
    return taxonomy, gates, faults


def read_pack(path: Path, taxonomy: Taxonomy) -> tuple[Pack | None, list[Fault]]:
    """One pack, or None and what is wrong with it."""
    try:
        source = read_source(path)
    except FaultyError as error:
        return None, list(error.faults)
    try:
        pack = Pack.model_validate(source.content)
    except ValidationError as error:
        return None, source.faults(error)
    faults = []
    for number, rule in enumerate(pack.rules):
        line = line_of(source.node, ("rules", number))
        faults += [Fault(path, line, rule.id, message) for message in _check(rule, taxonomy)]
    return pack, faults


def _check(rule: AnyRule, taxonomy: Taxonomy) -> Iterator[str]:
    """Faults that need more than the one rule's own fields."""
    code = taxonomy.codes.get(rule.code)
    if code is None:
        close = difflib.get_close_matches(rule.code, taxonomy.codes, 1)
        yield f"unknown code {rule.code!r}" + (f", did you mean {close[0]!r}?" if close else "")
        return
    if (code.polarity in {Polarity.BREACH, Polarity.MEASURE}) != (rule.severity is not None):
        yield f"severity belongs to breaches and measures; {rule.code} is a {code.polarity.value}"
    if isinstance(rule, MeaningRule) and rule.code not in load_meaning().codes:
        known = ", ".join(load_meaning().codes)
        yield f"the model of meanings does not know {rule.code!r}; it knows {known}"
    if isinstance(rule, MeaningRule) and rule.doubt and code.polarity is Polarity.BREACH:
        yield "a breach is never missing: `doubt` is for credits and duties"
    for pattern in _patterns(rule):
        if not taxonomy.matching(pattern):
            yield f"code {pattern!r} matches no code of the taxonomy"
    if isinstance(rule, DutyRule | PhraseRule) and rule.after and code.scope == "always":
        yield f"{rule.code} is expected always: `after` is for what something calls for"
    for business in rule.business:
        if business not in _businesses():
            close = difflib.get_close_matches(business, _businesses(), 1)
            hint = f", did you mean {close[0]!r}?" if close else ""
            yield f"unknown kind of business {business!r}{hint}"
    for phrase in phrases_of(rule):
        try:
            wanted(phrase) or expand(phrase)
        except PatternError as error:
            yield str(error)


@cache
def _businesses() -> tuple[str, ...]:
    """Names of kinds of business, as interactions carry them (`dialogue.business`)."""
    kinds = yaml.safe_load((data_folder("lexicons") / "business_kinds.yaml").read_text("utf-8"))
    return tuple(kinds)


def _patterns(rule: AnyRule) -> Iterator[str]:
    """Patterns of codes that `rule` names besides its own."""
    for _, trigger in conditions(rule):
        yield from trigger.codes
    if isinstance(rule, PhraseRule):
        yield from rule.suspends


def phrases_of(rule: AnyRule) -> tuple[str, ...]:
    """Every phrase that `rule` searches for, exclusions and triggers included."""
    lists: tuple[tuple[str, ...], ...]
    match rule:
        case PhraseRule():
            lists = (
                rule.phrases,
                rule.unless,
                rule.unless_turn,
                rule.unless_next,
                rule.soften_by,
            )
        case NearRule():
            lists = (*rule.groups, rule.unless, rule.unless_turn)
        case DutyRule():
            lists = (rule.phrases, rule.unless)
        case MeasureRule():
            lists = (rule.unless_before,)
        case EntityRule() | ExpressionRule():
            lists = (rule.unless_turn,)
        case RepeatRule():
            lists = (rule.phrases, rule.unless, rule.unless_turn)
        case MeaningRule() | OrderRule() | TogetherRule():
            lists = ()
    waited = [part for _, t in conditions(rule) for part in (t.phrases, t.unless)]
    return tuple(phrase for phrases in (*lists, *waited) for phrase in phrases)
