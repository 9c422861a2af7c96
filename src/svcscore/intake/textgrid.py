"""Praat's TextGrid: each interval tier is a speaker, each labelled interval a turn.

praatio's parser is used below its `openTextgrid`, which sorts and rejects before it can be said
which interval is at fault. Praat itself writes UTF-16 as soon as there is Chinese in a file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from praatio.utilities.constants import INTERVAL_TIER
from praatio.utilities.errors import PraatioException
from praatio.utilities.textgrid_io import parseTextgridStr

from svcscore.intake.encoding import utf8
from svcscore.intake.speakers import joined, named
from svcscore.intake.turns import MalformedError, StoredTurn, turn

_OURS = re.compile(r"(words|findings)( \d+)?")
"""Tiers of `reports.exchange.textgrid` that hold no turns."""


def read_textgrid(data: bytes) -> tuple[StoredTurn, ...]:
    """Turns of all interval tiers; point tiers, and our own tiers of words and findings, are not.

    Raises:
        NotUtf8Error, MalformedError, TimesError: see `transcripts`.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as fault:
            raise MalformedError("UTF-16 that is cut off") from fault
    else:
        text = utf8(data)
    text = text.replace("\r\n", "\n")
    if "TextGrid" not in text[:200]:
        raise MalformedError('this is not a TextGrid (no "TextGrid" in its head)')
    try:
        tiers = [
            (str(tier["name"]), list(tier["entries"]))
            for tier in parseTextgridStr(text)["tiers"]
            if tier["class"] == INTERVAL_TIER and not _OURS.fullmatch(str(tier["name"]))
        ]
    except (PraatioException, ValueError, LookupError, TypeError, AttributeError) as fault:
        raise MalformedError(f"this is not a whole TextGrid ({fault})") from fault
    return tuple(turn for name, entries in tiers for turn in _turns(name, entries))


def _turns(name: str, entries: Iterable[tuple[str, str, str]]) -> Iterable[StoredTurn]:
    for start, end, label in entries:
        try:
            begin, stop = float(start), float(end)
        except ValueError as fault:
            raise MalformedError(f"tier {name!r}: times {start!r}, {end!r}") from fault
        said = named(name, joined(label.splitlines()))
        if said.text:
            where = f"tier {name!r}, the interval at {begin:g} s"
            yield turn(begin, stop, said.text, where, said.name, said.role)
