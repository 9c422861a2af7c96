"""One interaction made ready for rules: texts normalised, phrases found, speakers weighed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from svcscore.phrases.candidates import Place
from svcscore.records import STAFF_ROLES, Evidence, Interaction, Kind, Role, Turn, Word
from svcscore.rules.base import Speaker, Window
from svcscore.rules.entities import NAMES, Said, Wanted
from svcscore.spans import Span, hull
from svcscore.text.normalise import Normalised

UNLESS_COST = 0.05
"""Highest cost per syllable of wordings that undo a hit: all but the same sounds."""
USUAL_STAFF: dict[Kind, Role] = {
    Kind.COUNTER: Role.TELLER,
    Kind.LOBBY: Role.LOBBY_MANAGER,
    Kind.MANAGER: Role.ACCOUNT_MANAGER,
    Kind.SALON: Role.LOBBY_MANAGER,
}
"""Who of the staff speaks where nothing tells."""


class Scene:
    """What rules look at.

    Args:
        interaction: whose turns are searched; places count them from 0, as they stand in it.
        texts: the normalised text of each turn.
        found: places of every phrase of the lexicon that has any.
        entities: numbers that mean something, turn by turn.
        sought: phrases that stand for such numbers.
    """

    def __init__(
        self,
        interaction: Interaction,
        texts: Sequence[Normalised],
        found: Mapping[str, tuple[Place, ...]],
        entities: Sequence[Sequence[Said]] = (),
        sought: Sequence[tuple[str, Wanted]] = (),
    ) -> None:
        self.interaction = interaction
        self.turns = interaction.turns
        self.texts = tuple(texts)
        self._entities = tuple(entities)
        self._found = {
            **found,
            **{phrase: places for phrase, one in sought if (places := self.entity_places(one))},
        }
        self._heard = frozenset(self._found)
        self._positions = {turn.index: position for position, turn in enumerate(self.turns)}
        self._roles: dict[Speaker, tuple[float, ...]] = {}
        self._ends: dict[int, list[int]] = {}
        self._places: dict[tuple[str, ...], tuple[Place, ...]] = {}
        self._certain: dict[tuple[str, ...], tuple[Place, ...]] = {}

    # ------------------------------------------------------------------ phrases

    def places(self, phrases: tuple[str, ...]) -> tuple[Place, ...]:
        """Places of any of `phrases`, best first where they overlap, in the order of the text."""
        if phrases in self._places:
            return self._places[phrases]
        found: set[Place] = set()
        for phrase in self._heard.intersection(phrases):
            found.update(self._found[phrase])
        ordered = sorted(found, key=lambda p: (p.turn, p.start, p.rank, p.phrase))
        self._places[phrases] = tuple(ordered)
        return self._places[phrases]

    def entity_places(self, wanted: Wanted) -> tuple[Place, ...]:
        """Places of what `wanted` means, in the order of the text."""
        return tuple(
            Place(turn, e.start, e.end, NAMES[e.name], 0.0, True, ((e.start, e.end),))
            for turn, said in enumerate(self._entities)
            for e in said
            if wanted.holds(e)
        )

    def certain(self, phrases: tuple[str, ...]) -> tuple[Place, ...]:
        """Places of `phrases` as sure as what undoes a hit must be: all but the very sounds."""
        if phrases not in self._certain:
            self._certain[phrases] = tuple(
                place for place in self.places(phrases) if place.exact or place.cost <= UNLESS_COST
            )
        return self._certain[phrases]

    # ------------------------------------------------------------------ speakers

    def role_probability(self, position: int, by: Speaker) -> float:
        """Probability that the turn at `position` is by whom a rule means; 0 where it cannot be."""
        if by not in self._roles:
            self._roles[by] = tuple(self._probability(turn, by) for turn in self.turns)
        return self._roles[by][position]

    def _probability(self, turn: Turn, by: Speaker) -> float:
        if turn.role is Role.MACHINE:
            return 0.0
        if by == "any":
            return 1.0
        if by == "customer":
            is_staff = turn.role in STAFF_ROLES
            return 0.0 if is_staff else 1.0 - turn.staff_probability
        if turn.role is Role.CUSTOMER:
            return 0.0
        if by == "staff":
            return turn.staff_probability
        if turn.role is Role.UNKNOWN:
            usual = USUAL_STAFF.get(self.interaction.kind)
            return turn.staff_probability if usual is not None and usual.value == by else 0.0
        return turn.role_probability if turn.role.value == by else 0.0

    @cached_property
    def staff(self) -> tuple[int, ...]:
        """Positions of turns by staff that say anything, in order."""
        return self.speaking("staff")

    @cached_property
    def staff_role(self) -> Role:
        """The role of the staff who speaks most; the usual one of the place where nobody does."""
        said: dict[Role, int] = {}
        for position in self.staff:
            if (role := self.turns[position].role) in STAFF_ROLES:
                said[role] = said.get(role, 0) + len(self.texts[position].text)
        if not said:
            return USUAL_STAFF.get(self.interaction.kind, Role.UNKNOWN)
        return max(sorted(said), key=lambda role: said[role])

    def speaking(self, by: Speaker) -> tuple[int, ...]:
        """Positions of the turns that are rather by `by` than not; turns of fillers are no turns."""
        return tuple(
            position
            for position, text in enumerate(self.texts)
            if text.text and self.role_probability(position, by) >= 0.5
        )

    def staff_turns_after(self, position: int, count: int) -> tuple[int, ...]:
        """The first `count` turns of staff after the turn at `position`."""
        first = bisect_right(self.staff, position)
        return self.staff[first : first + count]

    # ------------------------------------------------------------------ words and seconds

    def words(self, place: Place) -> tuple[Word, ...]:
        """The words that `place` touches."""
        begin, end = self.texts[place.turn].source_range(place.start, place.end)
        words = self.turns[place.turn].words
        if place.turn not in self._ends:
            self._ends[place.turn] = list(accumulate(len(word.text) for word in words))
        ends = self._ends[place.turn]
        first, last = bisect_right(ends, begin), bisect_left(ends, end)
        return words[first : last + 1]

    def span(self, place: Place) -> Span:
        """Seconds of those words."""
        return hull(word.span for word in self.words(place))

    def heard(self, place: Place) -> str:
        """What the transcript says at `place`."""
        begin, end = self.texts[place.turn].source_range(place.start, place.end)
        return self.turns[place.turn].text[begin:end]

    @cached_property
    def spoken(self) -> Span:
        """From the first word to the last; machines do not count."""
        spans = [
            word.span for turn in self.turns if turn.role is not Role.MACHINE for word in turn.words
        ]
        return hull(spans) if spans else self.interaction.span

    def opens(self, place: Place, window: Window, by: Speaker) -> bool:
        """Whether `place` begins within the opening `window`."""
        if window.turns is not None and place.turn in self.speaking(by)[: window.turns]:
            return True
        if window.seconds is None:
            return False
        return self.span(place).start <= self.spoken.start + window.seconds

    def closes(self, place: Place, window: Window, by: Speaker) -> bool:
        """Whether `place` ends within the closing `window`."""
        if window.turns is not None and place.turn in self.speaking(by)[-window.turns :]:
            return True
        if window.seconds is None:
            return False
        return self.span(place).end >= self.spoken.end - window.seconds

    def turn(self, place: Place) -> Turn:
        """The turn that `place` is in."""
        return self.turns[place.turn]

    def position(self, evidence: Evidence) -> int:
        """Where the turn of `evidence` stands in the interaction."""
        return self._positions[evidence.turn]
