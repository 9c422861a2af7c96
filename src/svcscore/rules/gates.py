"""Contexts in which words do not count as said to the customer (`lexicons/gates.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable

from svcscore.phrases.candidates import Place
from svcscore.rules.base import Gate
from svcscore.rules.load import Gates
from svcscore.rules.scene import Scene
from svcscore.text.normalise import normalise

REACH = 12
"""Characters after its cue that a quotation or a supposition reaches."""
ALL: tuple[Gate, ...] = ("quoted", "negated", "hypothetical", "colleague")


class ContextGates:
    """The gates of a lexicon, ready to be asked."""

    def __init__(self, gates: Gates) -> None:
        self._negators = tuple(normalise(word).text for word in gates.negated)
        self._cues: dict[Gate, tuple[str, ...]] = {
            "quoted": gates.quoted,
            "hypothetical": gates.hypothetical,
            "colleague": gates.colleague,
        }

    @property
    def phrases(self) -> tuple[str, ...]:
        """Cues that are searched as phrases are."""
        return tuple(cue for cues in self._cues.values() for cue in cues)

    def undo(self, scene: Scene, place: Place, gates: Iterable[Gate]) -> bool:
        """Whether any of `gates` is closed for `place`."""
        return any(self._closed(scene, place, gate) for gate in gates)

    def _closed(self, scene: Scene, place: Place, gate: Gate) -> bool:
        if gate == "negated":
            before = scene.texts[place.turn].text[: place.start]
            return before.endswith(self._negators)
        reach = len(scene.texts[place.turn].text) if gate == "colleague" else REACH
        return any(
            cue.turn == place.turn and 0 <= place.start - cue.end <= reach
            for cue in scene.certain(self._cues[gate])
        )
