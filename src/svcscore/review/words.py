"""What the screens say, in simplified Chinese and English (`locale/AREA.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from svcscore.reports.labels import Label

LANGUAGES = ("zh", "en")


@cache
def words() -> dict[str, Label]:
    """Everything that is said, by ``area.key``."""
    said: dict[str, Label] = {}
    for file in sorted(files("svcscore.review.locale").iterdir(), key=lambda it: it.name):
        if file.name.endswith(".yaml"):
            area = file.name.removesuffix(".yaml")
            for key, (zh, en) in yaml.safe_load(file.read_text("utf-8")).items():
                said[f"{area}.{key}"] = Label(zh, en)
    return said


def say(language: str, key: str, **values: object) -> str:
    """One text, with `values` put in where it has ``{name}``.

    Raises:
        KeyError: where no locale file has it.
    """
    label = words()[key]
    text = label.en if language == "en" else label.zh
    return text.format(**values) if values else text
