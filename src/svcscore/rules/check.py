"""Every rule against its own examples and counter-examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from svcscore.records import Finding, Interaction, Kind, Role
from svcscore.rules.base import Dialogue
from svcscore.rules.definition import AnyRule, conditions
from svcscore.rules.engine import Engine
from svcscore.rules.load import Lexicon
from svcscore.rules.scene import USUAL_STAFF
from svcscore.rules.settle import HEARD
from svcscore.rules.spoken import spoken


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that its rule does not find, or a counter-example that it does."""

    pack: str
    rule: str
    example: bool
    text: str
    instead: tuple[str, ...]
    """Rules that heard something in it, as ``rule “heard”``."""

    def __str__(self) -> str:
        what = "example not found" if self.example else "counter-example found"
        others = "; ".join(self.instead) or "nothing"
        return f"{self.pack}: {self.rule}: {what}: {self.text} (heard: {others})"


def check(lexicon: Lexicon, packs: Sequence[str] | None = None) -> tuple[Failure, ...]:
    """What fails among the examples of the packs named (of all packs).

    Each rule is tried alone, with the rules of the codes that trigger it: another rule of its code
    may hold the same words, and then only one of them is told.
    """
    everything: Engine | None = None
    failures = []
    for pack in lexicon.packs:
        if packs is not None and pack.pack not in packs:
            continue
        for rule in pack.rules:
            engine = Engine(_alone(lexicon, rule))
            for example, dialogue in _dialogues(rule):
                interaction = _interaction(rule, dialogue)
                if _found(engine, rule, interaction) is not example:
                    everything = everything or Engine(lexicon)
                    heard = _told(everything.judge(interaction))
                    failures.append(Failure(pack.pack, rule.id, example, _text(dialogue), heard))
    return tuple(failures)


def _alone(lexicon: Lexicon, rule: AnyRule) -> Lexicon:
    rules: list[AnyRule] = [rule]
    patterns = {pattern for _, trigger in conditions(rule) for pattern in trigger.codes}
    codes = {code for pattern in patterns for code in lexicon.taxonomy.matching(pattern)}
    rules += [other for other in lexicon.rules if other.code in codes and other is not rule]
    pack = lexicon.packs[0].model_copy(update={"rules": tuple(rules)})
    return replace(lexicon, packs=(pack,))


def _dialogues(rule: AnyRule) -> Iterator[tuple[bool, Dialogue]]:
    for dialogue in rule.examples:
        yield True, dialogue
    for dialogue in rule.counter_examples:
        yield False, dialogue


def _found(engine: Engine, rule: AnyRule, interaction: Interaction) -> bool:
    return any(f.rule == rule.id and f.verdict in HEARD for f in engine.judge(interaction))


def _interaction(rule: AnyRule, dialogue: Dialogue) -> Interaction:
    kind = Kind(rule.kinds[0])
    usual = USUAL_STAFF[kind]
    speaker = usual if rule.by in {"staff", "any"} else Role(rule.by)
    lines = [(speaker if role is Role.UNKNOWN else role, text) for role, text in dialogue.turns]
    return spoken("example", lines, kind)


def _text(dialogue: Dialogue) -> str:
    if len(dialogue.turns) == 1:
        return dialogue.turns[0][1]
    return " / ".join(f"{role.value}: {text}" for role, text in dialogue.turns)


def _told(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(
        f"{f.rule} “{f.evidence[0].heard}”" for f in findings if f.verdict in HEARD and f.evidence
    )
