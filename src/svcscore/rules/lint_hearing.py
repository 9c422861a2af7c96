"""Phrases that the recogniser hardly ever writes down, so that a rule waits for them in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcscore.phrases.measured import HARDLY, Measured
from svcscore.rules.lint import Desk, Lint, listened

ENOUGH = 6
"""Times that a phrase was said (by two voices and more), from which on its share says something."""


def hearing_doubts(desk: Desk, measured: Mapping[str, Measured]) -> Iterator[Lint]:
    """Doubts about phrases that were said and not found.

    Args:
        desk: with the lexicon.
        measured: what became of its phrases; of others nothing is said.
    """
    for rule in desk.lexicon.rules:
        for loc, phrase in listened(rule):
            one = measured.get(phrase)
            if one is None or one.said < ENOUGH or one.share > HARDLY:
                continue
            heard = f", heard as {'、'.join(one.heard)}" if one.heard else ""
            yield desk.doubt(
                rule, loc, "unheard",
                f"“{phrase}” was found {one.found} of the {one.said} times that it was said{heard}",
                "say more of the sentence, or add a wording that is heard",
            )  # fmt: skip
