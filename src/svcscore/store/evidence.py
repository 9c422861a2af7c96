"""What is kept of an interaction, so that it can be judged anew without its audio."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from pydantic import TypeAdapter

from svcscore.heard import Asked, Prosody
from svcscore.records import CourtesyScore, Evidence, Interaction, Judged, Scored
from svcscore.scorecards import Scorecard

FORMAT = 1
"""Version of the documents; a change is read by an `if`, never guessed."""
_LEVEL = 5
"""As small as with 6 to a few bytes in a thousand, and a fifth faster."""
_TOGETHER = 25
"""Documents that a thread compresses at once."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All of an interaction that rules and rubrics are functions of."""

    interaction: Interaction
    courtesy: tuple[CourtesyScore, ...]
    prosody: tuple[Prosody, ...]
    asked: tuple[Asked, ...]
    deleted_at: str | None = None
    """When its words were deleted, their time being over (ISO 8601, UTC); None where they stand."""

    @classmethod
    def of(cls, judged: Judged) -> Kept:
        """What to keep of `judged`."""
        return cls(
            interaction=judged.interaction,
            courtesy=judged.courtesy,
            prosody=judged.prosody,
            asked=judged.asked,
        )


_KEPT = TypeAdapter(Kept)
_SCORED = TypeAdapter(Scored)
_SCORECARD = TypeAdapter(Scorecard)
_EVIDENCE = TypeAdapter(tuple[Evidence, ...])


def pack_kept(kept: Kept) -> bytes:
    """As a document; times and probabilities keep every digit."""
    return _packed(_KEPT, kept)


def pack_judged(pool: Executor, judged: Sequence[Judged]) -> Iterator[tuple[bytes, bytes]]:
    """What `pack_kept` and `pack_scorecard` give for each, compressed by other threads meanwhile.

    Returns at once, when all are written as JSON; zlib lets go of the interpreter.
    """
    parts = [judged[at : at + _TOGETHER] for at in range(0, len(judged), _TOGETHER)]
    written = (
        [(_KEPT.dump_json(Kept.of(one)), _SCORECARD.dump_json(one.scorecard)) for one in part]
        for part in parts
    )
    return chain.from_iterable(pool.map(_compressed, written))


def _compressed(documents: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(zlib.compress(one, _LEVEL), zlib.compress(other, _LEVEL)) for one, other in documents]


def unpack_kept(content: bytes) -> Kept:
    """What `pack_kept` packed.

    Raises:
        ValueError: where it is damaged.
    """
    return _unpacked(_KEPT, content)


def pack_scored(scored: Scored) -> bytes:
    """A whole recording with all that was concluded, as a run remembers it."""
    # names of files need not be UTF-8; a document is
    path = scored.recording.path.encode("utf-8", "backslashreplace").decode("utf-8")
    return _packed(_SCORED, replace(scored, recording=replace(scored.recording, path=path)))


def unpack_scored(content: bytes) -> Scored:
    """What `pack_scored` packed.

    Raises:
        ValueError: where it is damaged.
    """
    return _unpacked(_SCORED, content)


def pack_scorecard(card: Scorecard) -> bytes:
    """As a document."""
    return _packed(_SCORECARD, card)


def unpack_scorecard(content: bytes) -> Scorecard:
    """What `pack_scorecard` packed.

    Raises:
        ValueError: where it is damaged.
    """
    return _unpacked(_SCORECARD, content)


def evidence_text(evidence: tuple[Evidence, ...]) -> str:
    """The places of a finding, as JSON."""
    return _EVIDENCE.dump_json(evidence).decode()


def read_evidence(text: str) -> tuple[Evidence, ...]:
    """What `evidence_text` wrote.

    Raises:
        ValueError: where it is damaged.
    """
    return _EVIDENCE.validate_json(text)


def _packed(adapter: TypeAdapter[T], value: T) -> bytes:
    return zlib.compress(adapter.dump_json(value), _LEVEL)


def _unpacked(adapter: TypeAdapter[T], content: bytes) -> T:
    try:
        text = zlib.decompress(content)
    except zlib.error as fault:
        raise ValueError(f"the document is damaged ({fault})") from fault
    return adapter.validate_json(text)
