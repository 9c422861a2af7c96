"""The page of docs/ that tells the REST API, from the document that the desk serves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from fastapi import FastAPI

from svcscore.review.openapi import describe
from svcscore.review.pages import ROUTERS

Document: TypeAlias = dict[str, Any]
_INTRO = """# REST API

Everything that reviewers, managers and tellers do at the [review desk](../how-to/review-desk.md), programs can do
with a token. The desk serves this description as OpenAPI 3.1 at `/api/v1/openapi.json` (to anybody logged in, or
with a token), and a test holds every answer to it with made-up requests.

## A token, and a first request

```sh
svcscore review account token li.xiang --title 质检助手 --scope queue --scope cases --scope decide --days 90 > token
desk=https://desk.bank.example; auth="Authorization: Bearer $(cat token)"

curl -H "$auth" "$desk/api/v1/queue?severity=red_line&branch=B01"        # what waits
curl -X POST -H "$auth" "$desk/api/v1/queue/next"                          # take the next case in hand
curl -H "$auth" "$desk/api/v1/cases/9bd1c1ac41726f27"                   # all of it, personal words masked
curl -H "$auth" "$desk/api/v1/cases/9bd1c1ac41726f27/clip?start=3&end=9" -H "Range: bytes=0-" -o clip.mp3
curl -H "$auth" -H "Content-Type: application/json" "$desk/api/v1/cases/9bd1c1ac41726f27/decisions" \\
     -d '{"finding_id": "5c1f0e7a9d3b2468", "decision": "overturn", "reason": "说的是自己", "seen": null}'
```

A token has scopes, which are rights of its account; with each operation stands which **one of** them it needs. A
browser that is logged in sends its cookie instead, and with everything but GET the header `X-CSRF-Token`.

**Deciding twice.** `seen` is the id of the review that stood when the decision was made (null: none). Where another
stands by now, the answer is 409 with it, and nothing is overwritten. The same request sent again, because an answer
got lost, is one decision: the second answer has `known: true`.

**Pages.** Lists of the queue end with cursors (`after`, `before`): send one back to get the neighbouring page.

## Refusals

Each is `{"error": CODE, "message": …}`; the code is the same for the same reason ([codes](errors.md)).

| status | meaning |
| --- | --- |"""
_BEYOND = """
## Webhook

`svcscore review serve --webhook URL` (or `SVCSCORE_WEBHOOK`) posts JSON when a person decides about a red line: at the
desk, by an appeal, by taking a decision back, by a file of reviews. It never holds what was said.

```json
{"event": "red_line.decided", "id": "0f3a…", "interaction_id": "9bd1…", "finding_id": "5c1f…",
 "code": "forbidden.impatience", "decision": "overturn", "stands": "overturn",
 "staff_id": "T1001", "branch_id": "B01", "day": "2026-11-24", "at": "2026-11-25T08:12:31.402+00:00"}
```

`decision` is `confirm`, `overturn`, `not_applicable`, `withdraw`, or `add` (one that the machine missed);
`stands` is what counts after it, null where nothing does. Blind second reviews are not told. What the machine finds
and nobody decided is told by [`svcscore alerts`](cli.md).

- **At least once.** Events are rows, written in the transaction of the decision. Any 2xx means taken; anything else, a
  redirect too, is tried again after 30 s, 1 min, 2 min … up to an hour apart, for as long as it takes, also when the
  desk was killed meanwhile. An event may come twice: its `id` is the same then. Events may overtake each other: `at`
  tells the order of decisions. All that was decided before a webhook was named is told when one is.
- **Signed** where `SVCSCORE_WEBHOOK_SECRET` is set: `X-Svcscore-Signature: sha256=` and the hex HMAC-SHA256 of
  `X-Svcscore-Timestamp` (seconds since 1970), a point and the body. Compare in constant time, and refuse what is older
  than five minutes:

```python
expected = hmac.new(secret, timestamp.encode() + b"." + body, "sha256").hexdigest()
fresh = abs(time.time() - int(timestamp)) < 300
genuine = fresh and hmac.compare_digest("sha256=" + expected, signature)
```

## Metrics and logs

`GET /metrics` answers in Prometheus' format to a token (or session) with the scope `log`, which administrators and
auditors have:

