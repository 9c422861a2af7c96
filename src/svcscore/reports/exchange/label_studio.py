"""Tasks for Label Studio, where people decide about findings; `annotations` reads what they decide.

A task is a recording. Its prediction holds a region for each turn (control ``role``) and for each
finding (control ``finding``, id of the region = id of the finding). Per region the reviewer chooses a
decision and may write a reason. The task's data repeats what was predicted, so that an annotation can
be read without anything but the export.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from svcscore.audio import files
from svcscore.decisions import Decision
from svcscore.records import Finding, Judged, Polarity, Scored, Turn
from svcscore.reports.contract import finding_line
from svcscore.reports.exchange.shared import NAMES, Spoken, counts, shown, spoken, written
from svcscore.reports.labels import COURTESY, VERDICTS
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.spans import Span

LOCAL_FILES = "/data/local-files/?d="
"""Where Label Studio serves files below its document root."""
AUDIO, ROLE, FINDING, DECISION, REASON = "audio", "role", "finding", "decision", "reason"
"""Names of the tags in the labelling config."""
CHOICES = {
    Decision.CONFIRM: "判断正确",
    Decision.OVERTURN: "判断错误",
    Decision.NOT_APPLICABLE: "不适用",
}
"""What a reviewer may choose; an export holds the alias (``confirm``)."""
_COLOURS = {
    Polarity.CREDIT: "#2b8a3e",
    Polarity.DUTY: "#1864ab",
    Polarity.BREACH: "#c92a2a",
    Polarity.CUE: "#868e96",
    Polarity.MEASURE: "#868e96",
}


def tasks(recordings: Iterable[Scored], *, audio_prefix: str = LOCAL_FILES) -> str:
    """A JSON array of tasks to import, one a recording; the same records give the same text.

    Args:
        recordings: what was scored.
        audio_prefix: put before the recording's path, percent-encoded, to make the audio's URL.
    """
    lines = (json.dumps(_task(one, audio_prefix), ensure_ascii=False) for one in recordings)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def labeling_config() -> str:
    """The project's labelling config, as XML: all codes of the taxonomy and all roles."""
    view = ElementTree.Element("View")
    _add(view, "Header", value="$path")
    _add(view, "Audio", name=AUDIO, value="$audio", zoom="true", hotkey="space")
    roles = _add(view, "Labels", name=ROLE, toName=AUDIO, showInline="true")
    for role, name in NAMES.items():
        _add(roles, "Label", value=name, alias=role.value)
    codes = _add(view, "Labels", name=FINDING, toName=AUDIO, showInline="true")
    for name, code in load_taxonomy(data_folder("lexicons")).codes.items():
        _add(codes, "Label", value=code.zh, alias=name, background=_COLOURS[code.polarity])
    shown_for = {"visibleWhen": "region-selected", "whenTagName": FINDING}
    box = _add(view, "View", **shown_for)
    choices = _add(
        box, "Choices", name=DECISION, toName=AUDIO, perRegion="true", choice="single-radio",
        showInline="true",
    )  # fmt: skip
    for decision, title in CHOICES.items():
        _add(choices, "Choice", value=title, alias=decision.value)
    _add(box, "TextArea", name=REASON, toName=AUDIO, perRegion="true", placeholder="理由（可不填）")
    _add(view, "Paragraphs", name="turns", value="$dialogue", layout="dialogue", sync=AUDIO)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def audio_url(path: str, prefix: str) -> str:
    """URL of a recording; bytes of a name that are no UTF-8 are kept."""
    return prefix + quote(path.encode("utf-8", "surrogateescape").lstrip(b"/"), safe="/")


def _task(scored: Scored, prefix: str) -> dict[str, Any]:
    recording, turns = scored.recording, spoken(scored)
    found = [
        (judged, finding)
        for judged in scored.interactions
        for finding in filter(counts, judged.findings)
    ]
    regions = [_turn_region(one) for one in turns]
    regions += [_finding_region(judged, finding) for judged, finding in found]
    for region in regions:
        region["original_length"] = recording.duration
    return {
        "data": {
            "audio": audio_url(recording.path, prefix),
            "path": files.shown(recording.path),
            "recording_id": recording.id,
            "staff_id": recording.context.staff_id,
            "branch_id": recording.context.branch_id,
            "occurred_at": recording.context.occurred_at,
            "dialogue": [_said(one) for one in turns],
            "findings": [_told(judged, finding) for judged, finding in found],
        },
        "predictions": [
            {"model_version": f"svcscore {scored.provenance.version}", "result": regions}
        ],
    }


def _turn_id(one: Spoken) -> str:
    return f"turn-{one.interaction_id}-{one.turn.index}"


def _said(one: Spoken) -> dict[str, Any]:
    courtesy = COURTESY[one.courtesy.level].zh if one.courtesy else None
    return {
        "id": _turn_id(one),
        "author": NAMES[one.turn.role],
        "text": one.text,
        "start": one.span.start,
        "end": one.span.end,
        "role": one.turn.role.value,
        "courtesy": courtesy,
    }


def _told(judged: Judged, finding: Finding) -> dict[str, Any]:
    line = finding_line(finding, {turn.index: turn.text for turn in judged.interaction.turns})
    place = _place(judged, finding)
    return {
        "id": finding.id,
        "interaction_id": judged.interaction.id,
        "code": finding.code,
        "title": line.title,
        "verdict": VERDICTS[finding.verdict].zh,
        "probability": line.probability,
        "start": place.start,
        "end": place.end,
        "heard": shown(line.heard),
        "why": shown(line.why),
    }


def _turn_region(one: Spoken) -> dict[str, Any]:
    return _region(_turn_id(one), ROLE, one.turn.role.value, one.span, one.turn.channel)


def _finding_region(judged: Judged, finding: Finding) -> dict[str, Any]:
    turn = _turn_of(judged, finding)
    place = _place(judged, finding)
    region = _region(finding.id, FINDING, finding.code, place, turn.channel if turn else 0)
    note = f"{VERDICTS[finding.verdict].zh}：{finding.why}"
    return region | {"score": round(finding.probability, 3), "meta": {"text": [shown(note)]}}


def _place(judged: Judged, finding: Finding) -> Span:
    """Where a finding was heard, or what called for it; else the whole interaction."""
    return written(finding.evidence[0].span if finding.evidence else judged.interaction.span)


def _turn_of(judged: Judged, finding: Finding) -> Turn | None:
    index = finding.evidence[0].turn if finding.evidence else None
    return next((turn for turn in judged.interaction.turns if turn.index == index), None)


def _region(id_: str, control: str, label: str, span: Span, channel: int) -> dict[str, Any]:
    value = {"start": span.start, "end": span.end, "channel": channel, "labels": [label]}
    return {
        "id": id_,
        "from_name": control,
        "to_name": AUDIO,
        "type": "labels",
        "origin": "prediction",
        "value": value,
    }


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)
