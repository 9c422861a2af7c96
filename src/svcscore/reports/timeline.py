"""Who speaks when in one recording: as lines of text, and as a page with the sound."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from svcscore.audio import files
from svcscore.audio.clip import MIME_TYPE
from svcscore.records import STAFF_ROLES, Interaction, Recording, Role
from svcscore.reports.exchange.shared import Spoken, spoken_in, talk_ratio
from svcscore.reports.labels import KINDS, ROLES, Label
from svcscore.reports.page import write_page

BOUNDARIES = {
    "start": Label("录音开始", "the recording begins"),
    "end": Label("录音结束", "the recording ends"),
    "sidecar": Label("叫号系统记录", "the queue system's record"),
    "greeting": Label("问候或询问业务", "a greeting or a question for the business"),
    "farewell": Label("道别", "a farewell"),
    "pause": Label("长停顿", "a long pause"),
}
"""Why an interaction begins or ends where it does, by the words of `Interaction.opened_by`."""
_TICKS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600)
"""Seconds between marks on the axis."""
_MOST_TICKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One speaker that was told apart, with what is concluded about it."""

    name: str
    role: Role
    """In which the most time was spoken."""
    seconds: float
    turns: int
    tone: str
    """``staff``, ``customer`` or ``other``; what the page colours it by."""


def voices(said: Sequence[Spoken]) -> tuple[Voice, ...]:
    """All speakers, those who speak longest first."""
    times: dict[str, dict[Role, float]] = defaultdict(lambda: defaultdict(float))
    turns: dict[str, int] = defaultdict(int)
    for one in said:
        times[name_of(one)][one.turn.role] += one.span.length
        turns[name_of(one)] += 1
    found = []
    for name, by_role in times.items():
        role = max(by_role, key=lambda r: (by_role[r], r.value))
        seconds = sum(by_role.values())
        found.append(
            Voice(name=name, role=role, seconds=seconds, turns=turns[name], tone=_tone(role))
        )
    return tuple(sorted(found, key=lambda voice: (-voice.seconds, voice.name)))


def name_of(one: Spoken) -> str:
    """The speaker that was told apart, with the channel where there are several; else the role."""
    return one.turn.speaker or one.turn.role.value


def lines(recording: Recording, interactions: Sequence[Interaction]) -> Iterator[str]:
    """The recording as text: the speakers, and each interaction with its turns."""
    said = spoken_in(interactions)
    name = PurePosixPath(files.shown(recording.path)).name
    yield f"{name} · {_clock(recording.duration)} · {recording.channels} 声道"
    for voice in voices(said):
        share = voice.seconds / max(recording.duration, 1e-9)
        yield (
            f"  {voice.name}  {ROLES[voice.role.value].zh}"
            f"  {voice.turns} 句，{_clock(voice.seconds)}（{share:.0%}）"
        )
    for remark in recording.remarks:
        yield f"  ! {remark.message} [{remark.code}] → {remark.remedy}"
    for interaction in interactions:
        opened, closed = (
            (BOUNDARIES[why].zh if why in BOUNDARIES else why) + how_sure(probability)
            for why, probability in (
                (interaction.opened_by, interaction.opened_probability),
                (interaction.closed_by, interaction.closed_probability),
            )
        )
        span = interaction.span
        yield ""
        yield (
            f"{_clock(span.start)}–{_clock(span.end)} {KINDS[interaction.kind.value].zh}"
            f"{talked(interaction)} · 开始：{opened} · 结束：{closed}{'' if interaction.complete else ' · 不完整'}"
        )
        for one in spoken_in([interaction]):
            role = ROLES[one.turn.role.value].zh
            yield (
                f"  {_clock(one.span.start, 1):>9} {one.span.length:5.1f} s"
                f"  {name_of(one)}  {role} {one.turn.role_probability:.2f}  {one.text}"
                + (f"（{one.turn.overlapped:.1f} s 重叠）" if one.turn.overlapped else "")
            )


def how_sure(probability: float) -> str:
    """How sure a boundary is, in brackets; empty where nothing is to be doubted."""
    return "" if probability >= 1 else f"（{probability:.0%}）"


def talked(interaction: Interaction) -> str:
    """How much of the talk is staff's, and how long the customer waited, where that is known."""
    ratio = talk_ratio(interaction)
    told = "" if ratio is None else f" · 员工说话 {ratio:.0%}"
    return told + ("" if interaction.waited is None else f" · 等候 {_clock(interaction.waited)}")


def write_timeline(
    path: Path, recording: Recording, interactions: Sequence[Interaction], sound: bytes | None
) -> None:
    """Write the page: a row for each speaker, the interactions above them, and all turns to play.

    Args:
        path: of the page.
        recording: that it is of.
        interactions: all of it.
        sound: the whole recording as MP3; None where there is to be none in the page.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    said = spoken_in(interactions)
    found = voices(said)
    step = next(
        (tick for tick in _TICKS if recording.duration / tick <= _MOST_TICKS),
        max(_TICKS[-1], recording.duration / _MOST_TICKS),
    )
    data = f"data:{MIME_TYPE};base64,{base64.b64encode(sound).decode()}" if sound else ""
    write_page(
        path,
        "timeline.html.j2",
        css=("report.css", "timeline.css"),
        js=("manager.js", "timeline.js"),
        allowed=("media-src data:",),
        title=Label("谁在何时说话", "Who speaks when"),
        under=[
            Label(name := PurePosixPath(files.shown(recording.path)).name, name),
            Label(_clock(recording.duration), _clock(recording.duration)),
            Label(f"{recording.channels} 声道", f"{recording.channels} channel(s)"),
        ],
        recording=recording,
        interactions=interactions,
        said=said,
        voices=found,
        rows={voice.name: row for row, voice in enumerate(found)},
        tones={role: _tone(role) for role in Role},
        name_of=name_of,
        how_sure=how_sure,
        talk_ratio=talk_ratio,
        roles=ROLES,
        kinds=KINDS,
        boundaries=BOUNDARIES,
        ticks=[step * n for n in range(int(recording.duration / step) + 1)],
        sound=data,
    )


def _tone(role: Role) -> str:
    if role in STAFF_ROLES:
        return "staff"
    return "customer" if role is Role.CUSTOMER else "other"


def _clock(seconds: float, digits: int = 0) -> str:
    whole, rest = divmod(round(seconds, digits), 60)
    hours, minutes = divmod(int(whole), 60)
    width = 3 + digits if digits else 2
    clock = f"{minutes}:{rest:0{width}.{digits}f}"
    return f"{hours}:{clock:0>{width + 3}}" if hours else clock
