"""How long each rule takes on an interaction, and which ones fail."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Self

from svcscore.rules.base import Rule

SLOW = 0.25
"""Processor seconds of one rule on one interaction that are worth a word in the log."""

log = logging.getLogger(__name__)


class Watch:
    """One interaction's: ``with watch.over(rule):`` times what is done for a rule, and contains it.

    A rule that fails says nothing about the interaction, and the others go on. A slow rule is told and
    kept: were it left out, scores would depend on the machine.

    Attributes:
        seconds: processor time of each rule, by id.
        failed: ids of rules that raised something.
    """

    def __init__(self, interaction: str) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._interaction = interaction
        self._rule = ""
        self._start = 0.0

    def over(self, rule: Rule) -> Self:
        """Attend to `rule` for one block; blocks are not nested."""
        self._rule = rule.id
        return self

    def __enter__(self) -> None:
        self._start = time.thread_time()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        spent = time.thread_time() - self._start
        self.seconds[self._rule] = self.seconds.get(self._rule, 0.0) + spent
        if error is not None and isinstance(error, Exception):
            self.failed.add(self._rule)
            log.error(
                "rule %s failed on interaction %s", self._rule, self._interaction, exc_info=error
            )
            return True
        return False

    def tell(self) -> None:
        """Log the rules that were slow."""
        for rule, seconds in self.seconds.items():
            if seconds > SLOW:
                log.warning(
                    "rule %s took %.2f s on interaction %s", rule, seconds, self._interaction
                )
