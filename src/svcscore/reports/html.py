"""`report.html`: a run as one page that needs nothing else, sound included.

The page asks nothing of any network: styles and script are in it and named by digest in its own policy
(CSP), data are inert blocks of JSON, and sound is base64 that is decoded when it is wanted. Text that
people said or typed only ever becomes text nodes; no markup is made of it.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict

from svcscore.reports import labels
from svcscore.reports.contract import InteractionLine, RecordingLine
from svcscore.reports.hits import Hit, hits_of
from svcscore.reports.lines import FindingLine, ScoreLine, TurnLine
from svcscore.reports.page import asset, policy, template
from svcscore.reports.summary import BIN, by_urgency, staff_rows, summarise
from svcscore.reports.whole import whole
from svcscore.tracking.staff import MIN_SAMPLE

AUDIO_BUDGET = 60_000_000
"""Characters of base64 in a page: some three hours. Browsers open it, and mail does not."""

Clips = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the list shows of an interaction before it is opened."""

    id: str
    path: str
    start: float
    end: float
    kind: str
    staff: str | None
    branch: str | None
    at: str | None
    total: float | None
    low: float | None
    high: float | None
    band: str | None
    tone: str
    red: bool
    review: bool
    reasons: tuple[str, ...]
    sound: str
    """``yes``; ``kept_out`` of the page; ``none`` was kept; ``transcript``: there never was any."""


class Detail(BaseModel):
    """What an opened interaction shows."""

    model_config = ConfigDict(frozen=True)

    turns: tuple[TurnLine, ...]
    findings: tuple[FindingLine, ...]
    score: ScoreLine
    hits: tuple[Hit, ...]


def write_html(
    path: Path,
    interactions: Sequence[InteractionLine],
    recordings: Sequence[RecordingLine],
    clips: Clips,
) -> None:
    """Write the page; the same lines and clips give the same bytes.

    Args:
        path: of the page.
        interactions: of the run.
        recordings: its inputs.
        clips: MP3 of a whole interaction by id (time 0 is its start), or None.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    lines = by_urgency(interactions)
    sounds, kept_out = _sounds(lines, clips)
    heard = {recording.recording_id for recording in recordings if recording.channels}
    states = _states(lines, sounds, kept_out, heard)
    css, js = asset("report.css"), asset("report.js")
    chunks = template("report.html.j2").generate(
        css=css,
        js=js,
        policy=policy(css, js, "media-src blob:"),
        labels=labels,
        summary=summarise(interactions, recordings),
        bin=BIN,
        staff=staff_rows(interactions),
        unnamed=sum(line.staff_id is None for line in interactions),
        min_sample=MIN_SAMPLE,
        problems=tuple(r for r in recordings if r.error is not None or r.status != "ok"),
        warned=tuple(r for r in recordings if r.status == "ok" and r.warnings),
        days=_days(interactions),
        engines=_engines(interactions),
        kept_out=len(kept_out),
        embedded=len(sounds),
        index=_json([asdict(_row(line, states[line.interaction_id])) for line in lines]),
        texts=_json(_texts()),
        details=(_json(_detail(line).model_dump(mode="json")) for line in lines),
        sounds=(sounds.get(line.interaction_id) for line in lines),
    )
    with (
        whole(path) as draft,
        draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        file.writelines(chunks)


def _sounds(lines: Sequence[InteractionLine], clips: Clips) -> tuple[dict[str, str], set[str]]:
    """Sound by interaction as base64, in order up to the budget; and what did not fit."""
    sounds: dict[str, str] = {}
    kept_out = set()
    left = AUDIO_BUDGET
    for line in lines:
        clip = clips(line.interaction_id)
        if clip is None:
            continue
        encoded = base64.b64encode(clip).decode("ascii")
        if len(encoded) > left:
            kept_out.add(line.interaction_id)
            continue
        sounds[line.interaction_id] = encoded
        left -= len(encoded)
    return sounds, kept_out


def _states(
    lines: Sequence[InteractionLine],
    sounds: Mapping[str, str],
    kept_out: set[str],
    heard: set[str | None],
) -> dict[str, str]:
    def state(line: InteractionLine) -> str:
        if line.interaction_id in sounds:
            return "yes"
        if line.interaction_id in kept_out:
            return "kept_out"
        return "none" if line.recording_id in heard else "transcript"

    return {line.interaction_id: state(line) for line in lines}


def _row(line: InteractionLine, sound: str) -> Row:
    score = line.score
    return Row(
        id=line.interaction_id,
        path=line.path,
        start=line.start,
        end=line.end,
        kind=line.kind.value,
        staff=line.staff_id,
        branch=line.branch_id,
        at=line.occurred_at,
        total=score.total,
        low=score.low,
        high=score.high,
        band=score.band,
        tone=labels.TONES.get(score.band or "", ""),
        red=score.red_line,
        review=score.needs_review,
        reasons=score.reasons,
        sound=sound,
    )


def _detail(line: InteractionLine) -> Detail:
    return Detail(turns=line.turns, findings=line.findings, score=line.score, hits=hits_of(line))


def _days(interactions: Sequence[InteractionLine]) -> tuple[str, str] | None:
    """First and last day of the interactions, as they are given."""
    days = sorted(line.occurred_at[:10] for line in interactions if line.occurred_at)
    return (days[0], days[-1]) if days else None


def _engines(interactions: Sequence[InteractionLine]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What produced the lines: each different provenance as names and values, the commonest first."""
    told = Counter(
        (
            ("svcscore", line.provenance.version),
            *(line.provenance.asr.items()),
            ("lexicon", line.provenance.lexicon_sha256),
            ("rubric", line.provenance.rubric_sha256),
            ("courtesy", line.provenance.courtesy_sha256),
        )
        for line in interactions
    )
    return tuple(engine for engine, _ in sorted(told.items(), key=lambda kv: (-kv[1], kv[0])))


def _texts() -> dict[str, object]:
    """Labels that the script puts in."""
    return {
        "kinds": labels.KINDS,
        "roles": labels.ROLES,
        "severities": labels.SEVERITIES,
        "statuses": labels.STATUSES,
        "verdicts": labels.VERDICTS,
        "matches": labels.MATCHES,
        "courtesy": labels.COURTESY,
    }


def _json(content: object) -> Markup:
    """JSON that cannot end the block that holds it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # every character that HTML knows was escaped above
