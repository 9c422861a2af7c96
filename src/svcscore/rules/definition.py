"""What a rule is: the YAML of `lexicons/`, as pydantic models, a class for each kind.

A phrase is written as it is spoken, without punctuation: ``请问您(今天)(要|需要)办(理)什么业务``.
``( )`` is an optional part, ``(a|b)`` one of several (optional where one of them is empty), ``…``
a gap of at most eight characters, and ``{amount>=50000}`` any amount of that size (`rules.entities`).
您 and 你 are the same to every rule, and so are punctuation marks and the script: the recogniser
cannot tell them (see `docs/explanation/phrases.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from svcscore.rules.base import (
    After,
    Dialogue,
    Gate,
    Model,
    Part,
    Rule,
    Speaker,
    Trigger,
    Window,
    not_blank,
)
from svcscore.rules.expressions import audible


class PhraseRule(Rule):
    """One of the phrases is heard: a credit, a breach or a cue.

    A code with scope ``always`` in the taxonomy is absent where none of its rules hears anything.
    """

    kind: Literal["phrase"] = "phrase"
    phrases: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = Field(
        default=(), description="longer or other wordings that, where they overlap the hit, undo it"
    )
    unless_turn: tuple[str, ...] = Field(
        default=(), description="phrases anywhere in the same turn that undo the hit"
    )
    unless_next: tuple[str, ...] = Field(
        default=(), description="phrases in the next two staff turns that undo the hit"
    )
    soften_by: tuple[str, ...] = Field(
        default=(),
        description="phrases in the same or the next two staff turns that lower severity one level",
    )
    whole_turn: bool = Field(
        default=False, description="the phrase must be all that the turn says, fillers apart"
    )
    opening: Window | None = None
    closing: Window | None = None
    after: After | None = Field(default=None, description="counts only where this was heard")
    suspends: tuple[str, ...] = Field(
        default=(), description="codes that are not missed where the rule hears something"
    )
    gates: tuple[Gate, ...] | None = Field(
        default=None, description="contexts that undo a hit; breaches have all of them by default"
    )

    check_phrases = field_validator("phrases", "unless", "unless_turn", "unless_next", "soften_by")(
        not_blank
    )


class NearRule(Rule):
    """One phrase of every group, within `within_chars` characters of one another in one turn."""

    kind: Literal["near"] = "near"
    groups: tuple[tuple[str, ...], ...] = Field(min_length=2)
    within_chars: int = Field(default=20, gt=0, le=200)
    unless: tuple[str, ...] = ()
    unless_turn: tuple[str, ...] = ()
    gates: tuple[Gate, ...] | None = None

    @field_validator("groups")
    @classmethod
    def _groups(cls, groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(not_blank(group) for group in groups)

    check_phrases = field_validator("unless", "unless_turn")(not_blank)


class DutyRule(Rule):
    """Where the trigger occurs, one of the phrases is due from the staff.

    Heard without a trigger it is credited, unless `after` asks for one; not heard and not triggered
    it is not applicable.
    """

    kind: Literal["duty"] = "duty"
    trigger: Trigger
    phrases: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    within_turns: int = Field(default=4, gt=0, description="staff turns after the trigger")
    within_seconds: float | None = Field(default=None, gt=0)
    anywhere: bool = Field(
        default=True, description="the duty may also be met before the trigger or later"
    )
    after: After | None = Field(default=None, description="counts only where this was heard")

    check_phrases = field_validator("phrases", "unless")(not_blank)


class EntityRule(Rule):
    """A number that identifies somebody, or a balance, is said aloud."""

    kind: Literal["entity"] = "entity"
    entities: tuple[Literal["id_number", "bank_card", "phone_number", "balance"], ...] = Field(
        min_length=1
    )
    unless_turn: tuple[str, ...] = ()


class MeaningRule(Rule):
    """A turn of staff means what the code says, in whatever words: the model of `meaning` tells.

    One witness alone: a breach only ever goes to review. It speaks where no other rule did.
    """

    kind: Literal["meaning"] = "meaning"
    by: Literal["staff"] = "staff"
    least: float = Field(gt=0, lt=1, description="probability from which it is told")
    doubt: float | None = Field(
        default=None, gt=0, lt=1, description="from which the code is not surely missing"
    )
    opening: Window | None = None

    @model_validator(mode="after")
    def _below(self) -> Self:
        if self.doubt is not None and self.doubt >= self.least:
            raise ValueError("doubt must lie below least: from there on it is told")
        return self


class MeasureRule(Rule):
    """Something measured from times and roles; a breach of the limit is a finding."""

    kind: Literal["measure"] = "measure"
    signal: Literal["greeting_latency", "answer_latency", "silence", "interruption", "speech_rate"]
    limit: float = Field(
        gt=0, description="seconds; of speech_rate how many times as fast as usual"
    )
    unless_before: tuple[str, ...] = Field(
        default=(), description="phrases in the staff turn before that announce a silence"
    )
    examples: tuple[Dialogue, ...] = ()
    counter_examples: tuple[Dialogue, ...] = ()


class ExpressionRule(Rule):
    """A regular expression fits what was said: for patterns that phrases cannot tell.

    It sees one turn at a time, normalised: no punctuation, 你 for 您, digits as characters. RE2 takes
    time that grows with the text alone, whatever is written here. Likenesses are not found.
    """

    kind: Literal["expression"] = "expression"
    expression: str = Field(min_length=1)
    unless: str | None = Field(
        default=None, description="an expression that, where it overlaps the hit, undoes it"
    )
    unless_turn: tuple[str, ...] = ()
    gates: tuple[Gate, ...] | None = None

    check_expressions = field_validator("expression", "unless")(audible)
    check_phrases = field_validator("unless_turn")(not_blank)


class RepeatRule(Rule):
    """The same is said several times: one of the phrases, or turns that say nearly the same."""

    kind: Literal["repeat"] = "repeat"
    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_turn: tuple[str, ...] = ()
    alike: float | None = Field(
        default=None, gt=0.5, le=1, description="how like turns are, 0-1, in place of phrases"
    )
    times: int = Field(ge=2, le=20)
    within_turns: int | None = Field(
        default=None, gt=0, description="turns of the speaker from the first to the last"
    )
    within_seconds: float | None = Field(default=None, gt=0)
    none: tuple[Trigger, ...] = Field(default=(), description="what lets it be said so often")

    check_phrases = field_validator("phrases", "unless", "unless_turn")(not_blank)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.phrases) == (self.alike is not None):
            raise ValueError("a repetition is of phrases or of alike turns: give one of the two")
        return self


class Step(Trigger):
    """A step of an ordered flow, and how it is called."""

    title: str = Field(min_length=1)
    by: Speaker = "staff"


class OrderRule(Rule):
    """Steps have an order; a step that comes after one that should follow it is a breach of it.

    Steps that were not heard break no order: whether they are due is for other rules.
    """

    kind: Literal["order"] = "order"
    steps: tuple[Step, ...] = Field(min_length=2, description="in the order that is due")


class TogetherRule(Rule):
    """Several things hold in one place: all of some, enough of others, none of the rest."""

    kind: Literal["together"] = "together"
    all: tuple[Trigger, ...] = Field(default=(), description="the finding stands at the last")
    any: tuple[Trigger, ...] = ()
    at_least: int = Field(default=1, gt=0, description="how many of `any`")
    none: tuple[Trigger, ...] = ()
    within_turns: int | None = Field(
        default=None, ge=0, description="turns of anybody between each and the place; 0 is its own"
    )
    within_seconds: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if not self.all and not self.any:
            raise ValueError("together needs all or any")
        if self.any and self.at_least > len(self.any):
            raise ValueError(f"at_least is {self.at_least}, but any holds {len(self.any)}")
        if len(self.all) + len(self.any) + len(self.none) < 2:
            raise ValueError("one condition alone is a rule of another kind")
        return self


AnyRule = Annotated[
    PhraseRule
    | NearRule
    | DutyRule
    | EntityRule
    | ExpressionRule
    | RepeatRule
    | OrderRule
    | TogetherRule
    | MeaningRule
    | MeasureRule,
    Field(discriminator="kind"),
]


def conditions(rule: AnyRule) -> Iterator[tuple[Part, Trigger]]:
    """What `rule` waits for: what makes it due, what must have been heard, its steps and conditions."""
    if isinstance(rule, DutyRule):
        yield "trigger", rule.trigger
    if isinstance(rule, DutyRule | PhraseRule) and rule.after:
        yield "after", rule.after
    if isinstance(rule, RepeatRule):
        yield from ((f"none {n}", part) for n, part in enumerate(rule.none))
    if isinstance(rule, OrderRule):
        yield from ((f"steps {n}", step) for n, step in enumerate(rule.steps))
    if isinstance(rule, TogetherRule):
        for name, parts in (("all", rule.all), ("any", rule.any), ("none", rule.none)):
            yield from ((f"{name} {n}", part) for n, part in enumerate(parts))


class Pack(Model):
    """One file of rules."""

    pack: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    version: int = Field(ge=1)
    model: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the model of meanings that the rules were tried with, so that the "
        "digest of the lexicon tells it; rules ask the model that is installed",
    )
    rules: tuple[AnyRule, ...] = Field(min_length=1)
