"""How the desk is set up for a bank."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `svcscore review serve` was told."""

    recordings: Path
    """Folder below which the recordings lie; paths in the database are from here."""
    secure: bool = False
    """Whether browsers come by TLS: cookies are then sent over nothing else."""
    appeal_days: int = 7
    """Days after a case was judged in which it may be appealed."""
    answer_days: int = 5
    """Days in which an appeal is to be answered."""
    claim_minutes: int = 30
    """Minutes that a claimed case stays with a reviewer who does nothing."""
    proxy_header: str | None = None
    """Header in which a trusted proxy names who is logged in; None: nobody is believed."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies: only they are believed who somebody is and where she sits."""
    webhook: str | None = None
    """Where decided red lines are told; None: nowhere."""
    demo: bool = False
    """Whether everything is made up; every page then says so."""
    webhook_secret: str | None = field(default=None, repr=False)
    """With which what is told is signed; None: it is not."""
