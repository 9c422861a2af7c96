"""What a visit is about: the kind of business whose words are heard most."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from svcscore.resources import data_folder
from svcscore.text.normalise import simplify

FILE = "business_kinds.yaml"


class BusinessKind(BaseModel):
    """One kind of business: its Chinese title, and words that tell it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)


@cache
def business_kinds() -> dict[str, BusinessKind]:
    """All kinds by name, in the order of the file."""
    content = yaml.safe_load((data_folder("lexicons") / FILE).read_text("utf-8"))
    return TypeAdapter(dict[str, BusinessKind]).validate_python(content)


def business_of(texts: Iterable[str]) -> str:
    """The kind that most words in `texts` tell; empty where no word does."""
    said = simplify("\n".join(texts))
    counts = {
        name: sum(said.count(word) for word in kind.words)
        for name, kind in business_kinds().items()
    }
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""
