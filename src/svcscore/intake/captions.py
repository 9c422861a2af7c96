"""SRT and WebVTT.

webvtt-py reads them, but leaves out cues whose time line it does not understand; every time line is
therefore looked at first, for a lost cue is a lost sentence. One cue may hold several speakers
(``<v 柜员>`` tags, or lines such as ``客户：你好``); its time is shared out by
the number of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError
from webvtt.models import Caption

from svcscore.intake.encoding import utf8
from svcscore.intake.speakers import Said, after_prefix, joined, named
from svcscore.intake.turns import MalformedError, StoredTurn, TimesError, turn

_SRT_TIMES = re.compile(r"\s*\d+:\d{1,2}:\d{1,2}[,.]\d+\s*-->\s*\d+:\d{1,2}:\d{1,2}[,.]\d+(\s.*)?")
_VTT_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3}"
_VTT_TIMES = re.compile(rf"\s*{_VTT_TIME}\s*-->\s*{_VTT_TIME}(\s.*)?")
_VOICE = re.compile(r"<v(?:\.[\w.-]+)*\s+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<[\d:.]+>")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": ""}


def read_srt(data: bytes) -> tuple[StoredTurn, ...]:
    """Turns of an SRT file.

    Raises:
        NotUtf8Error, MalformedError, TimesError: see `transcripts`.
    """
    return _read(utf8(data), "srt", _SRT_TIMES)


def read_vtt(data: bytes) -> tuple[StoredTurn, ...]:
    """Turns of a WebVTT file.

    Raises:
        NotUtf8Error, MalformedError, TimesError: see `transcripts`.
    """
    return _read(utf8(data), "vtt", _VTT_TIMES)


def _read(text: str, kind: str, times: re.Pattern[str]) -> tuple[StoredTurn, ...]:
    for number, line in enumerate(text.splitlines(), start=1):
        if "-->" in line and not times.fullmatch(line):
            raise MalformedError(f"line {number}: not a time line of {kind.upper()}: {line!r}")
    try:
        captions = WebVTT.from_buffer(StringIO(text.lstrip("\r\n")), format=kind).captions
    except (MalformedFileError, MalformedCaptionError) as fault:
        raise MalformedError(f"this is not {kind.upper()} ({fault})") from fault
    return tuple(turn for number, cue in enumerate(captions, 1) for turn in _turns(cue, number))


def _turns(cue: Caption, number: int) -> Iterator[StoredTurn]:
    start, end = (t.in_milliseconds() / 1000 for t in (cue.start_time, cue.end_time))
    where = f"cue {number}"
    if end < start:
        raise TimesError(f"{where} ends at {end:g} s, before it starts at {start:g} s")
    parts = [said for said in _parts(cue.raw_text) if said.text]
    total = sum(len(said.text) for said in parts)
    done = 0
    for said in parts:
        begin = start + (end - start) * done / total
        done += len(said.text)
        stop = start + (end - start) * done / total
        yield turn(round(begin, 3), round(stop, 3), said.text, where, said.name, said.role)


def _parts(raw: str) -> Iterator[Said]:
    """The cue's text by speaker."""
    pieces = _VOICE.split(raw)
    yield from _lines(pieces[0], None)
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield from _lines(text, _plain(name))


def _lines(raw: str, voice: str | None) -> Iterator[Said]:
    """Lines of one voice; a line that begins with a speaker begins a new part."""
    name, lines = voice, list[str]()
    for line in map(_plain, raw.splitlines()):
        said = after_prefix(line.lstrip("-– "))
        if said is None:
            lines.append(line)
            continue
        yield named(name or "", joined(lines))
        name, lines = said.name, [said.text]
    yield named(name or "", joined(lines))


def _plain(text: str) -> str:
    text = _TAG.sub("", text)
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text.strip()
