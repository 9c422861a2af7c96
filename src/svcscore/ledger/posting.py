"""Sending JSON to an address of the bank's."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping

_TIMEOUT_S = 10.0


def check_address(address: str) -> None:
    """Raise `ValueError` where it is none that can be posted to."""
    if not address.startswith(("http://", "https://")):
        raise ValueError("a webhook is an http(s) address")


def post(address: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Post JSON; whoever answers with a 2xx has taken it.

    Raises:
        OSError: where nobody answers, or with something else (`urllib.error.HTTPError`).
        ValueError: where the address is none.
    """
    check_address(address)
    request = urllib.request.Request(
        address,
        data=body,
        headers={"Content-Type": "application/json", "User-Agent": "svcscore", **(headers or {})},
    )
    with _OPENER.open(request, timeout=_TIMEOUT_S):
        return


class _Stay(urllib.request.HTTPRedirectHandler):
    """A post that is led elsewhere would arrive there as a question without a body."""

    def redirect_request(self, *_: object) -> None:
        """Follow to nowhere: the answer is a refusal."""


_OPENER = urllib.request.build_opener(_Stay)
