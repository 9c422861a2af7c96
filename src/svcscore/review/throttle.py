"""How often one address may try to log in; the lock of an account is `desk.accounts`'."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from svcscore.review.addresses import origin_of

TRIES = RateLimitItemPerMinute(120)
"""A branch comes to work by one address, all at nine."""
FAILURES = RateLimitItemPerMinute(20, 15)
"""Wrong ones in a quarter of an hour: four accounts, locked once."""


class Throttle:
    """The tries of the last minutes, in this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def lets(self, address: str) -> bool:
        """Whether this address may try once more; the try counts."""
        sender = origin_of(address)
        return self._limiter.test(FAILURES, "failed", sender) and self._limiter.hit(
            TRIES, "tried", sender
        )

    def wait_s(self, address: str) -> int:
        """Seconds until this address may try again, 0 where it may now."""
        sender = origin_of(address)
        windows = ((FAILURES, "failed"), (TRIES, "tried"))
        return max(
            (
                math.ceil(
                    self._limiter.get_window_stats(item, kind, sender).reset_time - time.time()
                )
                for item, kind in windows
                if not self._limiter.test(item, kind, sender)
            ),
            default=0,
        )

    def failed(self, address: str) -> None:
        """Count a try that was wrong."""
        self._limiter.hit(FAILURES, "failed", origin_of(address))
