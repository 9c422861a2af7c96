"""What every rule has, whatever its kind: who, when, where, why, and the examples it is tried on."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from svcscore.records import Occasion, Role, Severity

Speaker = Literal[
    "staff", "customer", "any", "teller", "lobby_manager", "account_manager", "supervisor", "guard"
]
Gate = Literal["quoted", "negated", "hypothetical", "colleague"]
Part = str
"""What a place may be to a rule: a ``hit``, ``trigger``, ``after``, ``steps 0``, ``all 0``, ``any 0``, ``none 0``."""
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


class Where(Model):
    """The occasions on which a rule applies, by the branch's own clock and the bank's own names."""

    branches: tuple[str, ...] = Field(default=(), description="`branch_id`s; all where empty")
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(), description="1 Monday to 7 Sunday; all where empty"
    )
    hours: tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=1, le=24)]] | None = (
        Field(default=None, description="begins at or after the first full hour, before the second")
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.branches or self.weekdays or self.hours):
            raise ValueError("where needs branches, weekdays or hours")
        if self.hours and self.hours[0] >= self.hours[1]:
            raise ValueError("the first of hours must come before the second")
        return self

    def holds(self, occasion: Occasion) -> bool:
        """Whether `occasion` is meant; what is not known of it does not exclude it."""
        day, hour, branch = occasion.day, occasion.hour, occasion.branch
        if self.branches and branch is not None and branch not in self.branches:
            return False
        if self.weekdays and day is not None and day.isoweekday() not in self.weekdays:
            return False
        return self.hours is None or hour is None or self.hours[0] <= hour < self.hours[1]


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
    where: Where | None = Field(default=None, description="occasions on which it applies")
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

    def applies_on(self, occasion: Occasion) -> bool:
        """Whether `occasion` is one of the rule's; what is not known of it does not exclude it."""
        if self.where is not None and not self.where.holds(occasion):
            return False
        day = occasion.day
        return day is None or (self.since or day) <= day <= (self.until or day)

    def applies_to(self, business: str) -> bool:
        """Whether it is about this kind of business; where nothing tells the kind, it applies."""
        return not self.business or not business or business in self.business


def not_blank(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """`phrases`, if each can be heard and none stands twice; else a ValueError says which."""
    for phrase in phrases:
        if not any(char.isalnum() for char in phrase):
            raise ValueError(f"phrase {phrase!r} holds nothing that can be heard")
    if len(set(phrases)) != len(phrases):
        twice = sorted({p for p in phrases if phrases.count(p) > 1})
        raise ValueError(f"phrases listed twice: {twice}")
    return phrases
