"""Who does it, for the audit log."""

from __future__ import annotations

import getpass


def actor() -> str:
    """The user of the machine who runs a command."""
    try:
        return f"system:{getpass.getuser()}"
    except (OSError, KeyError):  # a container may run under a number without a name
        return "system:unknown"
