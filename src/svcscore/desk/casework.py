"""A case put together for one viewer: what she may see of it, masked, with what people decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from sqlalchemy import Connection

from svcscore.amendments import Amendment, FindingIs
from svcscore.decisions import Decision, Review, standing
from svcscore.desk import clock
from svcscore.desk.case_view import (
    CaseView,
    CourtesyView,
    DecisionView,
    EventView,
    FindingView,
    Group,
    HolderView,
    NoteView,
    TurnView,
    WordView,
)
from svcscore.desk.finding_places import listen_to, places_of
from svcscore.desk.opening import open_case
from svcscore.desk.scores import edges_of, score_view
from svcscore.desk.unmasking import shown_turns
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.ledger.naming import Naming
from svcscore.records import CourtesyScore, Finding, Role, Severity, Status, Turn, Verdict
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scorecards import Scorecard
from svcscore.store import reader
from svcscore.store.desk import accounts, claims, notes
from svcscore.store.desk.amendments import kind_of
from svcscore.store.reader import Stored
from svcscore.text.masking import mask

_STRANGERS = frozenset({Role.CUSTOMER, Role.MACHINE})
_MISSED = frozenset({Verdict.ABSENT})
DEDUCTIONS = "扣分项"
"""Under which findings stand that cost points of their own."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one viewer may see of the people who decided."""

    viewer: Viewer
    blind: bool
    names: Mapping[str, str]

    def by(self, reviewer: str) -> str | None:
        """Who decided; whom it concerns reads what was decided and why, and not by whom."""
        if not self.viewer.may(May.CASES):
            return None
        return self.names.get(reviewer, reviewer)


def see_case(
    connection: Connection, viewer: Viewer, interaction_id: str, *, blind: bool = False
) -> CaseView:
    """A case as the viewer may see it.

    Args:
        connection: to read from.
        viewer: who looks.
        interaction_id: of the case.
        blind: for a second review: what others decided is left out.

    Raises:
        StoreError: ``store.unknown`` where there is none, or it is another's.
        UsageError: ``desk.refused`` where the viewer may not review it blind.
    """
    return view_of(connection, viewer, open_case(connection, viewer, interaction_id), blind=blind)


def view_of(
    connection: Connection, viewer: Viewer, stored: Stored, *, blind: bool = False
) -> CaseView:
    """`see_case` of a case that `open_case` gave."""
    if blind:
        check_blind(viewer, stored.reviews)
    who = {one.reviewer for one in stored.reviews} | {one.reviewer for one in stored.amendments}
    names = _names(connection, who)
    sight = _Sight(viewer, blind, names)
    machine = reader.scorecard(connection, stored.key, 0)
    final = machine if blind else reader.scorecard(connection, stored.key, stored.number)
    context = reader.recording(connection, stored.recording_key)
    naming = Naming.of(connection)
    interaction = stored.kept.interaction
    began = context.context.moment(interaction.span.start)
    shown = shown_turns(connection, viewer, stored)
    turns = _turns(interaction.turns, shown, stored.kept.courtesy)
    return CaseView(
        id=stored.id,
        file=context.path.replace("\\", "/").rpartition("/")[2],
        start=round(interaction.span.start, 3),
        end=round(interaction.span.end, 3),
        kind=interaction.kind,
        business=interaction.business,
        staff_id=stored.staff_id,
        staff=naming.person(stored.staff_id),
        branch=naming.branch(stored.branch_id),
        occurred_at=began.isoformat(timespec="seconds") if began else None,
        complete=interaction.complete,
        deleted_at=stored.kept.deleted_at,
        turns=turns,
        findings=_findings(connection, stored, turns, (machine, final), sight),
        machine=score_view(machine, 0),
        final=score_view(final, 0 if blind else stored.number),
        notes=_notes(connection, stored, sight),
        history=_history(stored, sight),
        holder=None if blind else holder_of(connection, viewer, stored.key),
        blind=blind,
        may_decide=may_decide(viewer, stored, blind=blind),
        own=is_own(viewer, stored),
    )


