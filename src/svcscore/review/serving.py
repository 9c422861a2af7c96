"""Where the desk listens, and to whom it may be open."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import sys
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from svcscore.errors import UsageError
from svcscore.ledger.posting import check_address
from svcscore.review.observing import write_logs
from svcscore.store.database import Database
from svcscore.store.desk import accounts as rows
from svcscore.store.desk.accounts import Account

LOOPBACK = ("127.0.0.1", "::1")
_SHUTDOWN_S = 5
"""Seconds in which answers that are on their way may still arrive."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_OTHERS = frozenset({"authorization", "cookie", "host", "origin", "x-csrf-token"})
"""Headers that mean something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A certificate with its chain, and its key: PEM files."""

    certificate: Path
    key: Path


def check_exposure(host: str, *, protected: bool) -> None:
    """Refuse to be open to a network where passwords would travel unprotected.

    Args:
        host: address to listen at.
        protected: whether there is TLS, or somebody said that none is needed.

    Raises:
        UsageError: ``desk.exposed``.
    """
    if protected or loopback(host):
        return
    raise UsageError(
        "desk.exposed",
        f"{host} can be reached from other machines, and passwords would travel unprotected",
        "give --tls-cert and --tls-key, or --behind-tls-proxy where a proxy ends TLS, or --insecure",
    )


def loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_tls(tls: Tls) -> None:
    """Raise ``desk.tls`` where the files are no certificate and its key."""
    try:
        # a key with a password would wait for somebody at a terminal
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            tls.certificate, tls.key, password=""
        )
    except (OSError, ValueError) as fault:
        raise UsageError(
            "desk.tls",
            f"the certificate and the key cannot be used ({fault})",
            "give PEM files that belong together; the key without a password",
            str(tls.certificate),
        ) from fault


def check_proxies(header: str | None, proxies: tuple[str, ...]) -> None:
    """Raise ``desk.proxy`` where a header or an address is none."""
    if header is not None and (not _HEADER.fullmatch(header) or header.lower() in _OTHERS):
        raise UsageError(
            "desk.proxy", f"{header!r} is no header for names", "write it as Remote-User"
        )
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as fault:
            raise UsageError(
                "desk.proxy", f"{proxy!r} is no address", "write it as 10.0.0.7 or 10.0.0.0/28"
            ) from fault


def check_webhook(address: str | None) -> None:
    """Raise ``desk.webhook`` where nothing could be told to this address."""
    try:
        check_address(address or "https://")
    except ValueError as fault:
        raise UsageError(
            "desk.webhook", f"{address!r} is no webhook", "write it as https://host/path"
        ) from fault


def accounts(database: Database) -> tuple[Account, ...]:
    """Who could log in.

    Raises:
        UsageError: ``desk.nobody`` where nobody could.
    """
    with database.reading() as connection:
        found = tuple(account for account in rows.every(connection) if account.active)
    if not found:
        raise UsageError(
            "desk.nobody",
            "there is no account that could log in",
            "make the first: `svcscore review account add NAME --role administrator --db …`",
        )
    return found


def listen(host: str, port: int) -> socket.socket:
    """A socket at this address.

    Raises:
        UsageError: ``desk.address`` where it is taken, or not of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        raise UsageError(
            "desk.address",
            f"the desk cannot listen at {host}, port {port} ({fault.strerror or fault})",
            "choose another --host or --port, or end what listens there",
        ) from fault


def address(host: str, listening: socket.socket, tls: Tls | None) -> str:
    """What is typed into a browser."""
    named = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{named}:{listening.getsockname()[1]}"


def serve(app: FastAPI, listening: socket.socket, tls: Tls | None) -> None:
    """Answer until somebody interrupts; what is on its way is finished first. Logs go to stderr."""
    config = uvicorn.Config(
        app,
        # `observing` writes what is logged
        log_config=None,
        access_log=False,
        server_header=False,
        # who came by a proxy is told by `addresses`, which knows the proxies
        proxy_headers=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    write_logs(sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
