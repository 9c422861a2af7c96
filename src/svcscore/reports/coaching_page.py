"""One page for one person: what repeats, where it can be heard, and what to say instead.

For the screen and for one sheet of A4. The page needs nothing else and asks nothing of any network:
its style is named by digest in its own policy (CSP), sound is in it, and it has no script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from svcscore.reports.whole import whole
from svcscore.text.masking import mask
from svcscore.tracking.coaching import REPEATS, WINDOW, Card, CardItem, Clip

BEFORE = 2.0
"""Seconds of sound ahead of what is shown."""
AFTER = 1.5

Clips = Callable[[str, float, float], bytes | None]
"""MP3 of an interaction from start to end (seconds of its recording); None where no sound is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One clip as the page shows it."""

    title: str
    well: bool
    day: str
    when: str
    heard: str
    sound: str | None
    """Base64; None where there is none."""


def coaching_page(card: Card, clips: Clips) -> str:
    """The page; the same card and clips give the same text."""
    return (
        _environment()
        .get_template("coaching.html.j2")
        .render(
            css=_style(),
            policy=_policy(),
            card=card,
            days=_days(card),
            items=tuple((item, tuple(_shown(item, clips))) for item in card.items),
            window=WINDOW,
            repeats=REPEATS,
        )
    )


def write_coaching_page(path: Path, card: Card, clips: Clips) -> None:
    """Write the page of one person.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    text = coaching_page(card, clips)
    with whole(path) as draft:
        draft.write_text(text, "utf-8", errors="backslashreplace", newline="\n")


def _shown(item: CardItem, clips: Clips) -> Iterable[Shown]:
    for number, clip in enumerate(item.clips, start=1):
        title = "说了什么" if item.breach else "漏在哪里"
        yield _clip(clip, f"{title} {number}" if len(item.clips) > 1 else title, clips, well=False)
    if item.well is not None:
        yield _clip(item.well, "您做得好的一次", clips, well=True)


def _clip(clip: Clip, title: str, clips: Clips, *, well: bool) -> Shown:
    span = clip.span.padded(BEFORE)
    sound = clips(clip.interaction_id, span.start, clip.span.end + AFTER)
    return Shown(
        title=title,
        well=well,
        day=_day(clip.at).partition("年 ")[2] or clip.at,
        when=f"{_clock(clip.span.start)}–{_clock(clip.span.end)}",
        # what people said may hold numbers of a customer, whoever made the card
        heard=mask(clip.heard),
        sound=None if sound is None else base64.b64encode(sound).decode("ascii"),
    )


def _days(card: Card) -> str:
    first, last = _day(card.first), _day(card.last)
    return first if first == last else f"{first} 至 {last}"


def _day(at: str) -> str:
    """Year, month and day of an ISO time, as Chinese writes them."""
    parts = at[:10].split("-")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return at
    year, month, day = map(int, parts)
    return f"{year} 年 {month} 月 {day} 日"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@cache
def _style() -> Markup:
    """The style, which is ours: no text of anybody gets into it."""
    return Markup((Path(__file__).parent / "templates" / "coaching.css").read_text("utf-8"))


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    rules = ("default-src 'none'", f"style-src 'sha256-{digest}'", "media-src data:")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("svcscore.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
