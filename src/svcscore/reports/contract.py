"""The records as lines of `interactions.jsonl` and `recordings.jsonl`, and back.

Everything that shows what was said is masked here, so that no other writer can forget it. The same
records give the same bytes: wall time is in `recordings.jsonl` only.
"""

from __future__ import annotations

import json
from functools import cache

from pydantic import BaseModel

from svcscore.records import (
    CourtesyScore,
    Failed,
    Finding,
    Judged,
    Match,
    Outcome,
    Provenance,
    Quality,
    Remark,
    Scored,
    Turn,
    Verdict,
)
from svcscore.reports.lines import (
    AccountLine,
    CourtesyLine,
    DimensionLine,
    FindingLine,
    InteractionLine,
    ProblemLine,
    ProvenanceLine,
    QualityLine,
    RecordingLine,
    ScoreLine,
    TurnLine,
    json_schema,
    parse_interactions,
    parse_recordings,
)
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scorecards import Scorecard
from svcscore.spans import merge
from svcscore.text.masking import mask
from svcscore.text.redaction import mask_among, masked_turns

__all__ = [
    "InteractionLine",
    "RecordingLine",
    "finding_line",
    "interaction_line",
    "json_schema",
    "parse_interactions",
    "parse_recordings",
    "recording_line",
]

CANNOT_JUDGE = frozenset({"audio.silent", "audio.too_short"})
"""Remarks after which nothing can be concluded; they are also the recording's `error`."""
_NEAR = 8
"""Turns before and after in which a number may begin and end."""
_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
"""Line ends to some readers, though not to JSON."""


def interaction_line(judged: Judged, scored: Scored) -> str:
    """The line of one interaction of `scored`, without a line end."""
    interaction, recording = judged.interaction, scored.recording
    courtesy = {score.turn: score for score in judged.courtesy}
    texts = {turn.index: turn.text for turn in interaction.turns}
    shown = masked_turns(interaction.turns)
    line = InteractionLine(
        interaction_id=interaction.id,
        recording_id=recording.id,
        path=_writable(recording.path),
        start=_seconds(interaction.span.start),
        end=_seconds(interaction.span.end),
        kind=interaction.kind,
        staff_id=recording.context.staff_id,
        branch_id=recording.context.branch_id,
        occurred_at=recording.context.occurred_at,
        turns=tuple(
            _turn(turn, text, courtesy.get(turn.index))
            for turn, text in zip(interaction.turns, shown, strict=True)
        ),
        findings=tuple(
            finding_line(finding, texts)
            for finding in judged.findings
            if finding.verdict is not Verdict.NOT_APPLICABLE
        ),
        score=_score(judged.scorecard),
        provenance=_provenance(scored.provenance),
        business=judged.interaction.business,
    )
    return _dump(line)


def recording_line(outcome: Outcome) -> str:
    """The line of one input, without a line end."""
    return _dump(_failed(outcome) if isinstance(outcome, Failed) else _scored(outcome))


def _dump(line: BaseModel) -> str:
    content = line.model_dump(mode="json", by_alias=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_BREAKS)


def _scored(scored: Scored) -> RecordingLine:
    recording = scored.recording
    warnings = tuple(_problem(remark) for remark in recording.remarks)
    unheard = merge(span for judged in scored.interactions for span in judged.interaction.unheard)
    return RecordingLine(
        recording_id=recording.id,
        path=_writable(recording.path),
        status="ok",
        error=next((w for w in warnings if w.code in CANNOT_JUDGE), None),
        duration=_seconds(recording.duration),
        speech=_seconds(scored.speech),
        channels=recording.channels,
        sample_rate=recording.sample_rate,
        sha256=recording.sha256,
        quality=_quality(recording.quality),
        wall_seconds=_seconds(scored.wall_seconds),
        interactions=len(scored.interactions),
        warnings=warnings,
        unheard_seconds=_seconds(sum(span.length for span in unheard)),
    )


def _failed(failed: Failed) -> RecordingLine:
    return RecordingLine(
        recording_id=failed.sha256[:16] if failed.sha256 else None,
        path=_writable(failed.path),
        status="skipped" if failed.skipped else "failed",
        error=ProblemLine(
            code=failed.code,
            message=_writable(failed.message),
            remedy=_writable(failed.remedy),
        ),
        duration=None,
        speech=None,
        channels=None,
        sample_rate=None,
        sha256=failed.sha256,
        quality=None,
        wall_seconds=_seconds(failed.wall_seconds),
        interactions=0,
    )


