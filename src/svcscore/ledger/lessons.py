"""What one person's visits teach, out of the database: outcomes of items, and where they can be heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from svcscore.ledger.books import Books
from svcscore.records import STAFF_ROLES, CourtesyScore, Finding, Match, Role, Turn, Verdict
from svcscore.reports.labels import ROLES
from svcscore.scorecards import PointsLine, Scorecard
from svcscore.scoring.account import confirmed
from svcscore.scoring.final import reviewed
from svcscore.scoring.profile import Item
from svcscore.scoring.rubric import Rubric
from svcscore.spans import hull
from svcscore.store import reader, statistics
from svcscore.store.reader import Scope, Stored
from svcscore.tracking.coaching import Clip, ItemResult, Outcome, Served
from svcscore.tracking.coaching_words import COURTESY

MOST = 200
"""Visits that are read, the last ones: items that apply seldom need more than those of one window."""
_WHOLE = 1 - 1e-9
_MOST_TURNS = 2
_LONG = 30
"""Characters of a turn that a card quotes."""
_TWINS = {
    "welcome": "voice.greeting",
    "inquire": "voice.inquiry",
    "farewell": "voice.farewell",
}
"""Steps of a post's flow that rest on the same words as a voice: one is enough to talk about."""


def lessons(
    connection: Connection,
    books: Books,
    staff_id: str,
    until: date | None = None,
    branch_id: str | None = None,
) -> tuple[Served, ...]:
    """The last `MOST` scored visits of one person.

    Args:
        connection: to read from.
        books: by what they were judged.
        staff_id: of the person.
        until: the day after the last; None takes all.
        branch_id: only visits there; None takes all.

    Raises:
        StoreError: where something kept is damaged or missing.
    """
    keys = statistics.last_keys(
        connection, Scope(staff_id=staff_id, branch_id=branch_id, until=until), MOST
    )
    cards = {one.interaction_key: one.card for one in statistics.cards(connection, keys)}
    began = statistics.began(connection, keys)
    return tuple(
        _Visit(stored, cards[stored.key], began[stored.key], books).served()
        for stored in reader.stored(connection, keys)
    )


