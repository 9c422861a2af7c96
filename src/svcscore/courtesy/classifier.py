"""Courtesy of staff turns: levels 0 rude, 1 curt, 2 polite or businesslike, 3 warm.

The file of the model holds arrays and strings only (skops, no pickle, no estimator), is loaded only
where its SHA-256 is that of its card, and so does not depend on the version of scikit-learn that
trained it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from svcscore.courtesy.heads import Heads, Probabilities
from svcscore.courtesy.reasons import word_reasons
from svcscore.courtesy.voice import Voice, load_voice
from svcscore.heard import Prosody
from svcscore.learnt import corrupt, read
from svcscore.meaning.features import spoken
from svcscore.records import STAFF_ROLES, CourtesyScore, Turn
from svcscore.resources import data_folder

MODEL = "courtesy.skops"
_DIGITS = "零一二三四五六七八九"
NOTHING_SAID = (0.05, 0.15, 0.65, 0.15)
"""Probabilities of a turn that holds no Chinese word: nobody was impolite, and little is known."""


class CourtesyModel:
    """The trained model and what the voice may add to it."""

    def __init__(self, heads: Heads, voice: Voice, sha256: str) -> None:
        self._heads = heads
        self._voice = voice
        self.sha256 = sha256

    def classify(self, texts: Sequence[str]) -> Probabilities:
        """Probabilities of the levels from the words alone; a text without words is level 2."""
        result = np.tile(np.array(NOTHING_SAID), (len(texts), 1))
        said = [spoken(text) for text in texts]
        worded = [i for i, text in enumerate(said) if _has_words(text)]
        if worded:
            result[worded] = self._heads.probabilities([said[i] for i in worded])
        return result

    def judge(self, turns: Sequence[Turn], prosody: Sequence[Prosody]) -> tuple[CourtesyScore, ...]:
        """Courtesy of the staff turns, from words and voice, with reasons in Chinese.

        Args:
            turns: of one interaction; those of others get no score.
            prosody: of the whole recording, found by `Prosody.turn`; empty without audio.
        """
        staff = [turn for turn in turns if turn.role in STAFF_ROLES]
        by_words = self.classify([turn.text for turn in staff])
        shifts = self._voice.shifts(prosody)
        scores = []
        for turn, row in zip(staff, by_words, strict=True):
            shift = shifts.get(turn.index)
            reasons = word_reasons(self._heads, spoken(turn.text), int(row.argmax()))
            if shift is not None:
                row = shift.applied(row)
                reasons = (*reasons, *shift.reasons)
            rude, curt, polite, warm = (float(p) for p in row)
            scores.append(
                CourtesyScore(
                    turn=turn.index, probabilities=(rude, curt, polite, warm), reasons=reasons
                )
            )
        return tuple(scores)


def _has_words(said: str) -> bool:
    return any("一" <= char <= "鿿" and char not in _DIGITS for char in said)


@cache
def load_courtesy(folder: Path | None = None) -> CourtesyModel:
    """The packaged model, or that of another folder.

    Raises:
        WeightsError: ``weights.missing``, or ``weights.corrupt`` where the file is not the card's.
    """
    folder = folder or data_folder("models") / "courtesy"
    content, sha256 = read(folder, MODEL, "courtesy model")
    try:
        heads = Heads.from_content(content)
    except ValueError as error:
        raise corrupt(folder / MODEL, str(error)) from error
    return CourtesyModel(heads, load_voice(folder), sha256)
