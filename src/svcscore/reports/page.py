"""Pages that need nothing else: templates, styles, script, and the policy that holds a page to them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup


@cache
def asset(name: str) -> Markup:
    """A file of `templates/`, as it is: it is ours, not data."""
    text = (Path(__file__).parent / "templates" / name).read_text("utf-8")
    return Markup(text)


def template(name: str) -> Template:
    """A template of `templates/`; what is put in is escaped, and a name that is missing is an error."""
    return _environment().get_template(name)


def policy(css: str, js: str, *more: str) -> str:
    """What a page may do: nothing but its own style and script, and what `more` allows."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(js)}'",
            f"style-src '{_digest(css)}'",
            *more,
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("svcscore.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = _clock
    environment.filters["points"] = lambda value: "–" if value is None else f"{value:.1f}"
    return environment


def _clock(seconds: float | None) -> str:
    """Hours, minutes and seconds."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
