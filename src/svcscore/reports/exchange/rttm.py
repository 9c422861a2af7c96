"""RTTM: who spoke when, for tools that measure diarization.

NIST's format (The 2009 Rich Transcription Meeting Recognition Evaluation Plan, appendix A): ten fields
a line, apart by one blank, so no field may hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from svcscore.audio import files
from svcscore.records import Recording, Scored, Turn
from svcscore.reports.exchange.shared import Spoken, spoken, written
from svcscore.spans import Span, merge

SHORT_PAUSE = 0.3
"""Seconds; shorter pauses between words are part of the speech."""


def rttm(scored: Scored, *, roles: bool = False) -> str:
    """`rttm_of` a recording that was judged."""
    return rttm_of(scored.recording, spoken(scored), roles=roles)


def rttm_of(recording: Recording, said: Iterable[Spoken], *, roles: bool = False) -> str:
    """One ``SPEAKER`` line for each stretch that a turn sounds.

    Args:
        recording: that it is of.
        said: its turns.
        roles: name each turn by its role, with the role's probability as confidence; else by the
            speaker that was told apart (``S1``), or the role where there is none.
    """
    file = file_id(recording)
    return "".join(
        _line(file, one.turn, span, roles) for one in said for span in sounding(one.turn)
    )


def sounding(turn: Turn) -> tuple[Span, ...]:
    """Where a turn sounds: its span without the pauses of `SHORT_PAUSE` and more between its words."""
    spoken = merge((word.span for word in turn.words), gap=SHORT_PAUSE)
    if not spoken:
        return (turn.span,)
    # a turn may reach further than its words, where it overlaps with a neighbour
    first = Span(min(turn.span.start, spoken[0].start), spoken[0].end)
    *others, last = (first, *spoken[1:])
    return (*others, Span(last.start, max(turn.span.end, last.end)))


def file_id(recording: Recording) -> str:
    """The recording's name without folder and ending, blanks as ``_``; its id where none is left."""
    name = PurePosixPath(files.shown(recording.path)).stem
    return _field(name) or recording.id


def _line(file: str, turn: Turn, span: Span, roles: bool) -> str:
    span = written(span)
    name = turn.role.value if roles else _field(turn.speaker) or turn.role.value
    sure = f"{turn.role_probability:.3f}" if roles else "<NA>"
    times = f"{span.start:.3f} {span.length:.3f}"
    return f"SPEAKER {file} {turn.channel + 1} {times} <NA> <NA> {name} {sure} <NA>\n"


def _field(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", "_", text.strip())
