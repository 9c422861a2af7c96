"""What one file of `lexicons/profiles/` can say: dimensions with weights, items with points, deductions.

A profile knows no rule. It names public codes; which words earn or cost them is the lexicon's affair.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

TOP = 100.0
Post = Literal["counter", "lobby", "manager"]
POSTS: tuple[Post, ...] = ("counter", "lobby", "manager")
Means = Literal["pass", "coach", "flag"]
MEANS: tuple[Means, ...] = ("pass", "coach", "flag")
"""From the best down."""
Points = Annotated[float, Field(ge=0, le=TOP, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, le=TOP, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Title = Annotated[str, Field(min_length=1, max_length=40)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Model):
    """What is worth points: findings of `codes`, what must not be found, or the staff's courtesy.

    `need: any` is earned where one of the findings is met; with `each`, every finding is a duty of
    its own, and the share that is met is earned. An item with `unless` is earned as long as no
    minor or major breach or measure of those codes is confirmed; these cost nothing besides.
    """

    id: Name
    title: Title
    points: Weight
    codes: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    courtesy: bool = False
    need: Literal["any", "each"] = "any"
    edge: Literal["opening", "closing"] | None = None
    """Where it is said; its absence is less sure where the interaction was only parted by a pause."""
    posts: tuple[Post, ...] = Field(default=POSTS, min_length=1)


class PostWeights(_Model):
    """Weights of a dimension at single posts, where they differ."""

    counter: Weight | None = None
    lobby: Weight | None = None
    manager: Weight | None = None


class Order(_Model):
    """The order in which steps are due; one out of turn keeps the share `keeps` of its points."""

    steps: tuple[str, ...] = Field(min_length=2)
    keeps: float = Field(ge=0, le=1)


class Dimension(_Model):
    """Items that are shown as one score; `weight` is its share of the whole."""

    name: Name
    title: Title
    weight: Weight
    at: PostWeights = PostWeights()
    items: tuple[Item, ...] = Field(min_length=1)
    orders: tuple[Order, ...] = ()
    """Of codes of its items; a code stands in one order at most."""

    def weight_at(self, post: str) -> float:
        """Its weight at `post`."""
        own: float | None = getattr(self.at, post, None)
        return self.weight if own is None else own


class Deduction(_Model):
    """What breaches of one severity cost: each `points`, together at most `cap`.

    Fewer than `repeats` of them cost nothing.
    """

    points: Points
    cap: Points
    repeats: int = Field(default=1, ge=1)


class Group(Deduction):
    """What minor and major breaches of certain codes cost together, in place of their severity's price."""

    id: Name
    title: Title
    codes: tuple[str, ...] = Field(min_length=1)


class DimensionCeiling(_Model):
    """What a dimension can be at most where there is a red line, 0–100."""

    name: Name
    ceiling: Points


class RedLine(_Model):
    """What red lines cost; with one, the total is at most `ceiling`, and so are `dimensions`."""

    points: Points
    cap: Points
    ceiling: Points
    dimensions: tuple[DimensionCeiling, ...] = ()

    @property
    def repeats(self) -> int:
        """One is enough."""
        return 1


class Deductions(_Model):
    """What breaches cost: by severity, and some codes by a price of their own."""

    minor: Deduction
    major: Deduction
    red_line: RedLine
    groups: tuple[Group, ...] = ()


class Band(_Model):
    """A name for totals from `least` up to the next band, and what is to be done about them."""

    name: Title
    least: Points
    means: Means | None = None


class Profile(_Model):
    """One file of `profiles/`."""

    profile: Name
    title: Title
    version: int = Field(ge=1)
    about: str = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=1)
    courtesy_levels: tuple[Points, Points, Points, Points] = Field(
        description="what a rude, curt, polite and warm turn is worth, 0–100"
    )
    review_width: float = Field(
        gt=0, le=TOP, description="an interval wider than this many points asks for review"
    )
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    deductions: Deductions
