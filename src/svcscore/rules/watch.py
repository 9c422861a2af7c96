"""How long each rule takes on an interaction, and which ones fail."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from svcscore.rules.definition import Rule

SLOW = 0.25
"""Processor seconds of one rule on one interaction that are worth a word in the log."""

log = logging.getLogger(__name__)


class Watch:
    """One interaction's; a rule that fails says nothing about it, and the others go on.

    A slow rule is told and kept: were it left out, scores would depend on the machine.

    Attributes:
        seconds: processor time of each rule, by id.
        failed: ids of rules that raised something.
    """

    def __init__(self, interaction: str) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._interaction = interaction

    @contextmanager
    def over(self, rule: Rule) -> Iterator[None]:
        """Time what is done for `rule`, and contain it."""
        start = time.thread_time()
        try:
            yield
        except Exception:
            self.failed.add(rule.id)
            log.exception("rule %s failed on interaction %s", rule.id, self._interaction)
        spent = time.thread_time() - start
        self.seconds[rule.id] = self.seconds.get(rule.id, 0.0) + spent

    def tell(self) -> None:
        """Log the rules that were slow."""
        for rule, seconds in self.seconds.items():
            if seconds > SLOW:
                log.warning(
                    "rule %s took %.2f s on interaction %s", rule, seconds, self._interaction
                )
