"""Pages from templates: what is put in is escaped, and texts come in the viewer's language."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from svcscore.desk.accounts import Present
from svcscore.desk.viewer import May
from svcscore.reports import labels
from svcscore.reports.labels import Label
from svcscore.review.desk import desk_of
from svcscore.review.words import LANGUAGES, say

STATIC = Path(str(files("svcscore.review"))) / "static"
LANGUAGE_COOKIE = "svcscore_language"


def page(
    request: Request, who: Present | None, name: str, *, status: int = 200, **content: object
) -> HTMLResponse:
    """A page from ``templates/NAME``.

    Templates find ``t(key, …)``, ``label|said``, ``asset(file)``, `who` (None before the login),
    ``may("queue")``, `lang`, `labels` and `csrf`.
    """
    language = language_of(request, who)
    viewer = who.viewer if who else None
    html = _environment(language).get_template(name).render(
        who=viewer,
        may=lambda *wanted: viewer is not None and viewer.may(*(May(one) for one in wanted)),
        lang=language,
        csrf=who.csrf if who else "",
        here=request.url.path,
        demo=desk_of(request).settings.demo,
        **content,
    )  # fmt: skip
    return HTMLResponse(html, status_code=status)


def language_of(request: Request, who: Present | None) -> str:
    """``zh`` or ``en``: the account's, or before the login what the browser asked for."""
    if who is not None:
        return who.viewer.language
    asked = request.cookies.get(LANGUAGE_COOKIE)
    if asked in LANGUAGES:
        return asked
    wanted = request.headers.get("accept-language", "").lower()
    return "en" if wanted.startswith("en") else "zh"


@cache
def statics() -> str:
    """Where the files of ``static/`` are served; other contents have another address.

    It is one for all, so that modules find each other beside them, each only once.
    """
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


def asset(name: str) -> str:
    """The address of a file of ``static/``."""
    return f"{statics()}/{name}"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("svcscore.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=partial(say, language), asset=asset, labels=labels)
    environment.filters["said"] = partial(_said, language)
    environment.filters["clock"] = clock
    environment.filters["points"] = lambda value: "–" if value is None else f"{value:.1f}"
    environment.filters["moment"] = lambda text: text[:16].replace("T", " ") if text else "–"
    return environment


def _said(language: str, label: Label) -> str:
    return label.en if language == "en" else label.zh


def clock(seconds: float | None) -> str:
    """Minutes and seconds, with hours where there are any."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
