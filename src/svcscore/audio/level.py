"""One level for all who speak: a quiet customer and a loud teller are both heard.

Each speaker is lifted or lowered as a whole, by her usual level in the conversation, so that it stays
audible who raised her voice. Channels are lifted apart and then mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from svcscore.audio.samples import RATE, Samples
from svcscore.heard import Prosody
from svcscore.records import Turn

TARGET_DB = -20.0
"""dB of full scale to which the loud half of what somebody says is brought."""
_LEAST, _MOST = -12.0, 24.0
"""dB by which it is changed at most; more would lift the noise of the room with it."""
_KNEE = 0.8
"""Of full scale, above which peaks are bent instead of clipped."""


_STEP = RATE // 100
"""Samples for which a gain holds: it changes from turn to turn, not faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The gain of one channel over time: dB at moments, in order, straight between them."""

    moments: tuple[float, ...]
    gains: tuple[float, ...]


def levels(turns: Sequence[Turn], prosody: Iterable[Prosody]) -> tuple[Level, ...]:
    """How each channel is to be lifted, in the order of channels.

    Args:
        turns: of the interaction.
        prosody: of its turns; where nothing was measured, nothing is lifted.
    """
    gains = _gains(turns, {one.turn: one.loudness_db for one in prosody})
    found = []
    for channel in range(1 + max((turn.channel for turn in turns), default=0)):
        points = [
            (moment, gains[turn.speaker])
            for turn in turns
            if turn.channel == channel and turn.speaker in gains
            for moment in (turn.span.start, turn.span.end)
        ]
        points.sort(key=lambda point: point[0])
        found.append(
            Level(
                moments=tuple(moment for moment, _ in points) or (0.0,),
                gains=tuple(gain for _, gain in points) or (0.0,),
            )
        )
    return tuple(found)


def _gains(turns: Sequence[Turn], loudness: Mapping[int, float | None]) -> dict[str, float]:
    """Of each speaker, in dB, of whom the level is known."""
    heard: dict[str, list[float]] = {}
    for turn in turns:
        level = loudness.get(turn.index)
        if level is not None:
            heard.setdefault(turn.speaker, []).append(level)
    return {
        speaker: min(_MOST, max(_LEAST, TARGET_DB - median(found)))
        for speaker, found in heard.items()
    }


def levelled(samples: Samples, start: float, levels: Sequence[Level]) -> Samples:
    """`samples` as one channel, each lifted by its level, no peak above full scale.

    Args:
        samples: ``[channels, n]``.
        start: seconds of the recording at the first.
        levels: as `levels` gave them.
    """
    mono = np.zeros(samples.shape[1], np.float32)
    for channel, one in zip(_apart(samples, len(levels)), levels, strict=False):
        coarse = start + np.arange(0, samples.shape[1] + _STEP, _STEP) / RATE
        gain = np.interp(coarse, one.moments, 10 ** (np.asarray(one.gains) / 20))
        mono += channel * np.repeat(gain.astype(np.float32), _STEP)[: samples.shape[1]]
    loud = np.abs(mono) > _KNEE
    over = np.abs(mono[loud]) - _KNEE
    bent = _KNEE + (1 - _KNEE) * np.tanh(over / (1 - _KNEE))
    mono[loud] = np.copysign(bent, mono[loud])
    return mono


def _apart(samples: Samples, wanted: int) -> Samples:
    """As many channels as have levels; two that were judged as one sound become one."""
    if wanted > 1 or samples.shape[0] == 1:
        return samples
    left, right = samples
    # the sign of one microphone may be turned: added, they would cancel out
    sign = np.float32(-1 if float(np.dot(left, right)) < 0 else 1)
    mixed: Samples = (left + sign * right)[None] / 2
    return mixed
