"""What each kind of evidence says about the side that speaks: staff, customer or machine.

Everything is a natural logarithm of a likelihood, of shape [pieces, sides], so that kinds of evidence
are added. A row of equal numbers says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from svcscore.dialogue.diarize import Memberships
from svcscore.dialogue.sidedness import CUSTOMER, MACHINE, SIDES, STAFF, Sidedness
from svcscore.records import STAFF_ROLES, Role

Logs = npt.NDArray[np.float64]

STATED = 0.98
"""Probability that who is heard on a channel is whom the channel map names."""

_TRUST = 0.8
"""Share of the text model's log-odds that is believed: it was trained on writing, not on hearing."""
_HALF_TRUST = 2.0
"""Characters at which a text is believed half of that: 好的 is anybody's."""

_PURE = 0.97
"""Share of a voice's pieces that are of one side, unless it is two voices taken for one."""
_MIXED, _MIXED_ALONE = 5.0, 0.0
"""How improbable that is (logarithm); no less than all else where one voice alone was told apart."""
_RARE_MACHINE = 2.0
_PER_DB, _MOST_FOR_LEVEL = 0.12, 1.0
"""The nearer voice is rather the staff's, whose microphone it is; a weak hint."""
_PER_SHARE = 3.0
"""A voice that is there in every visit is the staff's."""

_PER_COSINE, _ENROLLED = 30.0, 0.65
_LEAST_ENROLLED, _MOST_ENROLLED = 1.0, 6.0
"""Cosine at which an enrolled voice is as likely as another, logits for each unit, and their limits."""

_SERVES, _ALSO_SERVES, _FEWEST = 4.0, 7.0, 2.0
"""Somebody serves: of the voices of so many pieces, the one that is likeliest to be the staff's is rather
that than a customer's; and one serves at a time: any other rather is not the staff's (logarithms)."""
_ONE_VOICE = 0.5
"""Mean share in each other's pieces from which on two voices are taken for parts of one."""

_HYPOTHESES = np.array(
    [
        [_PURE if column == side else (1 - _PURE) / 2 for column in range(len(SIDES))]
        for side in range(len(SIDES))
    ]
    + [[0.48, 0.04, 0.48]]
)


def of_text(texts: Sequence[str], model: Sidedness) -> Logs:
    """What the words say, with the caution that short texts need."""
    lengths = np.array([sum(char.isalnum() for char in text) for text in texts], np.float64)
    trust = _TRUST * lengths / (lengths + _HALF_TRUST)
    return normalised(model.log_likelihoods(texts) * trust[:, None])


def of_roles(stated: Sequence[Role | None]) -> Logs:
    """What the bank (or another tool) says of whose each piece is; nothing where it does not."""
    logs = np.zeros((len(stated), len(SIDES)))
    for row, role in enumerate(stated):
        side = side_of(role) if role is not None else None
        if side is not None:
            logs[row] = np.log((1 - STATED) / 2)
            logs[row, side] = np.log(STATED)
    return logs


def side_of(role: Role) -> int | None:
    """The side of a role; None for `unknown`."""
    if role in STAFF_ROLES:
        return STAFF
    return {Role.CUSTOMER: CUSTOMER, Role.MACHINE: MACHINE}.get(role)


def hints(
    shares: Memberships, levels: npt.NDArray[np.float64], stretches: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Log-odds for staff, one for each voice, from loudness and from coming back.

    Args:
        shares: voices of the pieces.
        levels: dB of each piece.
        stretches: number of the stretch (between long pauses and calls) of each piece.
    """
    weights = shares.sum(axis=0)
    real = weights >= 1.0
    if real.sum() < 2:
        return np.zeros(shares.shape[1])
    loudness = (shares * levels[:, None]).sum(axis=0) / np.maximum(weights, 1e-9)
    near = np.clip(_PER_DB * (loudness - loudness[real].mean()), -_MOST_FOR_LEVEL, _MOST_FOR_LEVEL)
    number = stretches.max() + 1
    there = np.stack(
        [shares[stretches == s].max(axis=0, initial=0.0) > 0.5 for s in range(number)]
    ).mean(axis=0)
    back = _PER_SHARE * (there - there[real].mean())
    return np.where(real, near + back, 0.0)


def of_enrolled(cosines: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log-odds for staff, one for each voice, from its cosine to the nearest enrolled one.

    A voice that is none of them is hardly less the staff's: who serves may not be enrolled.
    """
    return np.clip(_PER_COSINE * (cosines - _ENROLLED), -_LEAST_ENROLLED, _MOST_ENROLLED)


def of_groups(
    shares: Memberships, said: Logs, favour: npt.NDArray[np.float64] | None = None
) -> Logs:
    """What the other pieces of the same voice (or channel, or named speaker) say about each piece.

    For each voice four hypotheses are weighed against what its pieces say: that it is a customer's,
    a machine's, the staff's, or two voices taken for one. Of each piece its own words are left out,
    for they are counted by themselves.

    Args:
        shares: probability of each voice for each piece, [pieces, voices].
        said: what is known of each piece by itself.
        favour: log-odds for staff of each voice, from elsewhere.
    """
    if not shares.shape[1]:
        return np.zeros_like(said)
    fits = np.log(np.exp(normalised(said)) @ _HYPOTHESES.T)  # [pieces, hypotheses]
    totals = shares.T @ fits  # [voices, hypotheses]
    mixed = _MIXED if shares.shape[1] > 1 else _MIXED_ALONE
    totals += [0.0, -_RARE_MACHINE, 0.0, -mixed]
    if favour is not None:
        totals[:, STAFF] += favour
    serving = _likeliest(totals, shares.sum(axis=0))
    totals[serving, CUSTOMER] -= _SERVES
    totals[:, STAFF] -= _ALSO_SERVES * _apart(shares, serving)
    others = totals[None] - shares[:, :, None] * fits[:, None]  # [pieces, voices, hypotheses]
    weights = np.exp(normalised(others))
    sides = np.einsum("ivh,hs->ivs", weights, _HYPOTHESES)
    told = np.einsum("iv,ivs->is", shares, sides)
    heard = shares.sum(axis=1, keepdims=True) > 0
    logs: Logs = np.where(heard, np.log(np.maximum(told, 1e-6)), np.log(1 / len(SIDES)))
    return logs


def _likeliest(totals: Logs, weights: npt.NDArray[np.float64]) -> int:
    """The voice that is the staff's rather than a customer's, of those that say enough."""
    lead = totals[:, STAFF] - totals[:, CUSTOMER]
    enough = weights >= min(_FEWEST, float(weights.max()))
    return int(np.where(enough, lead, -np.inf).argmax())


def _apart(shares: Memberships, serving: int) -> npt.NDArray[np.float64]:
    """How surely each voice is another than `serving`, 0-1: pieces of one voice fit both its parts."""
    common = shares.T @ shares[:, serving]
    weights = shares.sum(axis=0)
    mean = common / np.maximum(np.minimum(weights, weights[serving]), 1e-9)
    apart: npt.NDArray[np.float64] = np.clip(1 - mean / _ONE_VOICE, 0.0, 1.0)
    apart[serving] = 0.0
    return apart


def normalised(logs: Logs) -> Logs:
    """`logs` as logarithms of probabilities that sum to one over the last axis."""
    shifted = logs - logs.max(axis=-1, keepdims=True)
    result: Logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
