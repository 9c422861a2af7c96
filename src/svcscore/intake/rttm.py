"""Who speaks when, told by another tool: `NAME.rttm` beside `NAME.wav`.

NIST's format (The 2009 Rich Transcription Meeting Recognition Evaluation Plan, appendix A); only
``SPEAKER`` lines are read. A name that is a role (teller, 客户2) says the role as well.
"""

from __future__ import annotations

import math
from pathlib import Path

from svcscore.audio.files import shown, unreadable
from svcscore.errors import InputError
from svcscore.intake.encoding import NotUtf8Error, utf8
from svcscore.intake.speakers import role_of
from svcscore.records import Speech
from svcscore.spans import Span

_FIELDS = 8
_MOST_CHANNELS = 64


def read_rttm(path: Path) -> tuple[Speech, ...]:
    """Read the speech of one recording, by start.

    Lines of other files are left out where the file holds more than one and one of them has the name
    of `path`.

    Raises:
        InputError: ``rttm.invalid`` with every faulty line, or ``input.unreadable``.
    """
    try:
        text = utf8(path.read_bytes())
    except OSError as fault:
        raise unreadable(path, fault) from fault
    except NotUtf8Error as fault:
        raise _invalid(path, [str(fault)]) from fault
    found: dict[str, list[Speech]] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            if fields and not fields[0].startswith(";") and not fields[0].isupper():
                wrong.append(f"line {number}: {fields[0]!r} is no type of RTTM")
            continue
        try:
            found.setdefault(fields[1] if len(fields) > 1 else "", []).append(_speech(fields))
        except ValueError as fault:
            wrong.append(f"line {number}: {fault}")
    if wrong:
        raise _invalid(path, wrong)
    if len(found) > 1 and path.stem not in found:
        told = f"it tells of {len(found)} recordings, none of them called {path.stem}"
        raise _invalid(path, [told])
    own = found.get(path.stem) or [speech for lines in found.values() for speech in lines]
    return tuple(sorted(own, key=lambda speech: (speech.span, speech.name)))


def _speech(fields: list[str]) -> Speech:
    if len(fields) < _FIELDS:
        raise ValueError(f"{len(fields)} fields, not at least {_FIELDS}")
    try:
        channel, start, length = int(fields[2]), float(fields[3]), float(fields[4])
    except ValueError:
        raise ValueError("channel, start and duration are numbers") from None
    if not 1 <= channel <= _MOST_CHANNELS:
        raise ValueError(f"channel {channel} is not 1 to {_MOST_CHANNELS}")
    if not (math.isfinite(start) and math.isfinite(length) and start >= 0 and length >= 0):
        raise ValueError("start and duration are seconds from 0 on")
    name = fields[7]
    return Speech(
        span=Span(start, start + length), name=name, channel=channel - 1, role=role_of(name)
    )


def _invalid(path: Path, wrong: list[str]) -> InputError:
    return InputError(
        "rttm.invalid",
        shown(f"{path.name}: {'; '.join(wrong[:5])}"),
        "mend it, or remove it: then voices are told apart from the sound",
        shown(path),
    )
