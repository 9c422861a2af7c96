"""Which initials and finals were heard for which: what the costs of sounds are learned from."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from svcscore.hearing.trying import Trial
from svcscore.text.normalise import normalise
from svcscore.text.pinyin import prior_cost, split, syllables

_LOST = 0.5
"""Share of an utterance below which what was written for it tells nothing of its sounds."""
_UNLIKE = 0.9
"""Cost, without any recogniser, above which one syllable is no mishearing of another."""
_COLUMNS = ("part", "said", "heard", "count")


def confusions_of(trials: Iterable[Trial]) -> str:
    """The counts as CSV (``part`` is ``initial`` or ``final``), in order."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for trial in trials:
        said = syllables(normalise(trial.saying.text).text)
        heard = syllables(trial.heard)
        if len(heard) < _LOST * len(said):
            continue
        for edit in Levenshtein.opcodes(said, heard):
            if edit.tag not in ("equal", "replace"):
                continue
            pairs = zip(
                said[edit.src_start : edit.src_end],
                heard[edit.dest_start : edit.dest_end],
                strict=True,
            )
            for one, other in pairs:
                _count(counts, one, other)
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(_COLUMNS)
    write.writerows((*key, count) for key, count in sorted(counts.items()))
    return out.getvalue()


def _count(counts: Counter[tuple[str, str, str]], said: str, heard: str) -> None:
    if not all(unit.isascii() and unit.isalpha() for unit in (said, heard)):
        return
    if prior_cost(said, heard) > _UNLIKE:
        return
    for part, one, other in zip(("initial", "final"), split(said), split(heard), strict=True):
        counts[part, one, other] += 1
