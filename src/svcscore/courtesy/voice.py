"""What a speaker's voice adds to his words, within bounds.

Not trained: real emotional Mandarin speech of branches is lacking, so the weights of
`models/courtesy/voice.yaml` are set by hand and kept small. A turn is compared with the median of the
speaker's own turns in the recording. Only faster, higher and louder count, and only together with
haste: loud and slow is how one speaks to somebody who hears badly. The shift takes from "polite" and
"warm" and gives to "curt"; "rude" keeps what the words gave it, and never becomes the most probable
level through the voice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.courtesy.heads import Probabilities
from svcscore.errors import ConfigError
from svcscore.heard import Prosody

VOICE = "voice.yaml"
RUDE, CURT = 0, 1
_MAD = 1.4826
"""Median absolute deviation to standard deviation, for normal data."""
_REASONS = {
    "rate": "语速明显快于本人平时",
    "pitch_st": "音调明显高于本人平时",
    "loudness_db": "声音明显大于本人平时",
}


class _Measures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float = Field(ge=0, le=10)
    """Characters a second."""
    pitch_st: float = Field(ge=0, le=10)
    """Semitones."""
    loudness_db: float = Field(ge=0, le=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What the voice of one turn adds to the log-odds of "curt", and why."""

    log_odds: float
    reasons: tuple[str, ...]

    def applied(self, row: Probabilities) -> Probabilities:
        """`row` (shape [4]) shifted; as it was where "rude" would become the most probable."""
        moved = row.copy()
        kind = 1 - row[RUDE]
        if kind <= 0:
            return row
        curt = min(max(row[CURT] / kind, 1e-9), 1 - 1e-9)
        odds = curt / (1 - curt) * np.exp(self.log_odds)
        share = odds / (1 + odds)
        moved[CURT] = share * kind
        moved[CURT + 1 :] *= (1 - share) / (1 - curt)
        if moved.argmax() == RUDE and row.argmax() != RUDE:
            return row
        return moved


class Voice(BaseModel):
    """The settings of `voice.yaml`; what each means is told there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    least_turns: int = Field(ge=3)
    least_above_noise_db: float
    most_clipped: float = Field(ge=0, le=1)
    dead_zone: float = Field(ge=0)
    most_deviations: float = Field(gt=0)
    least_share: float = Field(ge=0, le=1)
    most_shift: float = Field(ge=0, le=1)
    least_spread: _Measures
    weights: _Measures

    def shifts(self, prosody: Sequence[Prosody]) -> dict[int, Shift]:
        """Shift of each turn that has one, by the turn's index.

        Args:
            prosody: of a whole recording; each speaker is compared with himself.
        """
        speakers: dict[str, list[tuple[int, dict[str, float]]]] = defaultdict(list)
        for one in prosody:
            measures = self._measures(one)
            if measures is not None:
                speakers[one.speaker].append((one.turn, measures))
        found: dict[int, Shift] = {}
        for turns in speakers.values():
            if len(turns) < self.least_turns:
                continue
            for turn, deviations in self._deviations(turns):
                shift = self._shift(deviations)
                if shift is not None:
                    found[turn] = shift
        return found

    def _measures(self, one: Prosody) -> dict[str, float] | None:
        """What is compared, or None where the audio is too bad or the turn too short."""
        if (
            one.rate is None
            or one.pitch_hz is None
            or one.loudness_db is None
            or one.above_noise_db is None
            or one.above_noise_db < self.least_above_noise_db
            or one.clipped > self.most_clipped
        ):
            return None
        return {
            "rate": one.rate,
            "pitch_st": 12 * float(np.log2(one.pitch_hz)),
            "loudness_db": one.loudness_db,
        }

    def _deviations(
        self, turns: Sequence[tuple[int, Mapping[str, float]]]
    ) -> list[tuple[int, dict[str, float]]]:
        """Of each turn from the speaker's median, in his own (robust) standard deviations."""
        deviations: list[tuple[int, dict[str, float]]] = [(turn, {}) for turn, _ in turns]
        for name in _REASONS:
            values = np.array([measures[name] for _, measures in turns])
            middle = np.median(values)
            spread = max(
                _MAD * float(np.median(np.abs(values - middle))), getattr(self.least_spread, name)
            )
            for (_, row), value in zip(deviations, values, strict=True):
                row[name] = float(value - middle) / spread
        return deviations

    def _shift(self, deviations: Mapping[str, float]) -> Shift | None:
        if deviations["rate"] < 0:
            return None
        room = self.most_deviations - self.dead_zone
        shares = {
            name: min(max((value - self.dead_zone) / room, 0.0), 1.0)
            for name, value in deviations.items()
        }
        total = sum(getattr(self.weights, name) for name in shares)
        share = sum(getattr(self.weights, name) * one for name, one in shares.items()) / total
        if share < self.least_share:
            return None
        reasons = tuple(_REASONS[name] for name, one in shares.items() if one > 0)
        return Shift(log_odds=self.most_shift * share, reasons=reasons)


@cache
def load_voice(folder: Path) -> Voice:
    """The settings in `folder`.

    Raises:
        ConfigError: where they cannot be read or have faults.
    """
    path = folder / VOICE
    try:
        return Voice.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(
            "config.invalid", f"settings of the voice: {error}", "mend the file", str(path)
        ) from error
