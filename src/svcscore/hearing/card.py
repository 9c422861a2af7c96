"""The tables of a measurement, and the card that says what they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import yaml

from svcscore.errors import OutputError
from svcscore.hearing.confusions import confusions_of
from svcscore.hearing.saying import CONDITIONS
from svcscore.hearing.trying import AGAIN, Trial
from svcscore.learnt import CARD
from svcscore.phrases.measured import HARDLY, TABLE, Measured, table_of
from svcscore.text.pinyin import CONFUSIONS


def save_measured(
    folder: Path,
    results: Sequence[Measured],
    trials: Sequence[Trial],
    recogniser: Sequence[tuple[str, str]],
    voices: int,
) -> None:
    """Write the tables and their card into `folder`.

    Args:
        folder: made where it is not there.
        results: of every phrase.
        trials: of every phrase alike, from which the confusions of sounds are counted.
        recogniser: its identity.
        voices: that said each phrase at first.

    Raises:
        OutputError: ``output.unwritable``.
    """
    table, confused = table_of(results).encode(), confusions_of(trials).encode()
    said = sum(one.said for one in results)
    card = {
        "name": "hearing",
        "what": "how often this recogniser's transcripts hold a phrase of the lexicon that was said",
        "how": "each phrase, where an example of its rule holds it within that sentence, by made voices "
        "(Kokoro-82M, five mixed), spoiled, recognised, and looked for as a run does",
        "voices": f"{voices}, and {AGAIN} more for a phrase found at most {HARDLY:.0%} of the times",
        "conditions": {
            one.name: f"{one.snr:g} dB{', 300-3400 Hz' if one.telephone else ''}"
            for one in CONDITIONS
        },
        "recogniser": dict(recogniser),
        "phrases": len(results),
        "said": said,
        "found": round(sum(one.found for one in results) / max(1, said), 3),
        "by_text": round(sum(one.by_text for one in results) / max(1, said), 3),
        "limits": "synthetic speech: it shows which sounds are confused, not how real tellers speak; "
        "few trials of each phrase, so one of them proves little; hard phrases weigh more in `found`",
        "sha256": {
            TABLE: hashlib.sha256(table).hexdigest(),
            CONFUSIONS: hashlib.sha256(confused).hexdigest(),
        },
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TABLE).write_bytes(table)
        (folder / CONFUSIONS).write_bytes(confused)
        (folder / CARD).write_text(
            yaml.safe_dump(card, allow_unicode=True, sort_keys=False, width=110), "utf-8"
        )
    except OSError as error:
        raise OutputError(
            "output.unwritable", error.strerror or str(error), "choose another folder", str(folder)
        ) from error