```yaml
scrape_configs:
  - job_name: svcscore
    authorization: {credentials_file: /etc/prometheus/svcscore.token}
    static_configs: [{targets: ["desk.bank.example:8080"]}]
```

It is not open to this machine alone: behind a proxy everybody comes from there.

| metric | |
| --- | --- |
| `svcscore_requests_total` | by `route` (as below, `{…}` and all), `method` and `status` |
| `svcscore_request_seconds` | histogram by `route` and `method` |
| `svcscore_database_seconds` | histogram of statements |
| `svcscore_clips_played_total` | clips that began |
| `svcscore_waiting_cases`, `svcscore_waiting_findings` | the queue |
| `svcscore_decided_findings` | by `decision` |
| `svcscore_appeals_open`, `svcscore_appeals_overdue` | |
| `svcscore_sessions` | used within 45 minutes |
| `svcscore_events` | that no webhook took yet |

The desk logs a line of JSON to stderr for each request: when, route, status, milliseconds, the key of the account, and
a number that the answer carries too (`X-Request-Id`). No metric and no line holds a name, an address that was asked
for, a note or a word of a transcript; of a fault only its kind and place.
"""


def api_page(type_of: Callable[[Document], str]) -> str:
    """The page.

    Args:
        type_of: tells the type of a field in a JSON schema.
    """
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return "\n".join(_lines(describe(app), type_of))


def _lines(document: Document, type_of: Callable[[Document], str]) -> Iterator[str]:
    yield _INTRO
    every = [
        (path, method, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    first = every[0][2]["responses"]
    for status, answer in first.items():
        if status.startswith(("4", "5")):
            yield f"| {status} | {answer['description']} |"
    yield _BEYOND
    for tag in document["tags"]:
        yield f"## {tag['name'].capitalize()}\n\n{tag['description']}\n"
        for path, method, one in every:
            if one["tags"] == [tag["name"]]:
                yield from _operation(path, method, one, type_of)
    yield "## Types\n"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema, type_of)


def _operation(
    path: str, method: str, one: Document, type_of: Callable[[Document], str]
) -> Iterator[str]:
    yield f"### `{method.upper()} {path}`\n"
    yield re.sub(r"\s+", " ", one["description"]).strip() + "\n"
    scopes = [f"`{scope}`" for way in one["security"] for scope in way.get("token", ())]
    needs = " or ".join(scopes) or "any token or session"
    answers = [
        f"{status} {_content(answer, type_of)}".strip()
        for status, answer in one["responses"].items()
        if status.startswith("2")
    ]
    body = one.get("requestBody")
    sent = f" Body: {_content(body, type_of)}." if body else ""
    yield f"Needs {needs}.{sent} Answers {', '.join(answers)}.\n"
    asked = [field for field in one.get("parameters", ()) if field["in"] == "query"]
    if asked:
        yield "| in the address | type | |\n| --- | --- | --- |"
        for field in asked:
            schema = field["schema"]
            default = f"default `{schema['default']}`" if schema.get("default") else ""
            yield f"| `{field['name']}` | {type_of(schema)} | {default} |"
        yield ""


def _content(message: Document, type_of: Callable[[Document], str]) -> str:
    """What a body holds."""
    for kind, content in message.get("content", {}).items():
        schema = content.get("schema", {})
        return _linked(type_of(schema)) if kind == "application/json" else f"`{kind}`"
    return ""


def _linked(name: str) -> str:
    return re.sub(r"\b[A-Z]\w+(-\w+)?\b", lambda found: f"[{found[0]}](#{found[0].lower()})", name)


def _schema(name: str, schema: Document, type_of: Callable[[Document], str]) -> Iterator[str]:
    yield f"### {name}\n"
    if told := re.sub(r"\s+", " ", schema.get("description", "")).strip():
        yield f"{told}\n"
    if "properties" not in schema:
        yield f"{type_of(schema)}\n"
        return
    needed = set(schema.get("required", ()))
    yield "| field | type | |\n| --- | --- | --- |"
    for field, part in schema["properties"].items():
        optional = "" if field in needed else "optional"
        yield f"| `{field}` | {_linked(type_of(part))} | {optional} |"
    yield ""
