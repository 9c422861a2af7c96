"""Where in a turn's text the words of a finding stand."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from svcscore.reports.contract import InteractionLine
from svcscore.reports.lines import FindingLine, TurnLine


class Hit(BaseModel):
    """Characters ``[start, end)`` of a turn's text, and the number of the finding."""

    model_config = ConfigDict(frozen=True)

    turn: int
    start: int
    end: int
    finding: int


def hits_of(line: InteractionLine) -> tuple[Hit, ...]:
    """Of each finding that was heard and not rejected, by place; they may overlap."""
    turns = {turn.index: turn for turn in line.turns}
    hits = []
    for number, finding in enumerate(line.findings):
        turn = turns.get(finding.turn) if finding.turn is not None else None
        if turn is None or finding.start is None or finding.status == "rejected":
            continue
        place = locate(turn, finding)
        if place is not None:
            hits.append(Hit(turn=turn.index, start=place[0], end=place[1], finding=number))
    return tuple(sorted(hits, key=lambda hit: (hit.turn, hit.start, hit.end, hit.finding)))


def locate(turn: TurnLine, finding: FindingLine) -> tuple[int, int] | None:
    """Start and end of what was heard, in the turn's text; None where it does not stand there.

    What was heard may lack the text's punctuation. Said twice, the place nearest in time is meant.
    """
    places = [i for i, char in enumerate(turn.text) if _kept(char)]
    text = "".join(turn.text[i].casefold() for i in places)
    heard = "".join(char.casefold() for char in finding.heard if _kept(char))
    if not heard or len(text) != len(places):
        return None
    starts = [i for i in range(len(text)) if text.startswith(heard, i)]
    if not starts:
        return None
    meant = _expected(turn, finding) * len(text)
    start = min(starts, key=lambda start: abs(start - meant))
    return places[start], places[start + len(heard) - 1] + 1


def _expected(turn: TurnLine, finding: FindingLine) -> float:
    """How far into the turn the finding begins, 0–1."""
    length = turn.end - turn.start
    if finding.start is None or length <= 0:
        return 0.0
    return (finding.start - turn.start) / length


def _kept(char: str) -> bool:
    return char.isalnum() or char == "●"
