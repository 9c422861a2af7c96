"""SRT and WebVTT: one cue a turn, at the times of the recording.

SRT has a name before the words (``柜员：您好``). WebVTT names the speaker in a voice tag whose classes
are the role and, for staff, the courtesy: ``<v.teller.polite 柜员>您好``. `intake.captions` reads both.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from io import StringIO

from webvtt import Caption, Style, WebVTT
from webvtt.models import Timestamp

from svcscore.records import Scored
from svcscore.reports.exchange.shared import NAMES, Spoken, spoken
from svcscore.reports.labels import COURTESY

CLASSES = tuple(label.en.lower() for label in COURTESY)
"""Of the courtesy of a cue, by level."""
_STYLE = """\
::cue(.rude) { color: #ff6b6b; }
::cue(.curt) { color: #ffc078; }
::cue(.warm) { color: #8ce99a; }"""
_NOT_TAGS = str.maketrans("<>", "＜＞")
"""SRT has tags and no way to write their brackets otherwise."""


def srt(scored: Scored) -> str:
    """The turns of a recording that have words, as SRT."""
    text = StringIO()
    WebVTT(captions=_cues(scored, _prefixed)).write(text, format="srt")
    return _ended(text.getvalue())


def vtt(scored: Scored) -> str:
    """The turns of a recording that have words, as WebVTT."""
    return _ended(WebVTT(captions=_cues(scored, _voiced), styles=[Style(_STYLE)]).content)


def _cues(scored: Scored, written: Callable[[Spoken], str]) -> list[Caption]:
    return [
        Caption(_clock(one.span.start), _clock(one.span.end), written(one))
        for one in spoken(scored)
        if one.text
    ]


def _prefixed(one: Spoken) -> str:
    return f"{NAMES[one.turn.role]}：{one.text.translate(_NOT_TAGS)}"


def _voiced(one: Spoken) -> str:
    classes = [one.turn.role.value]
    if one.courtesy:
        classes.append(CLASSES[one.courtesy.level])
    text = html.escape(one.text, quote=False)
    return f"<v.{'.'.join(classes)} {NAMES[one.turn.role]}>{text}"


def _clock(seconds: float) -> str:
    return str(Timestamp.from_seconds(float(seconds)))


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n" if text.strip() else ""
