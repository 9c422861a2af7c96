"""Passwords: argon2id, and which ones are too easily guessed."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from svcscore.errors import UsageError

LEAST = 10
"""Characters of a password."""
_MOST = 1000
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Checked where there is no such account, so that the time tells nothing."""
_AT_ONCE = BoundedSemaphore(4)
"""Each hash takes 64 MiB: a crowd at the door may wait, and must not use up the memory."""
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
_ROWS = ("qwertyuiop", "asdfghjkl", "1qaz2wsx3edc4rfv", "qwerty123", "password", "woaini", "admin")
_OWN = 4
"""Characters that a password has besides what everybody types."""


class AccountError(UsageError):
    """``desk.account``; `why` names the reason, for screens in another language."""

    why: str = ""


def wrong(why: str, message: str) -> AccountError:
    """An account that cannot be as asked."""
    fault = AccountError("desk.account", message, "see `svcscore review account --help`")
    fault.why = why
    return fault


def check_password(password: str, name: str) -> None:
    """Raise ``desk.account`` where a password is too easily guessed (NIST SP 800-63B, 5.1.1.2)."""
    if len(password) < LEAST:
        raise wrong("short", f"a password has at least {LEAST} characters")
    rest = password.lower().replace(name, "")
    for common in _ROWS:
        rest = rest.replace(common, "")
    plain = any(rest in run for run in _RUNS)
    if len(password) > _MOST or len(rest) < _OWN + 2 or len(set(rest)) < _OWN or plain:
        raise wrong("guessed", "this password is too easily guessed, or longer than anybody types")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one of which this was kept; takes as long where there is none."""
    try:
        with _AT_ONCE:
            return _HASHER.verify(kept or _NOBODY, password[:_MOST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str | None) -> bool:
    """Whether the parameters of a hash are no longer those of today."""
    return kept is not None and _HASHER.check_needs_rehash(kept)


def made_up() -> str:
    """A password for the first login of somebody else: to be read to her, and changed at once."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
