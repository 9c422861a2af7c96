"""The queue system's clock against the recording's: the offset is estimated from what was heard.

Visits begin and end where the talk has its breaks, so the records are moved along the recording, and where
many of their starts and ends meet breaks that look like borders of visits, the clocks agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcscore.dialogue.boundaries import Gap, gaps
from svcscore.records import Context, Remark, Turn, Visit
from svcscore.spans import Span

FURTHEST = 600.0
"""Seconds by which the clocks may differ."""
STEP = 0.5
"""Seconds between two offsets that are tried."""
SLACK = 5.0
"""Seconds by which clocks may differ without anything being moved."""

_REACH = 4.0
"""Seconds over which a break's weight falls off: nobody presses a button at once."""
_FEWEST = 2
"""Visits without which an offset cannot be told."""
_CLEARLY = 1.25
"""How many times as well the records must fit when moved than as they are, and than anywhere else."""
_APART = 20.0
"""Seconds from which on another offset is another answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A context whose visits are on the recording's clock, and what is to be told about them."""

    context: Context
    remarks: tuple[Remark, ...] = ()


def on_the_clock(context: Context, turns: Sequence[Turn], duration: float) -> Clocked:
    """Put the visits of `context` on the clock of the recording.

    Args:
        context: its visits are by the queue system's clock; without any nothing happens.
        turns: of the recording, by start.
        duration: of the recording, in seconds.

    Returns:
        Only visits that reach into the recording are left.
    """
    if not context.visits:
        return Clocked(context=context)
    offset = offset_of(context.visits, turns, duration)
    moved = _moved(context.visits, offset, duration)
    if not moved:
        told = Remark(
            code="queue.elsewhere",
            message="none of the queue system's visits lies in the recording",
            remedy="check the visits, the counter and the recording's date and time",
        )
        return Clocked(context=replace(context, visits=()), remarks=(told,))
    remarks: tuple[Remark, ...] = ()
    if offset:
        way = "ahead of" if offset < 0 else "behind"
        remarks = (
            Remark(
                code="queue.clock",
                message=f"the queue system's clock is {abs(offset):.0f} s {way} the recording's; corrected",
                remedy="set both clocks; look at the borders of the visits",
            ),
        )
    return Clocked(context=replace(context, visits=moved), remarks=remarks)


def offset_of(visits: Sequence[Visit], turns: Sequence[Turn], duration: float) -> float:
    """Seconds to add to the times of `visits`; 0 where nothing clearly fits better.

    The weights of all starts and ends at each offset are summed; the best offset is taken where it
    beats both none and every offset that is apart from it.
    """
    if len(visits) < _FEWEST or len(turns) < 2:
        return 0.0
    starts, ends = (_profile(gaps(turns), duration, edge) for edge in ("opens", "closes"))
    offsets = np.arange(-FURTHEST, FURTHEST + STEP, STEP)
    fits = np.zeros(offsets.size)
    for profile, times in (
        (starts, [visit.span.start for visit in visits]),
        (ends, [visit.span.end for visit in visits]),
    ):
        places = np.round((np.array(times)[:, None] + offsets) / STEP).astype(np.int64)
        inside = (places >= 0) & (places < profile.size)
        fits += np.where(inside, profile[np.clip(places, 0, profile.size - 1)], 0.0).sum(axis=0)
    best = int(fits.argmax())
    offset = float(offsets[best])
    if abs(offset) <= SLACK:
        return 0.0
    still = fits[np.abs(offsets) <= SLACK].max()
    other = fits[np.abs(offsets - offset) > _APART].max()
    return offset if fits[best] > _CLEARLY * max(still, other) else 0.0


def _profile(found: Sequence[Gap], duration: float, edge: str) -> npt.NDArray[np.float64]:
    """Weight of a visit's start (or end) at each `STEP` seconds of the recording."""
    profile = np.zeros(int(duration / STEP) + 1)
    times = np.arange(profile.size) * STEP
    for gap in found:
        # a visit begins shortly before its first word and ends shortly after its last
        at = gap.span.end if edge == "opens" else gap.span.start
        first, last = np.searchsorted(times, [at - 3 * _REACH, at + 3 * _REACH])
        near = np.exp(-(((times[first:last] - at) / _REACH) ** 2) / 2)
        profile[first:last] = np.maximum(profile[first:last], gap.probability * near)
    return profile


def _moved(visits: Sequence[Visit], offset: float, duration: float) -> tuple[Visit, ...]:
    return tuple(
        replace(visit, span=Span(max(0.0, visit.span.start + offset), visit.span.end + offset))
        for visit in visits
        if visit.span.end + offset > 0 and visit.span.start + offset < duration
    )
