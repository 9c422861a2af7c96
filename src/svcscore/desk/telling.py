"""Webhooks: what was decided about red lines goes to another system, at least once, in the background.

Events are rows, written in the transaction of the decision. A try is written down before it begins, so
that a process that is killed in between loses nothing: what was not taken is tried again, by this
process or the next. Two processes on one database share the events between them.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from dataclasses import dataclass, field

from svcscore.desk import clock
from svcscore.errors import StoreError
from svcscore.ledger.posting import post
from svcscore.store.database import Database
from svcscore.store.desk import events

FIRST_S = 30.0
"""Seconds after which a try is made again; longer than a try takes."""
LAST_S = 3600.0
"""Seconds between tries at most: each waits twice as long as the one before."""
EVERY_S = 2.0
"""Seconds between looks for something new."""
SIGNATURE = "X-Svcscore-Signature"
TIMESTAMP = "X-Svcscore-Timestamp"
_LOG = logging.getLogger("svcscore.desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where events are told."""

    address: str
    secret: str | None = field(default=None, repr=False)
    """Known to the receiver, who checks `signature`; None: nothing is signed."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of the time, a point and the body: what is caught cannot be sent later."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def deliver(database: Database, webhook: Webhook) -> int:
    """Send what is due, oldest first, until one is not taken; tells how many were taken.

    Raises:
        StoreError: for whatever the database has against it.
    """
    sent = 0
    while (event := _begin(database)) is not None:
        body = event.content.encode()
        try:
            post(webhook.address, body, _headers(webhook, body))
        except (OSError, ValueError) as fault:
            kind = f"{type(fault).__name__} {getattr(fault, 'code', '')}".strip()
            _LOG.warning("the webhook did not take event %s (%s)", event.key, kind)
            break
        with database.writing() as connection:
            events.taken(connection, event, clock.now())
        sent += 1
    return sent


class Teller:
    """Delivers in a thread of its own, from `start` to `stop`."""

    def __init__(self, database: Database, webhook: Webhook) -> None:
        self._database = database
        self._webhook = webhook
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the try that is on its way; what is left is told when the desk opens again."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(EVERY_S):
            try:
                deliver(self._database, self._webhook)
            except StoreError as fault:
                _LOG.warning("events wait for the database (%s)", fault.code)


def _begin(database: Database) -> events.Event | None:
    """Take the next event for a try, unless none is due or another process has it."""
    now = clock.now()
    future = clock.after(now, seconds=LAST_S)
    with database.reading() as connection:
        if events.due(connection, now, future) is None:
            return None
    with database.writing() as connection:
        event = events.due(connection, now, future)
        if event is not None:
            wait = min(LAST_S, FIRST_S * 2.0 ** min(event.tries, 30))
            events.begin(connection, event, clock.after(now, seconds=wait))
    return event


def _headers(webhook: Webhook, body: bytes) -> dict[str, str]:
    if webhook.secret is None:
        return {}
    timestamp = str(round(time.time()))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(webhook.secret, timestamp, body)}
