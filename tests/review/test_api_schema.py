"""The REST API does what its description says, whoever asks and whatever is sent."""

from __future__ import annotations

import json
import shutil

import pytest
import schemathesis
from access_cases import ONE_OF_EACH, PEOPLE, routes
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from svcscore.desk.tokens import make_token
from svcscore.desk.viewer import GRANTS, May
from svcscore.review.app import create_app
from svcscore.review.openapi import PREFIX, TAGS, describe
from svcscore.review.pages import ROUTERS
from svcscore.review.settings import Settings
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing import desks

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def described():
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return describe(app)


DOCUMENT = described()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.generation.with_security_parameters = False
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
REFUSING = [one for one in OPERATIONS if one.query or one.body]
"""Anything fits a path."""
API = {(route.method.lower(), route.path): route for route in routes() if PREFIX in route.path}


@pytest.fixture(scope="module")
def desk(filled, tmp_path_factory):
    """A desk on the samples, the tokens of everybody with all their scopes, and ids of what is there."""
    path = tmp_path_factory.mktemp("api") / "desk.sqlite"
    shutil.copy(filled, path)
    with Database(str(path)) as database:
        tokens = {
            name: make_token(
                database,
                name,
                title="t",
                scopes=GRANTS[PEOPLE[name]] - {May.ACCOUNTS},
                days=1,
                by="test",
            ).secret
            for name in ONE_OF_EACH
        }
        with database.reading() as connection:
            stored = list(reader.stored(connection, reader.keys(connection, Scope())))
        known = {
            "interaction_id": [one.id for one in stored],
            "finding_id": [finding.id for one in stored for finding in one.findings],
        }
        yield create_app(database, Settings(recordings=desks.ROOT)), tokens, known


def test_the_document_is_of_the_api_and_nothing_else():
    assert {(m, path) for path, one in DOCUMENT["paths"].items() for m in one} == set(API)
    every = [one for path in DOCUMENT["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in every]
    assert len(set(names)) == len(names)
    for one in every:
        assert one["summary"], one["operationId"]
        assert len(one["summary"]) <= 110, one["summary"]
    meta = [one["operationId"] for one in every if one["tags"] == ["meta"]]
    assert meta == ["get_openapi_json"], "an area without a tag"
    assert {tag["name"] for tag in DOCUMENT["tags"]} == set(TAGS)


def test_the_document_tells_which_rights_are_needed():
    for (method, path), route in API.items():
        told = DOCUMENT["paths"][path][method]["security"]
        (wanted,) = route.guards
        scopes = [one["token"] for one in told if "token" in one]
        assert scopes == ([[may] for may in sorted(wanted)] or [[]])
        assert told[-1] == ({"session": []} if route.safe else {"session": [], "csrf": []})


def test_every_body_and_text_has_an_end():
    """What is read into memory is bounded by more than the size of a request."""
    for path, methods in DOCUMENT["paths"].items():
        for one in methods.values():
            if "requestBody" in one:
                schema = one["requestBody"]["content"]["application/json"]["schema"]
                assert unbounded(schema, path) == [], path
            for parameter in one.get("parameters", ()):
                if parameter["in"] == "query":
                    assert unbounded(parameter["schema"], parameter["name"]) == [], path


def unbounded(schema, name):
    """Texts and lists without a greatest length."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = []
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found += unbounded(part, name)
    kind = schema.get("type")
    if kind == "string" and not {"maxLength", "enum", "const", "format"} & schema.keys():
        found.append(name)
    if kind == "array":
        found += unbounded(schema["items"], name) + ([] if "maxItems" in schema else [name])
    if kind == "object":
        assert schema.get("additionalProperties") is False, name
        for inner, part in schema.get("properties", {}).items():
            found += unbounded(part, f"{name}.{inner}")
    return found


def test_anybody_who_is_logged_in_reads_it_and_nobody_else(client):
    assert client().get("/api/v1/openapi.json").status_code == 401
    told = client("teller1").get("/api/v1/openapi.json")
    assert told.json() == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_what_fits_the_description_is_answered_as_described(desk, operation):
    ask(desk, operation, GenerationMode.POSITIVE, CHECKS)


@pytest.mark.parametrize("operation", REFUSING, ids=lambda one: one.label)
def test_what_does_not_fit_is_refused(desk, operation):
    ask(desk, operation, GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection])


def ask(desk, operation, mode, checks):
    """Send made-up requests by everybody, half of them about something that is there."""
    app, tokens, known = desk
    allowed = [
        name
        for name in ONE_OF_EACH
        if API[operation.method, operation.path].lets(GRANTS[PEOPLE[name]])
    ]

    @FEW
    @given(
        case=operation.as_strategy(generation_mode=mode),
        name=st.sampled_from([*allowed * 3, *ONE_OF_EACH]),
        at=st.integers(0, 1 << 30),
    )
    def asked(case, name, at):
        if mode is GenerationMode.POSITIVE and at % 3:
            fill(case.path_parameters, known, at)
            if isinstance(case.body, dict):
                fill(case.body, known, at)
        case.headers = {"authorization": f"Bearer {tokens[name]}"}
        case.call_and_validate(checks=checks, app=app)

    asked()


def fill(fields, known, at):
    for name in known.keys() & (fields or {}).keys():
        fields[name] = known[name][at % len(known[name])]


MALFORMED = {
    "nothing": b"",
    "half": b'{"reason": "',
    "not UTF-8": b'{"reason": "\xff\xfe"}',
    "half a character": b'{"reason": "\\ud800", "text": "\\ud800", "name": "\\ud800"}',
    "NUL": b'{"reason": "a\\u0000b", "text": "a\\u0000b", "name": "a\\u0000b"}',
    "a list": b"[1, 2, 3]",
    "null": b"null",
    "a huge number": b'{"each": ' + b"9" * 5000 + b"}",
    "no number": b'{"each": NaN, "share": Infinity}',
    "deep": b'{"filter": ' * 20_000 + b"1" + b"}" * 20_000,
    "names twice": b'{"reason": "a", "reason": ["b"]}',
    "a form": b"reason=a&text=b",
}


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.body], ids=lambda one: one.label
)
def test_malformed_bodies_are_refused(desk, operation):
    app, tokens, known = desk
    name = next(
        one
        for one in ONE_OF_EACH
        if API[operation.method, operation.path].lets(GRANTS[PEOPLE[one]])
    )
    path = operation.path.format_map(
        {"interaction_id": known["interaction_id"][0], "appeal_id": "0" * 16, "key": 1}
    )
    one = TestClient(app, raise_server_exceptions=False)
    for told, content in MALFORMED.items():
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            headers = {"authorization": f"Bearer {tokens[name]}", "content-type": kind}
            answer = one.request(operation.method, path, content=content, headers=headers)
            assert answer.status_code in {400, 404, 409, 422}, f"{told} as {kind}: {answer.text}"
            assert set(answer.json()) == {"error", "message"}, told
