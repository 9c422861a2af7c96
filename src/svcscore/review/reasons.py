"""Usual reasons for overturning a finding (`reasons.yaml`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from svcscore.reports.labels import Label


@cache
def usual_reasons() -> dict[str, tuple[Label, ...]]:
    """By what the machine said: ``heard``, ``missed`` or ``idle``; the Chinese is what is stored."""
    text = (files("svcscore.review") / "reasons.yaml").read_text("utf-8")
    return {
        kind: tuple(Label(*one) for one in given) for kind, given in yaml.safe_load(text).items()
    }
