"""What a rule is: the YAML of `lexicons/`, as pydantic models.

A phrase is written as it is spoken, without punctuation: ``请问您(今天)(要|需要)办(理)什么业务``.
``( )`` is an optional part, ``(a|b)`` one of several (optional where one of them is empty), and ``…``
a gap of at most eight characters. 您 and 你 are the same to every rule, and so are punctuation marks
and the script: the recogniser cannot tell them (see `docs/explanation/phrases.md`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from svcscore.records import Role, Severity

Speaker = Literal[
    "staff", "customer", "any", "teller", "lobby_manager", "account_manager", "supervisor", "guard"
]
Gate = Literal["quoted", "negated", "hypothetical", "colleague"]
SPEAKERS_ZH: dict[str, Role] = {
    "柜": Role.TELLER,
    "堂": Role.LOBBY_MANAGER,
    "经": Role.ACCOUNT_MANAGER,
    "主": Role.SUPERVISOR,
    "安": Role.GUARD,
    "客": Role.CUSTOMER,
    "机": Role.MACHINE,
}


class Model(BaseModel):
    """Base: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(Model):
    """A part of the interaction, on word time: a hit must begin (or end) within it.

    Where both are given, either is enough (a slow start should not lose the greeting).
    """

    seconds: float | None = Field(default=None, gt=0)
    turns: int | None = Field(default=None, gt=0, description="turns of the speaker meant by `by`")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.seconds is None and self.turns is None:
            raise ValueError("a window needs seconds, turns or both")
        return self


class Dialogue(Model):
    """An example: one or more turns, each a speaker (柜 堂 经 主 安 客 机) and what was said."""

    turns: tuple[tuple[Role, str], ...]

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        if isinstance(value, str):
            return {"turns": ((Role.UNKNOWN, value),)}
        if isinstance(value, list):
            return {"turns": tuple(cls._turn(item) for item in value)}
        return value

    @staticmethod
    def _turn(item: object) -> tuple[Role, str]:
        if isinstance(item, dict) and len(item) == 1:
            (speaker, text), *_ = item.items()
            if speaker in SPEAKERS_ZH and isinstance(text, str):
                return SPEAKERS_ZH[speaker], text
        raise ValueError(f"a turn is one of {'、'.join(SPEAKERS_ZH)} and a text, not {item!r}")


class Trigger(Model):
    """What makes a duty due: phrases by somebody, or any finding of other codes."""

    by: Speaker = "customer"
    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    codes: tuple[str, ...] = Field(default=(), description="e.g. complaint.cue, special.*.cue")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.phrases and not self.codes:
            raise ValueError("a trigger needs phrases or codes")
        return self


class After(Trigger):
    """What must have been heard for a hit to count: a trigger, and how soon after it."""

    within_turns: int | None = Field(
        default=None, gt=0, description="the trigger's turn and so many of staff after it"
    )
    within_seconds: float | None = Field(default=None, gt=0)
    anywhere: bool = Field(default=False, description="the trigger may also come after the hit")


class Rule(Model):
    """Fields that every rule has."""

    id: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")
    code: str
    title: str = Field(min_length=1)
    severity: Severity | None = None
    by: Speaker = "staff"
    why: str = Field(min_length=4, description="what the reviewer and the teller are told, Chinese")
    source: str = Field(min_length=2)
    status: Literal["preview", "stable"] = "stable"
    version: int = Field(default=1, ge=1)
    since: dt.date | None = Field(default=None, description="first day on which it applies")
    until: dt.date | None = Field(default=None, description="last day on which it applies")
    business: tuple[str, ...] = Field(
        default=(), description="names of business_kinds.yaml; all where empty"
    )
    kinds: tuple[Literal["counter", "lobby", "manager", "salon"], ...] = (
        "counter",
        "lobby",
        "manager",
    )
    least: float | None = Field(
        default=None, gt=0, lt=1, description="probability below which a hit is rejected"
    )
    examples: tuple[Dialogue, ...] = Field(min_length=1)
    counter_examples: tuple[Dialogue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _some_days(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("until lies before since: the rule would never apply")
        return self

    def applies_on(self, day: dt.date | None) -> bool:
        """Whether `day` is one of the rule's; where the day is not known, it applies."""
        if day is None:
            return True
        return (self.since or day) <= day <= (self.until or day)

    def applies_to(self, business: str) -> bool:
        """Whether it is about this kind of business; where nothing tells the kind, it applies."""
        return not self.business or not business or business in self.business


def _not_blank(phrases: tuple[str, ...]) -> tuple[str, ...]:
    for phrase in phrases:
        if not any(char.isalnum() for char in phrase):
            raise ValueError(f"phrase {phrase!r} holds nothing that can be heard")
    if len(set(phrases)) != len(phrases):
        twice = sorted({p for p in phrases if phrases.count(p) > 1})
        raise ValueError(f"phrases listed twice: {twice}")
    return phrases


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
        _not_blank
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
        return tuple(_not_blank(group) for group in groups)

    check_phrases = field_validator("unless", "unless_turn")(_not_blank)


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

    check_phrases = field_validator("phrases", "unless")(_not_blank)


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
    opening: Window | None = None


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


AnyRule = Annotated[
    PhraseRule | NearRule | DutyRule | EntityRule | MeaningRule | MeasureRule,
    Field(discriminator="kind"),
]

Part = Literal["trigger", "after"]


def conditions(rule: AnyRule) -> Iterator[tuple[Part, Trigger]]:
    """What `rule` waits for: the trigger that makes it due, and what must have been heard."""
    if isinstance(rule, DutyRule):
        yield "trigger", rule.trigger
    if isinstance(rule, DutyRule | PhraseRule) and rule.after:
        yield "after", rule.after


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
