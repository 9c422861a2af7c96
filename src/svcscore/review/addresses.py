"""From where a request comes, and which proxies are believed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from svcscore.review.desk import desk_of

_NETWORK = 64
"""Bits of an IPv6 address that a household shares: it has the rest to choose from."""


def from_proxy(request: Request) -> bool:
    """Whether a request comes straight from a proxy that `Settings.proxies` names."""
    peer = _peer(request)
    return any(_within(peer, proxy) for proxy in desk_of(request).settings.proxies)


def client_address(request: Request) -> str:
    """Where a request began; what a header says of it counts from a trusted proxy only."""
    if from_proxy(request):
        # each proxy adds whom it saw at the end: what stands before may be made up
        said = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2]
        return _plain(said) or _peer(request)
    return _peer(request)


def origin_of(address: str) -> str:
    """What is counted as one sender."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _NETWORK), strict=False))
    return address


def _peer(request: Request) -> str:
    host = request.client.host if request.client else ""
    return _plain(host) or host


def _plain(text: str) -> str:
    """An address as it is compared; empty where it is none."""
    try:
        parsed = ip_address(text.strip())
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _within(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False
