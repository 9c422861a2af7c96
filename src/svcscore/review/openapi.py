"""The document that describes the REST API (OpenAPI 3.1): what FastAPI knows, and who may do what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from svcscore import __version__
from svcscore.desk.viewer import May
from svcscore.review.guard import COOKIE, GUARDS, TOKEN_HEADER

PREFIX = "/api/v1/"
Document: TypeAlias = dict[str, Any]
TAGS = {
    "queue": "What waits for a person, who has it in hand, and filters with names.",
    "cases": "One interaction: what was heard and found, decisions, clips, corrections.",
    "appeals": "Findings that whoever is scored contests, and the answers.",
    "calibrations": "The same cases to several reviewers, and how far they agree.",
    "second-reviews": "Findings that somebody decides again, unseen by the first.",
    "mine": "What somebody who is scored sees of herself.",
    "trends": "Scores over time, by person and branch, with the cases behind them.",
    "meta": "This document.",
}
"""By the first part of a path."""
_ABOUT = """What the review desk does, for programs.

Send a token as `Authorization: Bearer svct_…`; it may what its scopes say, and never more than its
account. A browser that is logged in sends its cookie, and with everything but GET the header
`X-CSRF-Token`. Moments are ISO 8601 in UTC, seconds are counted from the start of a recording,
probabilities are 0–1 and scores 0–100. Fields are added, never renamed. Words are masked where they
are personal, and each hearing, decision and export is logged. Where something is not done, the
answer is `{"error": CODE, "message": …}`; the code is the same for the same reason."""
_ERRORS = {
    "400": "It cannot be done as asked; the code says why",
    "401": "No token or session that counts",
    "403": "The account or the token may not do this, or not with this case",
    "404": "There is nothing of that name, or not for this account",
    "409": "Something else stands than was seen, or somebody else has it in hand",
    "413": "The body has more than 1 MiB",
    "422": "A field is missing or not what it should be",
    "503": "The database cannot be used now; nothing was changed, and the same request may be sent again",
}
_SAFE = frozenset({"get", "head"})
_REFUSAL: Document = {
    "title": "Refusal",
    "description": "Why something was not done.",
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "The same for the same reason"},
        "message": {"type": "string"},
    },
}
_SCHEMES: Document = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Made at /tokens or by `svcscore review account token`; the scopes that are"
        " named with an operation are rights of the account: one of them is needed.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"Of a login; with TLS it is named `__Host-{COOKIE}`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": TOKEN_HEADER,
        "description": "With a session, for everything that changes something.",
    },
}
_LONG = re.compile(r"svcscore__(?:\w+__)?([a-z_]+)__([A-Z]\w*)")
"""How FastAPI calls a type where two modules have one of that name."""
_NAMED = re.compile(r'"#/components/schemas/([^"]+)"')


def describe(app: FastAPI) -> Document:
    """The operations below `PREFIX` of an application, with their rights and refusals."""
    told = get_openapi(
        title="svcscore review desk",
        version=__version__,
        description=_ABOUT,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    whole: Document = json.loads(_LONG.sub(_short, json.dumps(told)))
    rights = dict(_rights(app.routes))
    paths = {path: ops for path, ops in whole["paths"].items() if path.startswith(PREFIX)}
    for path, operations in paths.items():
        for method, operation in operations.items():
            operation.update(_told(path, method, operation, rights[path, method]))
    used = {tag for ops in paths.values() for one in ops.values() for tag in one["tags"]}
    schemas = whole["components"]["schemas"]
    return whole | {
        "paths": paths,
        "tags": [{"name": tag, "description": TAGS[tag]} for tag in TAGS if tag in used],
        "components": {
            "securitySchemes": _SCHEMES,
            "schemas": _used(paths, schemas | {"Refusal": _REFUSAL}),
        },
    }


def name_of(method: str, path: str) -> str:
    """How clients call an operation: ``get_queue``, ``post_cases_decisions``, ``get_appeals_one``."""
    parts = path.removeprefix(PREFIX).split("/")
    named = [part for part in parts if not part.startswith("{")]
    if parts[-1].startswith("{"):
        named.append("one")
    return re.sub(r"\W", "_", "_".join([method, *named]))


def _short(name: re.Match[str]) -> str:
    """``QueueingStatus``."""
    return name[1].title().replace("_", "") + name[2]


def _told(path: str, method: str, operation: Document, wanted: frozenset[May]) -> Document:
    """What an operation is told with beyond what FastAPI knows."""
    session: dict[str, list[str]] = {"session": []}
    if method not in _SAFE:
        session["csrf"] = []
    scopes = [[may.value] for may in sorted(wanted)] or [[]]
    tag = path.removeprefix(PREFIX).partition("/")[0]
    answers = {status: _refusal(told) for status, told in _ERRORS.items()}
    for status, answer in operation["responses"].items():
        answers[status] = _answer(status, answer, answers)
    described = str(operation["description"])
    return {
        "operationId": name_of(method, path),
        "summary": described.partition("\n")[0].rstrip("."),
        "tags": [tag if tag in TAGS else "meta"],
        "security": [*({"token": scope} for scope in scopes), session],
        "responses": dict(sorted(answers.items())),
    }


def _refusal(told: str, *schemas: Document) -> Document:
    every = [*schemas, {"$ref": "#/components/schemas/Refusal"}]
    schema = every[0] if len(every) == 1 else {"anyOf": every}
    return {"description": told, "content": {"application/json": {"schema": schema}}}


def _answer(status: str, answer: Document, refusals: Document) -> Document:
    """What an operation tells of an answer; refusals of its own stand beside the usual one."""
    if not status.startswith("4"):
        return answer
    own = answer.get("content", {}).get("application/json", {}).get("schema")
    if status == "422" or (own or {}).get("$ref", "").endswith("/Refusal"):
        own, answer = None, refusals.get(status, answer)
    return _refusal(answer["description"], *([own] if own else []))


def _rights(routes: Iterable[BaseRoute]) -> Iterator[tuple[tuple[str, str], frozenset[May]]]:
    """By path and method, of which rights one is needed."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _rights(inner.routes)
        elif isinstance(route, APIRoute):
            for method in route.methods or ():
                for wanted in _wanted(route.dependant):
                    yield (route.path_format, method.lower()), wanted


def _wanted(dependant: Dependant) -> Iterator[frozenset[May]]:
    for inner in dependant.dependencies:
        if inner.call in GUARDS:
            yield GUARDS[inner.call]


def _used(paths: Document, schemas: Document) -> Document:
    """The schemas that are named by operations, or by one another."""
    found: set[str] = set()
    ahead = set(_NAMED.findall(json.dumps(paths)))
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= set(_NAMED.findall(json.dumps(schemas[name]))) - found
    return {name: _plain(schemas[name]) for name in sorted(found)}


def _plain(schema: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    """Pairs of numbers as arrays of a length: few programs that read the document know tuples."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("prefixItems") and all(
        one == schema["prefixItems"][0] for one in schema["prefixItems"]
    ):
        schema = {name: value for name, value in schema.items() if name != "prefixItems"} | {
            "items": schema["prefixItems"][0]
        }
    return {name: _plain(value) for name, value in schema.items()}
