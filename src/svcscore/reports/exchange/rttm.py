"""RTTM: who spoke when, for tools that measure diarization.

NIST's format (The 2009 Rich Transcription Meeting Recognition Evaluation Plan, appendix A): ten fields
a line, apart by one blank, so no field may hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from svcscore.audio import files
from svcscore.records import Recording, Scored
from svcscore.reports.exchange.shared import Spoken, spoken


def rttm(scored: Scored, *, roles: bool = False) -> str:
    """`rttm_of` a recording that was judged."""
    return rttm_of(scored.recording, spoken(scored), roles=roles)


def rttm_of(recording: Recording, said: Iterable[Spoken], *, roles: bool = False) -> str:
    """One ``SPEAKER`` line a turn.

    Args:
        recording: that it is of.
        said: its turns.
        roles: name each turn by its role, with the role's probability as confidence; else by the
            speaker that was told apart (``S1``), or the role where there is none.
    """
    file = file_id(recording)
    return "".join(_line(file, one, roles) for one in said)


def file_id(recording: Recording) -> str:
    """The recording's name without folder and ending, blanks as ``_``; its id where none is left."""
    name = PurePosixPath(files.shown(recording.path)).stem
    return _field(name) or recording.id


def _line(file: str, one: Spoken, roles: bool) -> str:
    turn = one.turn
    name = turn.role.value if roles else _field(turn.speaker) or turn.role.value
    sure = f"{turn.role_probability:.3f}" if roles else "<NA>"
    times = f"{one.span.start:.3f} {one.span.length:.3f}"
    return f"SPEAKER {file} {turn.channel + 1} {times} <NA> <NA> {name} {sure} <NA>\n"


def _field(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", "_", text.strip())