class _Visit:
    """One visit with all that its lessons are drawn from."""

    def __init__(self, stored: Stored, card: Scorecard, at: str, books: Books) -> None:
        self._id = stored.id
        self._at = at
        self._card = card
        self._books = books
        self._provenance = stored.provenance_key
        self._turns = stored.kept.interaction.turns
        self._courtesy = stored.kept.courtesy
        self._kind = stored.kept.interaction.kind.value
        left = reviewed(stored.findings, stored.reviews).findings
        self._findings: Mapping[str, Finding] = {finding.id: finding for finding in left}

    def served(self) -> Served:
        rubric = self._books.rubric(self._provenance)
        return Served(
            interaction_id=self._id,
            at=self._at,
            items=tuple(self._items(rubric)),
            breaches=tuple(self._breaches()),
        )

    def _items(self, rubric: Rubric) -> Iterator[ItemResult]:
        slots = {slot.item.id: slot.item for slot in rubric.layout(self._kind).slots}
        codes = {code for item in slots.values() for code in item.codes}
        for line in self._card.lines:
            item = slots.get(line.item)
            if item is None or item.unless or _is_twin(item, codes):
                continue
            if not line.applicable or line.possible <= 0:
                continue
            share = line.earned / line.possible
            least = _plain_tone(rubric) if item.courtesy else _WHOLE
            met = share >= least
            yield ItemResult(
                item=item.id,
                title=item.title,
                code=COURTESY if item.courtesy else item.codes[0],
                outcome=Outcome.MET if met else Outcome.MISSED,
                cost=0.0 if met else line.possible - line.earned,
                clips=self._tones(met) if item.courtesy else self._places(line, item, met),
            )

    def _breaches(self) -> Iterator[ItemResult]:
        for finding in self._findings.values():
            if finding.severity is None or not confirmed(finding) or not _by_staff(finding):
                continue
            yield ItemResult(
                item=finding.code,
                title=self._books.title(self._provenance, finding.code),
                code=finding.code,
                outcome=Outcome.MISSED,
                cost=self._cost(finding),
                red_line=finding.severity.value == "red_line",
                clips=(self._heard(finding),) if finding.evidence else (),
            )

    def _cost(self, finding: Finding) -> float:
        """Points that it took, ceilings included; what several findings cost is shared out."""
        return sum(
            (line.possible - line.earned) / len(line.finding_ids)
            for line in self._card.lines
            if finding.id in line.finding_ids
        )

    def _places(self, line: PointsLine, item: Item, met: bool) -> tuple[Clip, ...]:
        """Where the item was done; or what was said where it should have been."""
        found = [self._findings[key] for key in line.finding_ids if key in self._findings]
        if met:
            done = [f for f in found if f.verdict is Verdict.MET and f.match is not Match.ABSENCE]
            return tuple(self._heard(finding) for finding in done if finding.evidence)
        missed = [finding for finding in found if finding.verdict is Verdict.ABSENT]
        return tuple(clip for f in missed if (clip := self._missing(f, item)) is not None)

    def _heard(self, finding: Finding) -> Clip:
        first = finding.evidence[0]
        return Clip(
            interaction_id=self._id,
            finding_id=finding.id,
            at=self._at,
            span=first.span,
            heard=first.heard,
            probability=finding.probability,
        )

    def _missing(self, finding: Finding, item: Item) -> Clip | None:
        """The exchange in which it should have been said."""
        turns = self._exchange(finding, item)
        if not turns:
            return None
        return Clip(
            interaction_id=self._id,
            finding_id=finding.id,
            at=self._at,
            span=hull([turn.span for turn in turns]),
            heard="\n".join(_line(turn) for turn in turns),
            probability=finding.probability,
        )

    def _exchange(self, finding: Finding, item: Item) -> Sequence[Turn]:
        """What called for it and the staff's answer; or how the visit began, or ended."""
        turns = [turn for turn in self._turns if turn.words]
        if finding.evidence:
            called = finding.evidence[0].turn
            return _up_to_staff([turn for turn in turns if turn.index >= called])
        if item.edge == "closing":
            return turns[-2:]
        opening = _up_to_staff(turns)
        if item.edge == "opening":
            return opening
        return (*opening, *_up_to_staff(turns[len(opening) :]))[-_MOST_TURNS:]

    def _tones(self, met: bool) -> tuple[Clip, ...]:
        """The turn that sounded best, or worst where the tone was missed."""
        turns = {turn.index: turn for turn in self._turns if turn.role in STAFF_ROLES}
        found = [
            (_chance(score, met), turn)
            for score in self._courtesy
            if (turn := turns.get(score.turn)) and turn.words and (score.level >= 2) is met
        ]
        if not found:
            return ()
        chance, turn = max(found, key=lambda it: (it[0], -it[1].index))
        return (
            Clip(
                interaction_id=self._id,
                finding_id="",
                at=self._at,
                span=turn.span,
                heard=turn.text,
                probability=chance,
            ),
        )


def _is_twin(item: Item, codes: set[str]) -> bool:
    """Whether all that it asks for is asked for by another item too."""
    return bool(item.codes) and all(
        code.startswith("flow.") and _TWINS.get(code.rpartition(".")[2]) in codes
        for code in item.codes
    )


def _plain_tone(rubric: Rubric) -> float:
    """Share from which the tone is good enough: half-way between a curt and a polite turn."""
    _, curt, polite, _ = rubric.courtesy_levels
    return (curt + polite) / 200.0


def _chance(score: CourtesyScore, polite: bool) -> float:
    return sum(score.probabilities[2:] if polite else score.probabilities[:2])


def _line(turn: Turn) -> str:
    text = turn.text if len(turn.text) <= _LONG else f"{turn.text[:_LONG]}…"
    return f"{ROLES[turn.role.value].zh}：{text}"


def _by_staff(finding: Finding) -> bool:
    return finding.role not in {Role.CUSTOMER, Role.MACHINE}


def _up_to_staff(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Turns up to the first of the staff."""
    for place, turn in enumerate(turns):
        if turn.role in STAFF_ROLES:
            return turns[: place + 1]
    return turns[:1]