def check_blind(viewer: Viewer, reviews: Iterable[Review]) -> None:
    """See that somebody may review a case blind.

    Raises:
        UsageError: ``desk.refused``.
    """
    if not viewer.may(May.CALIBRATE):
        raise UsageError("desk.refused", "a second review is not granted", "ask who leads quality")
    if any(review.reviewer == viewer.name and not review.blind for review in reviews):
        raise UsageError(
            "desk.refused",
            "whoever decided in a case cannot review it blind",
            "let somebody else give the second review",
        )


def may_decide(viewer: Viewer, stored: Stored, *, blind: bool = False) -> bool:
    """Whether the viewer may decide findings of a case; never of her own."""
    return viewer.may(May.CALIBRATE if blind else May.DECIDE) and not is_own(viewer, stored)


def is_own(viewer: Viewer, stored: Stored) -> bool:
    """Whether the viewer is the one who is scored."""
    return viewer.staff_id is not None and viewer.staff_id == stored.staff_id


def holder_of(connection: Connection, viewer: Viewer, interaction_key: int) -> HolderView | None:
    """Who has the case in hand; whom it concerns is not told."""
    held = claims.holder(connection, interaction_key, clock.now())
    if held is None or not viewer.may(May.CASES):
        return None
    mine = held.account_key == viewer.key
    return HolderView(by=held.shown, mine=mine, how=held.how, at=held.at, until=held.until)


def standing_for(
    reviews: Iterable[Review], viewer: Viewer, *, blind: bool = False
) -> dict[str, Review]:
    """The reviews that the viewer has to reckon with, by finding; blind, those of her own."""
    if not blind:
        return standing(reviews)
    mine = [one for one in reviews if one.blind and one.reviewer == viewer.name]
    gone = {review.supersedes for review in mine if review.supersedes}
    return {
        review.finding_id: review
        for review in sorted(mine, key=lambda one: (one.at, one.id))
        if review.id not in gone and review.decision is not Decision.WITHDRAW
    }


def waits(finding: Finding) -> bool:
    """Whether the machine leaves it to a person: red lines, doubts, what could not be told."""
    if finding.role in _STRANGERS or finding.status is Status.REJECTED:
        return False
    red = finding.severity is Severity.RED_LINE and finding.verdict is Verdict.BREACHED
    return red or finding.status is Status.REVIEW or finding.verdict is Verdict.UNSURE


def _names(connection: Connection, reviewers: Iterable[str]) -> dict[str, str]:
    found = ((name, accounts.by_name(connection, name)) for name in sorted(reviewers))
    return {name: account.shown for name, account in found if account is not None}


def _turns(
    turns: Sequence[Turn], shown: Sequence[str], courtesy: Iterable[CourtesyScore]
) -> tuple[TurnView, ...]:
    scores = {score.turn: score for score in courtesy}
    return tuple(
        TurnView(
            index=turn.index,
            start=round(turn.span.start, 3),
            end=round(turn.span.end, 3),
            role=turn.role,
            role_probability=round(turn.role_probability, 3),
            speaker=turn.speaker,
            words=tuple(_words(turn, text)),
            courtesy=_courtesy(scores.get(turn.index)),
        )
        for turn, text in zip(turns, shown, strict=True)
    )


def _words(turn: Turn, text: str) -> Iterable[WordView]:
    """The words of a turn out of its text as it may be read, which is as long as what was said."""
    at = 0
    for word in turn.words:
        until = at + len(word.text)
        yield WordView(
            text=text[at:until], start=round(word.span.start, 3), end=round(word.span.end, 3)
        )
        at = until


def _courtesy(score: CourtesyScore | None) -> CourtesyView | None:
    if score is None:
        return None
    return CourtesyView(
        level=score.level,
        probability=round(score.probabilities[score.level], 3),
        reasons=tuple(map(_masked, score.reasons)),
    )


