"""Texts that requests bring: bounded, and without what PostgreSQL cannot keep."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import StringConstraints

_WHOLE = r"^[^\x00]*$"
Id: TypeAlias = Annotated[str, StringConstraints(max_length=64, pattern=_WHOLE)]
Line: TypeAlias = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
"""A name, of whatever it is."""
Reason: TypeAlias = Annotated[str, StringConstraints(max_length=1000, pattern=_WHOLE)]
Words: TypeAlias = Annotated[str, StringConstraints(max_length=4000, pattern=_WHOLE)]
"""What is measured once it is stripped."""
