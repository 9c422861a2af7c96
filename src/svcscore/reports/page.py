"""Pages that need nothing else: templates, styles, script, and the policy that holds a page to them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from svcscore.reports.whole import whole


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


def manager_page(path: Path, name: str, **content: Any) -> None:  # noqa: ANN401
    """Write a page of the manager's reports from a template that extends ``manager.html.j2``.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    write_page(path, name, css=("report.css", "manager.css"), js=("manager.js",), **content)


def write_page(
    path: Path,
    name: str,
    *,
    css: Sequence[str],
    js: Sequence[str],
    allowed: Sequence[str] = (),
    **content: Any,  # noqa: ANN401
) -> None:
    """Write a page from a template that extends ``manager.html.j2``.

    Args:
        path: of the page.
        name: of the template.
        css: names of its styles in `templates/`.
        js: names of its scripts there.
        allowed: what its policy allows besides them.
        content: what the template shows.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    styles, scripts = (Markup("").join(map(asset, names)) for names in (css, js))
    page = template(name).render(
        css=styles, js=scripts, policy=policy(styles, scripts, *allowed), **content
    )
    with whole(path) as draft:
        draft.write_text(page, "utf-8", errors="backslashreplace", newline="\n")


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
