"""The records as rows of the tables in `columns`, in the order of their columns; texts are masked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from svcscore.audio import files
from svcscore.decisions import Review, standing
from svcscore.heard import Prosody
from svcscore.records import Finding, Judged, Scored
from svcscore.reports.contract import finding_line
from svcscore.reports.exchange import columns
from svcscore.reports.exchange.shared import heard_at, shown, talk_ratio, word_texts
from svcscore.text.redaction import masked_turns

Row = tuple[object, ...]
Reviews = tuple[Review, ...]


def _recordings(scored: Scored, _: Reviews) -> Iterator[Row]:
    one = scored.recording
    context, quality = one.context, one.quality
    yield (
        one.id, files.shown(one.path), one.sha256, context.staff_id, context.branch_id,
        context.counter_id, context.kind, context.occurred_at, local(context.occurred_at),
        one.duration, scored.speech, one.sample_rate, one.channels, quality.snr_db,
        quality.clipped, quality.bandwidth_hz, quality.bad_packets,
        [remark.code for remark in one.remarks],
    )  # fmt: skip


def _interactions(scored: Scored, _: Reviews) -> Iterator[Row]:
    context, made = scored.recording.context, scored.provenance
    asr = json.dumps(dict(made.asr), ensure_ascii=False)
    for judged in scored.interactions:
        one, card = judged.interaction, judged.scorecard
        yield (
            one.id, one.recording_id, one.span.start, one.span.end,
            local(context.occurred_at, one.span.start), one.kind, one.business, context.staff_id,
            context.branch_id, context.counter_id, one.opened_by, one.closed_by, one.complete,
            len(one.turns), talk_ratio(one), one.waited, sum(span.length for span in one.unheard), card.total, card.low,
            card.high, card.band, card.red_line, card.needs_review,
            [shown(reason) for reason in card.reasons], made.version, asr, made.lexicon_sha256,
            made.rubric_sha256, made.courtesy_sha256,
        )  # fmt: skip


def _turns(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        sounds = {prosody.turn: prosody for prosody in judged.prosody}
        turns = judged.interaction.turns
        for turn, text in zip(turns, masked_turns(turns), strict=True):
            yield (
                judged.interaction.id, turn.index, turn.span.start, turn.span.end, turn.role,
                turn.role_probability, turn.staff_probability, turn.speaker, turn.channel,
                shown(text), turn.confidence, *_sound(sounds.get(turn.index)),
            )  # fmt: skip


def _sound(sound: Prosody | None) -> Row:
    if sound is None:
        return (None,) * 7
    return (
        sound.rate, sound.loudness_db, sound.above_noise_db, sound.clipped, sound.pitch_hz,
        sound.pitch_range_st, sound.pauses,
    )  # fmt: skip


def _words(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        id_ = judged.interaction.id
        for turn, texts in word_texts(judged.interaction.turns):
            for number, (word, text) in enumerate(zip(turn.words, texts, strict=True)):
                times = word.span.start, word.span.end
                yield id_, turn.index, number, *times, text, word.probability, word.channel


def _findings(scored: Scored, reviews: Reviews) -> Iterator[Row]:
    counting = standing(reviews)
    for judged in scored.interactions:
        texts = _texts(judged)
        for one in judged.findings:
            review = counting.get(one.id)
            yield (
                one.id, judged.interaction.id, *_finding(one, texts),
                review.decision if review else None,
            )  # fmt: skip


def _finding(one: Finding, texts: dict[int, str]) -> Row:
    line = finding_line(one, texts)
    heard = line.start is not None
    span = one.evidence[0].span if heard else None
    return (
        one.code, line.title, one.rule, one.rule_version, one.polarity, one.severity, one.verdict,
        one.role, one.probability, one.status, one.match, line.turn if heard else None,
        span.start if span else None, span.end if span else None, line.phrase, shown(line.heard),
        shown(one.why),
    )  # fmt: skip


def _evidence(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        texts = _texts(judged)
        for finding in judged.findings:
            for number, one in enumerate(finding.evidence):
                yield (
                    finding.id, judged.interaction.id, number, one.turn, one.span.start,
                    one.span.end, one.phrase, heard_at(finding, number, texts), one.matcher,
                    one.text_score, one.acoustic_score, one.probability,
                )  # fmt: skip


def _asked(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        for one in judged.asked:
            times = one.span.start, one.span.end
            heard = shown(one.heard)
            yield judged.interaction.id, one.channel, *times, one.phrase, heard, one.score


def _account(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        for number, one in enumerate(judged.scorecard.lines):
            yield (
                judged.interaction.id, number, one.dimension, one.item, one.title, one.earned,
                one.possible, one.applicable, list(one.finding_ids), shown(one.note),
            )  # fmt: skip


def _dimensions(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        for one in judged.scorecard.dimensions:
            id_ = judged.interaction.id
            yield id_, one.name, one.title, one.score, one.weight, one.applicable


def _courtesy(scored: Scored, _: Reviews) -> Iterator[Row]:
    for judged in scored.interactions:
        for one in judged.courtesy:
            reasons = [shown(reason) for reason in one.reasons]
            yield judged.interaction.id, one.turn, one.level, *one.probabilities, reasons


def _reviews(_: Scored, reviews: Reviews) -> Iterator[Row]:
    for one in sorted(reviews, key=lambda review: (review.at, review.id)):
        yield (
            one.id, one.interaction_id, one.finding_id, one.decision, one.reviewer,
            moment(one.at), shown(one.reason), one.blind, one.supersedes,
        )  # fmt: skip


ROWS: dict[str, Callable[[Scored, Reviews], Iterator[Row]]] = {
    columns.RECORDINGS.name: _recordings,
    columns.INTERACTIONS.name: _interactions,
    columns.TURNS.name: _turns,
    columns.WORDS.name: _words,
    columns.FINDINGS.name: _findings,
    columns.EVIDENCE.name: _evidence,
    columns.ASKED.name: _asked,
    columns.ACCOUNT.name: _account,
    columns.DIMENSIONS.name: _dimensions,
    columns.COURTESY.name: _courtesy,
    columns.REVIEWS.name: _reviews,
}
"""What writes the rows of each table."""


def local(occurred_at: str | None, seconds: float = 0.0) -> datetime | None:
    """The wall clock of the branch `seconds` after `occurred_at`; a zone is left out, not applied."""
    if occurred_at is None:
        return None
    try:
        at = datetime.fromisoformat(occurred_at).replace(tzinfo=None)
        return at + timedelta(seconds=round(seconds, 3))
    except (ValueError, OverflowError):
        return None


def moment(at: str) -> datetime:
    """ISO 8601 as UTC; what has no zone is UTC already."""
    read = datetime.fromisoformat(at)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _texts(judged: Judged) -> dict[int, str]:
    return {turn.index: turn.text for turn in judged.interaction.turns}
