"""Who each piece is said by: all evidence weighed together, and the names of the roles.

Evidence is added up as log-odds: what is said, what else the same voice says, whose channel it is,
whose voice is near and comes back, and who speaks after whom. See `docs/explanation/roles.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcscore.dialogue import evidence
from svcscore.dialogue.cues import load_cues
from svcscore.dialogue.diarize import Memberships
from svcscore.dialogue.evidence import Logs
from svcscore.dialogue.segmentation import Activity
from svcscore.dialogue.sidedness import CUSTOMER, MACHINE, SIDES, STAFF, load_sidedness
from svcscore.dialogue.smoothing import smoothed
from svcscore.records import STAFF_ROLES, Kind, Role

UNSURE = 0.6
"""Below this probability of the likeliest side a role is `unknown`."""
POSTS = {
    Kind.COUNTER: Role.TELLER,
    Kind.LOBBY: Role.LOBBY_MANAGER,
    Kind.MANAGER: Role.ACCOUNT_MANAGER,
    Kind.SALON: Role.LOBBY_MANAGER,
}
"""Whose post each kind of interaction is; any other talk is taken for the teller's."""

_LONG_PAUSE = 8.0
"""Seconds after which somebody else may have come."""
_SUREST = 0.99
_WRONG_MAP = -10.0
"""Log-odds, by what is said, under which the channel map is taken for wrong."""
_POST_CUES = {"counter": Kind.COUNTER, "lobby": Kind.LOBBY, "manager": Kind.MANAGER}
_LEAST_LEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of the pieces, one entry each, in the order of time.

    `voices` and `channels` may be None where nobody listened to them.
    """

    texts: tuple[str, ...]
    pauses: npt.NDArray[np.float64]
    """Seconds of silence before; NaN where the piece before is on another channel."""
    voices: Memberships | None = None
    levels: npt.NDArray[np.float64] | None = None
    """dB; needed with `voices`."""
    channels: tuple[int, ...] | None = None
    stated: tuple[Role, ...] = ()
    """Role of each channel."""
    named: tuple[Role | None, ...] = ()
    """Role that another tool told for each piece; empty where none was asked."""
    enrolled: npt.NDArray[np.float64] | None = None
    """Cosine of each voice to the nearest enrolled one; None where nobody is enrolled."""
    activities: tuple[Activity, ...] = ()
    """Of the one channel; empty where there are more, or nobody listened for overlaps."""


def side_probabilities(heard: Heard) -> npt.NDArray[np.float64]:
    """Probability of each side (columns as in `sidedness.SIDES`) for each piece."""
    if not heard.texts:
        return np.zeros((0, len(SIDES)))
    said = evidence.of_text(heard.texts, load_sidedness())
    total = said.copy()
    stated = _stated(heard, said)
    if stated is not None:
        total += stated
    elif heard.channels is not None and len(set(heard.channels)) > 1:
        sides = np.eye(max(heard.channels) + 1)[list(heard.channels)]
        total += evidence.of_groups(sides, said)
    if heard.named:
        named = evidence.of_roles(heard.named)
        total += named
        stated = named if stated is None else stated + named
    if heard.voices is not None:
        known = said if stated is None else evidence.normalised(said + stated)
        favour = np.zeros(heard.voices.shape[1])
        if heard.levels is not None:
            favour += evidence.hints(heard.voices, heard.levels, _stretches(said, heard.pauses))
        if heard.enrolled is not None:
            favour += evidence.of_enrolled(heard.enrolled)
        total += evidence.of_groups(heard.voices, known, favour)
    probabilities = np.exp(smoothed(total, heard.pauses))
    return np.clip(probabilities, (1 - _SUREST) / 2, _SUREST)


def _stated(heard: Heard, said: Logs) -> Logs | None:
    """What the channel map says; None without one, or where what is said refutes it."""
    if heard.channels is None or not heard.stated or _refuted(heard, said):
        return None
    roles = heard.stated
    return evidence.of_roles([roles[c] if c < len(roles) else None for c in heard.channels])


def map_refuted(heard: Heard) -> bool:
    """Whether what is said shows that the channel map names the sides the wrong way round."""
    return bool(heard.texts) and _refuted(heard, evidence.of_text(heard.texts, load_sidedness()))


def _refuted(heard: Heard, said: Logs) -> bool:
    sides = [evidence.side_of(role) for role in heard.stated]
    if heard.channels is None or set(sides) != {STAFF, CUSTOMER}:
        return False
    signs = {STAFF: 1, CUSTOMER: -1}
    own = [sides[c] if c < len(sides) else None for c in heard.channels]
    weights = np.array([signs.get(side, 0) if side is not None else 0 for side in own])
    return float((weights * (said[:, STAFF] - said[:, CUSTOMER])).sum()) < _WRONG_MAP


def _stretches(said: Logs, pauses: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Number of the stretch of each piece; calls and long pauses part them."""
    parted = (np.nan_to_num(pauses, nan=0.0) >= _LONG_PAUSE) | (said.argmax(axis=1) == MACHINE)
    return np.concatenate([[0], np.cumsum(parted[1:])]).astype(np.int64)


def role_of_side(side: int, post: Role) -> Role:
    """The role behind a side, where staff has the role `post`."""
    return {CUSTOMER: Role.CUSTOMER, MACHINE: Role.MACHINE, STAFF: post}[side]


def settled_role(probabilities: npt.NDArray[np.float64], post: Role) -> tuple[Role, float]:
    """Role and its probability; `unknown`, and what speaks against the likeliest, where unsure."""
    side = int(probabilities.argmax())
    likeliest = float(probabilities[side])
    if likeliest < UNSURE:
        return Role.UNKNOWN, round(1 - likeliest, 4)
    return role_of_side(side, post), round(likeliest, 4)


def staff_post(kind: Kind | None, stated: Sequence[Role], texts: Sequence[str]) -> Role:
    """The role of staff in a recording: as stated, else by its kind, else by what is said."""
    named = [role for role in stated if role in STAFF_ROLES]
    if named:
        return named[0]
    return POSTS.get(kind if kind is not None else kind_of_words(texts), Role.TELLER)


def post_of(texts: Sequence[str], post: Role) -> Role:
    """The post of a second voice of staff by what it says: supervisor, guard, else `post`."""
    text = "".join(texts)
    found = load_cues().count(text)
    for name, role in (("supervisor", Role.SUPERVISOR), ("guard", Role.GUARD)):
        if name in found:
            return role
    return post


def kind_of_words(texts: Sequence[str]) -> Kind:
    """Counter, lobby or account manager, by what is talked about; counter where it is not clear."""
    counts = dict.fromkeys(_POST_CUES, 0)
    for text in texts:
        for group, count in load_cues().count(text).items():
            if group in counts:
                counts[group] += count
    best = max(counts, key=lambda group: counts[group])
    clear = counts[best] >= counts["counter"] + _LEAST_LEAD
    return _POST_CUES[best] if clear else Kind.COUNTER
