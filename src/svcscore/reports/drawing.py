"""Figures as SVG inside a page: text stays text, nothing is fetched, the same input gives the same bytes.

matplotlib lays the figure out, without pyplot and its state. What it writes is then stripped to what a page
may hold: no inline styles (the page's policy forbids them), no fonts (those of the page are used), no ids
but those of marks, no clipping. A text in two languages becomes two texts, of which the page shows one.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

from svcscore.reports.labels import Label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, RULE, BLUE, PALE, RED, AMBER = (
    "#1b2430", "#4d5968", "#d5dbe3", "#0b5688", "#a9cbe4", "#a81c13", "#c77700",
)  # fmt: skip
"""Each differs from the others in lightness too, so that a grey print can be read."""
SMALL, PLAIN = 12.0, 13.0
"""Sizes of text, in the units of the drawing (pixels at full width)."""

_ONE_DRAWS = RLock()
"""matplotlib's settings, and what is warned of, are the whole process's."""
_APART = "\u2063"
"""Between the two languages of one text; not in any name, for `clean` takes it out."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"#([a-z]\w{10,})")
_DROPPED = frozenset({"id", "clip-path", "style", "version"})
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "svcscore",
    "text.parse_math": False,  # a dollar sign in a name is one
    "axes.unicode_minus": False,
    "axes.edgecolor": "#8694a4",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.labelcolor": SOFT,
    "axes.labelsize": SMALL,
    "font.size": SMALL,
    "text.color": INK,
    "xtick.color": "#8694a4",
    "ytick.color": "#8694a4",
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "hatch.linewidth": 0.8,
}


def both(zh: str, en: str) -> str:
    """One text in two languages."""
    return f"{zh}{_APART}{en}"


def clean(text: str) -> str:
    """A name on one line, without what cannot be seen."""
    kept = (char for char in text if char.isspace() or unicodedata.category(char) not in _HIDDEN)
    return " ".join("".join(kept).split())


def ems(text: str) -> float:
    """About how wide a text is, in its own size; Chinese characters are as wide as high."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.58 for char in text)


def short(text: str, room: float) -> str:
    """A name within `room` ems; what is cut is marked."""
    text = clean(text)
    if ems(text) <= room:
        return text
    while text and ems(text) > room - 1:
        text = text[:-1]
    return text + "…"


class Canvas:
    """One figure; lengths are pixels of the page at full width."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self._figure = figure
        self._width, self._height = width, height

    def axes(self, *, left: float, right: float = 16, top: float = 34, bottom: float = 30) -> Axes:
        """Axes within these margins."""
        width, height = self._width, self._height
        box = (left / width, bottom / height, (width - left - right) / width)
        axes = self._figure.add_axes((*box, (height - top - bottom) / height))
        axes.tick_params(length=3)
        return axes

    def key(self, entries: Sequence[tuple[dict[str, Any], str]], left: float) -> None:
        """What the marks mean, in a row above the axes: the looks of each, and its text."""
        from matplotlib.lines import Line2D

        at, line = left, 1 - 13 / self._height
        for looks, text in entries:
            marks = [at / self._width, (at + 11) / self._width, (at + 22) / self._width]
            self._figure.add_artist(
                Line2D(marks, [line] * 3, markevery=[1], solid_capstyle="butt", **looks)
            )
            self._figure.text(
                (at + 28) / self._width, line, text, va="center_baseline", fontsize=SMALL
            )
            at += 28 + SMALL * max(ems(part) for part in text.split(_APART)) + 20

    def svg(self, title: Label, about: Label) -> Markup:
        """The drawing, to be put into a page as it is.

        Args:
            title: what it shows.
            about: what can be read from it, for those who do not see it.
        """
        written = io.BytesIO()
        with warnings.catch_warnings():
            # the browser has the glyphs; matplotlib only measures with its own font
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self._figure.savefig(written, format="svg", transparent=True)
        root = ElementTree.fromstring(written.getvalue())
        _strip(root)
        root.set("class", "chart")
        root.set("width", f"{self._width:g}")
        root.set("height", f"{self._height:g}")
        root.set("role", "img")
        for place, (tag, label) in enumerate((("title", title), ("desc", about))):
            told = ElementTree.Element(tag)
            told.text = clean(f"{label.zh} · {label.en}")
            root.insert(place, told)
        # the serialiser escapes; every name went through it as text
        return Markup(ElementTree.tostring(root, encoding="unicode"))


@contextmanager
def canvas(width: float, height: float) -> Iterator[Canvas]:
    """A figure of that size, in the manner of the house; threads draw one after another."""
    import matplotlib
    from matplotlib.figure import Figure

    with _ONE_DRAWS, matplotlib.rc_context(_SETTINGS):
        yield Canvas(Figure((width / 72, height / 72), dpi=72), width, height)


def _strip(root: ElementTree.Element) -> None:
    used = {
        name
        for node in root.iter()
        for key, value in node.attrib.items()
        if key.endswith(("href", "style"))
        for name in _REFERENCE.findall(value)
    }
    _rename(root, used)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {"metadata", "style", "clipPath"}:
                parent.remove(child)
        _in_two(parent)


def _rename(root: ElementTree.Element, used: set[str]) -> None:
    """Plain names, presentation attributes for styles, and no more digits than can be seen."""
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
        node.tail = None
        if node.tag != "text":
            node.text = None
        attributes = {
            name.rpartition("}")[2]: _LONG_NUMBER.sub(lambda it: f"{float(it[0]):.2f}", value)
            for name, value in node.attrib.items()
            if name not in _DROPPED
        }
        if node.get("id") in used:
            attributes["id"] = node.attrib["id"]
        for part in node.get("style", "").split(";"):
            name, _, value = part.partition(":")
            if name.strip() not in {"", "font-family"}:
                attributes[name.strip()] = value.strip()
        node.attrib.clear()
        node.attrib.update(attributes)


def _in_two(parent: ElementTree.Element) -> None:
    for child in list(parent):
        if child.tag != "text" or _APART not in (child.text or ""):
            continue
        zh, _, en = (child.text or "").partition(_APART)
        other = ElementTree.SubElement(
            parent, "text", {**child.attrib, "class": "en", "lang": "en"}
        )
        other.text = en
        child.text = zh
        child.set("class", "zh")