def _findings(
    connection: Connection,
    stored: Stored,
    turns: Sequence[TurnView],
    cards: Sequence[Scorecard],
    sight: _Sight,
) -> tuple[FindingView, ...]:
    by_index = {turn.index: turn for turn in turns}
    edges = edges_of(connection, stored)
    decided = standing_for(stored.reviews, sight.viewer, blind=sight.blind)
    dimensions = _dimensions(cards)
    span = stored.kept.interaction.span
    views = []
    for finding in stored.findings:
        places = places_of(finding, by_index)
        views.append(
            FindingView(
                id=finding.id,
                code=finding.code,
                title=titles().get(finding.code, finding.code),
                rule=finding.rule,
                polarity=finding.polarity,
                severity=finding.severity,
                role=finding.role,
                verdict=finding.verdict,
                status=finding.status,
                match=finding.match,
                probability=round(finding.probability, 3),
                why=_masked(finding.why),
                group=_group(finding),
                dimension=dimensions.get(finding.id, ""),
                places=places,
                listen=listen_to(finding, places, edges.get(finding.code), span),
                decided=_decided(decided.get(finding.id), sight),
            )
        )
    return tuple(views)


def _group(finding: Finding) -> Group:
    if waits(finding):
        return Group.OPEN
    if finding.verdict is Verdict.NOT_APPLICABLE:
        return Group.IDLE
    return Group.MISSED if finding.verdict in _MISSED else Group.HEARD


def _dimensions(cards: Iterable[Scorecard]) -> dict[str, str]:
    """Titles of the dimensions on which findings bear."""
    found: dict[str, str] = {}
    for card in cards:
        names = {dimension.name: dimension.title for dimension in card.dimensions}
        for line in card.lines:
            for finding in line.finding_ids:
                found.setdefault(finding, names.get(line.dimension, DEDUCTIONS))
    return found


def _decided(review: Review | None, sight: _Sight) -> DecisionView | None:
    if review is None:
        return None
    return DecisionView(
        review_id=review.id,
        decision=review.decision,
        by=sight.by(review.reviewer),
        mine=review.reviewer == sight.viewer.name,
        at=review.at,
        reason=review.reason,
    )


def _notes(connection: Connection, stored: Stored, sight: _Sight) -> tuple[NoteView, ...]:
    """What reviewers noted for each other: not for whom it concerns, nor for a second opinion."""
    if sight.blind or not sight.viewer.may(May.CASES):
        return ()
    return tuple(
        NoteView(at=note.at, by=note.shown, text=note.text)
        for note in notes.of(connection, stored.key)
    )


def _history(stored: Stored, sight: _Sight) -> tuple[EventView, ...]:
    """Who did what, the last first."""
    codes = {finding.id: titles().get(finding.code, finding.code) for finding in stored.findings}
    events = [
        EventView(
            at=review.at,
            by=sight.by(review.reviewer),
            what=review.decision.value,
            finding_id=review.finding_id,
            title=codes.get(review.finding_id, ""),
            reason=review.reason,
        )
        for review in stored.reviews
        if _tells(review, sight)
    ]
    if not sight.blind:
        events += [_corrected(one, sight) for one in stored.amendments]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def _corrected(one: Amendment, sight: _Sight) -> EventView:
    content = one.content
    added = content.finding if isinstance(content, FindingIs) else None
    return EventView(
        at=one.at,
        by=sight.by(one.reviewer),
        what=f"amend.{kind_of(content)}",
        finding_id=added.id if added else None,
        title=titles().get(added.code, added.code) if added else "",
        reason=one.reason,
    )


def _tells(review: Review, sight: _Sight) -> bool:
    if sight.blind:
        return review.blind and review.reviewer == sight.viewer.name
    return not review.blind


@cache
def titles() -> dict[str, str]:
    """Chinese titles of the codes."""
    codes = load_taxonomy(data_folder("lexicons")).codes
    return {name: code.zh for name, code in codes.items()}


@lru_cache(maxsize=8192)
def _masked(text: str) -> str:
    """`mask`: the same few texts stand in all cases."""
    return mask(text)
