"""Where a finding stands in the words of a case, and what to hear in order to judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from svcscore.desk.case_view import PlaceView, Stretch, TurnView
from svcscore.records import Evidence, Finding, Match
from svcscore.spans import Span

ANSWER_S = 12.0
"""Seconds after what called for something in which it would have come."""
EDGE_S = 20.0
"""Seconds at the beginning or the end of a visit in which a greeting or a farewell would be."""
_MARKS = "，。！？、；：,.!?;: 　"


def places_of(finding: Finding, turns: Mapping[int, TurnView]) -> tuple[PlaceView, ...]:
    """The places of a finding, with the words there as the viewer may read them.

    Args:
        finding: whose evidence tells seconds.
        turns: of the case, by index.
    """
    return tuple(_place(one, turns.get(one.turn)) for one in finding.evidence)


def listen_to(
    finding: Finding, places: Sequence[PlaceView], edge: str | None, case: Span
) -> Stretch | None:
    """What to hear in order to judge a finding, without anything around it.

    Args:
        finding: of the machine.
        places: of the finding.
        edge: where the rubric expects it: ``opening``, ``closing``, or None.
        case: the whole.
    """
    if places:
        first = places[0]
        missing = finding.match is Match.ABSENCE
        end = min(case.end, first.end + ANSWER_S) if missing else first.end
        return Stretch(start=first.start, end=round(max(end, first.end), 3))
    if edge == "opening":
        return Stretch(start=round(case.start, 3), end=round(min(case.end, case.start + EDGE_S), 3))
    if edge == "closing":
        return Stretch(start=round(max(case.start, case.end - EDGE_S), 3), end=round(case.end, 3))
    return None


def _place(evidence: Evidence, turn: TurnView | None) -> PlaceView:
    within = _within(evidence.span, turn) if turn is not None else ()
    heard = "".join(turn.words[at].text for at in within) if turn is not None else ""
    return PlaceView(
        turn=evidence.turn,
        start=round(evidence.span.start, 3),
        end=round(evidence.span.end, 3),
        first=within[0] if within else None,
        last=within[-1] if within else None,
        heard=heard.strip(_MARKS),
        phrase=evidence.phrase,
        match=evidence.matcher,
        text_score=round(evidence.text_score, 3),
        acoustic_score=(
            None if evidence.acoustic_score is None else round(evidence.acoustic_score, 3)
        ),
        probability=round(evidence.probability, 3),
    )


def _within(span: Span, turn: TurnView) -> tuple[int, ...]:
    """Places of the words of which the middle lies in `span`."""
    return tuple(_middles(span, turn))


def _middles(span: Span, turn: TurnView) -> Iterable[int]:
    for at, word in enumerate(turn.words):
        if span.start <= (word.start + word.end) / 2 <= span.end:
            yield at
