"""Who speaks after whom: a chain over the pieces, so that neighbours inform each other.

Forward-backward (Rabiner 1989, "A tutorial on hidden Markov models", Proc. IEEE 77:257-286) over three
sides; how probable it is that the same side goes on depends on the pause before the piece.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from svcscore.dialogue.evidence import Logs, normalised
from svcscore.dialogue.sidedness import MACHINE, SIDES

_PAUSES = (0.1, 0.25, 0.5, 2.0)
_GOES_ON = (0.97, 0.8, 0.55, 0.45)
"""Probability that the same side goes on after a pause of so many seconds."""
_TO_MACHINE = 0.05
"""Share of the changes that are to the queue machine."""


def smoothed(logs: Logs, pauses: npt.NDArray[np.float64]) -> Logs:
    """Logarithms of the probabilities of the sides of each piece, given all pieces.

    Args:
        logs: evidence of each piece.
        pauses: seconds before each piece; NaN where it is on another channel than the one before.
    """
    if not len(logs):
        return logs
    goes_on = np.where(np.isnan(pauses), 0.5, np.interp(pauses, _PAUSES, _GOES_ON))
    steps = [_transitions(float(p)) for p in goes_on]
    forward = np.empty_like(logs)
    backward = np.zeros_like(logs)
    forward[0] = normalised(logs[0])
    for i in range(1, len(logs)):
        forward[i] = normalised(logs[i] + _after(forward[i - 1], steps[i]))
    for i in range(len(logs) - 2, -1, -1):
        backward[i] = normalised(_after(logs[i + 1] + backward[i + 1], steps[i + 1].T))
    return normalised(forward + backward)


def _transitions(goes_on: float) -> npt.NDArray[np.float64]:
    """Probability of each side (columns) after each (rows)."""
    table = np.zeros((len(SIDES), len(SIDES)))
    for side in range(len(SIDES)):
        for other in range(len(SIDES)):
            if other == side:
                table[side, other] = goes_on
            elif side == MACHINE:
                table[side, other] = (1 - goes_on) / 2
            else:
                table[side, other] = (1 - goes_on) * (
                    _TO_MACHINE if other == MACHINE else 1 - _TO_MACHINE
                )
    return table


def _after(logs: Logs, table: npt.NDArray[np.float64]) -> Logs:
    top = logs.max()
    result: Logs = top + np.log(np.exp(logs - top) @ table + 1e-12)
    return result
