"""What is measured and logged of requests: routes, numbers and keys, never what was asked or said."""

from __future__ import annotations

import json
import logging
import secrets
import time
from datetime import UTC, datetime
from typing import Any, TextIO

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from svcscore.desk import clock
from svcscore.desk.accounts import IDLE_S, Present
from svcscore.store.database import Database
from svcscore.store.desk.figures import Figures, figures
from svcscore.store.timing import time_statements

REQUEST_ID = "X-Request-Id"
_CLIP = "/api/v1/cases/{interaction_id}/clip"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATEMENT = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5)
_LOG = logging.getLogger("svcscore.review.requests")


class Meters:
    """The numbers of one desk since it was opened, for Prometheus."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "svcscore_requests",
            "Requests that were answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "svcscore_request_seconds",
            "From a request to the end of its answer.",
            ("route", "method"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.clips = Counter(
            "svcscore_clips_played", "Clips that began to play.", registry=self.registry
        )
        statements = Histogram(
            "svcscore_database_seconds",
            "Time of a statement of the database.",
            registry=self.registry,
            buckets=_STATEMENT,
        )
        time_statements(database, statements.observe)
        self._gauges = {name: self._gauge(name, told) for name, told in _GAUGES.items()}
        self._decided = Gauge(
            "svcscore_decided_findings",
            "Findings by what people decided last.",
            ("decision",),
            registry=self.registry,
        )

    def text(self) -> bytes:
        """All of it, with what the database holds at this moment."""
        now = clock.now()
        with self._database.reading() as connection:
            found = figures(connection, now=now, seen_since=clock.after(now, seconds=-IDLE_S))
        for name, gauge in self._gauges.items():
            gauge.set(getattr(found, name))
        self._decided.clear()
        for decision, number in found.decided.items():
            self._decided.labels(decision).set(number)
        return generate_latest(self.registry)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(f"svcscore_{name}", told, registry=self.registry)


_GAUGES = {
    "waiting_cases": "Cases in the queue.",
    "waiting_findings": "Findings that wait for a person.",
    "appeals_open": "Appeals without an answer.",
    "appeals_overdue": "Appeals whose time to be answered is over.",
    "sessions": "Sessions that were used within the time after which they end.",
    "events": "Events that no webhook took yet.",
}
assert _GAUGES.keys() <= set(Figures.__dataclass_fields__)


class Observer:
    """Measures and logs every request, also those that are refused at the door.

    Args:
        app: what it stands around.
        meters: where numbers go.
    """

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        number = secrets.token_hex(8)
        scope.setdefault("state", {})
        status, headers = 500, Headers()

        async def sent(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = number
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            self._tell(scope, status, headers, time.perf_counter() - began, number)

    def _tell(
        self, scope: Scope, status: int, headers: Headers, seconds: float, number: str
    ) -> None:
        route, method = route_of(scope), scope["method"]
        if method not in _METHODS:
            method = "other"
        self._meters.requests.labels(route, method, str(status)).inc()
        self._meters.seconds.labels(route, method).observe(seconds)
        if route == _CLIP and status in {200, 206}:
            whole = headers.get("content-range", "bytes 0-").startswith("bytes 0-")
            self._meters.clips.inc(whole)
        who = scope["state"].get("who")
        told = {
            "request": number,
            "route": route,
            "method": method,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "account": who.viewer.key if isinstance(who, Present) else None,
        }
        if route != "static":
            _LOG.info("request", extra={"told": told})


def route_of(scope: Scope) -> str:
    """The path as the code has it; what was asked for may hold anything."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return "static" if scope["path"].startswith("/static/") else "none"


class JsonLines(logging.Formatter):
    """A line of JSON for each record; of a fault its kind alone, for its message may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "at": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0] is not None:
            told["fault"] = record.exc_info[0].__name__
        return json.dumps(told, ensure_ascii=False)


def write_logs(stream: TextIO) -> None:
    """Write what the desk and its server log to `stream` from now on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name, level in (("svcscore", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
