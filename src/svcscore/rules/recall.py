"""The second listen out of memory: what it once answered, for rules that ask again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcscore.heard import Asked

if TYPE_CHECKING:
    from svcscore.asr.verify import Probe
    from svcscore.rules.listening import Listen


def recalled(asked: Sequence[Asked]) -> Listen:
    """A listen that gives the answers in `asked`, and None to what was never asked.

    Without the audio a new phrase has the transcript for its only witness, so it can ask for review
    and cannot confirm a red line.
    """
    answers = {(one.channel, one.span, one.phrase, one.heard): one.score for one in asked}

    def listen(probes: Sequence[Probe]) -> Sequence[float | None]:
        return [answers.get((p.channel, p.span, p.phrase, p.heard)) for p in probes]

    return listen