def _turn(turn: Turn, text: str, courtesy: CourtesyScore | None) -> TurnLine:
    return TurnLine(
        index=turn.index,
        start=_seconds(turn.span.start),
        end=_seconds(turn.span.end),
        role=turn.role,
        speaker=turn.speaker,
        text=text,
        confidence=_rounded(turn.confidence, 3),
        overlapped=_seconds(turn.overlapped),
        courtesy=_courtesy(courtesy) if courtesy else None,
    )


def _courtesy(score: CourtesyScore) -> CourtesyLine:
    rude, curt, polite, warm = (_rounded(p, 3) for p in score.probabilities)
    return CourtesyLine(
        level=score.level,
        probabilities=(rude, curt, polite, warm),
        reasons=tuple(mask(reason) for reason in score.reasons),
    )


def finding_line(finding: Finding, texts: dict[int, str]) -> FindingLine:
    """The line of `finding`; `texts` are those of the turns by index."""
    first = finding.evidence[0] if finding.evidence else None
    heard = first is not None and finding.match is not Match.ABSENCE
    return FindingLine(
        code=finding.code,
        rule=finding.rule,
        polarity=finding.polarity,
        severity=finding.severity,
        role=finding.role,
        start=_seconds(first.span.start) if first and heard else None,
        end=_seconds(first.span.end) if first and heard else None,
        turn=first.turn if first and first.turn in texts else None,
        phrase=first.phrase if first else "",
        heard=_masked_in(first.heard, first.turn, texts) if first and heard else "",
        match=finding.match,
        probability=_rounded(finding.probability, 3),
        status=finding.status,
        why=mask(finding.why),
        id=finding.id,
        title=_titles().get(finding.code, finding.code),
        verdict=finding.verdict,
    )


def _masked_in(heard: str, turn: int, texts: dict[int, str]) -> str:
    """`heard` masked as its turn is: it may hold a part only of a number, as may the turn."""
    at = texts.get(turn, "").find(heard) if heard else -1
    if at < 0:
        return mask(heard)
    near = sorted(one for one in texts if abs(one - turn) <= _NEAR)
    shown = mask_among([texts[one] for one in near], near.index(turn))
    return shown[at : at + len(heard)]


def _score(card: Scorecard) -> ScoreLine:
    return ScoreLine(
        total=_points(card.total),
        low=_points(card.low),
        high=_points(card.high),
        band=card.band,
        red_line=card.red_line,
        needs_review=card.needs_review,
        reasons=tuple(mask(reason) for reason in card.reasons),
        dimensions={
            dimension.name: DimensionLine(
                score=_points(dimension.score),
                weight=_rounded(dimension.weight, 3),
                applicable=dimension.applicable,
                title=dimension.title,
            )
            for dimension in card.dimensions
        },
        account=tuple(
            AccountLine(
                dimension=line.dimension,
                item=line.item,
                title=line.title,
                earned=_rounded(line.earned, 2),
                possible=_rounded(line.possible, 2),
                applicable=line.applicable,
                findings=line.finding_ids,
                note=mask(line.note),
            )
            for line in card.lines
        ),
        telling=card.telling,
        means=card.means,
    )


def _quality(quality: Quality) -> QualityLine:
    return QualityLine(
        snr_db=None if quality.snr_db is None else _rounded(quality.snr_db, 1),
        clipped=_rounded(quality.clipped, 4),
        bandwidth_hz=None if quality.bandwidth_hz is None else _rounded(quality.bandwidth_hz, 0),
        bad_packets=quality.bad_packets,
    )


def _provenance(provenance: Provenance) -> ProvenanceLine:
    return ProvenanceLine(
        version=provenance.version,
        asr=dict(provenance.asr),
        lexicon_sha256=provenance.lexicon_sha256,
        rubric_sha256=provenance.rubric_sha256,
        courtesy_sha256=provenance.courtesy_sha256,
    )


def _problem(remark: Remark) -> ProblemLine:
    return ProblemLine(code=remark.code, message=remark.message, remedy=remark.remedy)


def _seconds(value: float) -> float:
    return _rounded(value, 2)


def _points(value: float | None) -> float | None:
    return None if value is None else _rounded(value, 1)


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits) + 0.0  # never -0.0


def _writable(text: str) -> str:
    """Names of files need not be UTF-8; what is not is shown escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@cache
def _titles() -> dict[str, str]:
    codes = load_taxonomy(data_folder("lexicons")).codes
    return {name: code.zh for name, code in codes.items()}
