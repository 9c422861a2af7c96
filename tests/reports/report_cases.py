"""A run that the tests of this room share: a real recording, and whatever else is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from svcscore.audio.clip import encode_clip
from svcscore.audio.decode import decode
from svcscore.records import (
    STAFF_ROLES,
    Context,
    Failed,
    Kind,
    Match,
    Polarity,
    Remark,
    Role,
    Severity,
    Status,
    Verdict,
)
from svcscore.reports.contract import (
    interaction_line,
    parse_interactions,
    parse_recordings,
    recording_line,
)
from svcscore.reports.lines import InteractionLine, RecordingLine
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.rubric import load_rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.spans import Span
from svcscore.testing.records import (
    make_courtesy,
    make_evidence,
    make_finding,
    make_interaction,
    make_judged,
    make_recording,
    make_scored,
    make_turn,
)

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RED = "counter_phone_redline.wav"
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>{{7*7}}"


@dataclass(frozen=True)
class Run:
    interactions: tuple[InteractionLine, ...]
    recordings: tuple[RecordingLine, ...]
    clips: dict[str, bytes]


@cache
def rubric():
    lexicons = data_folder("lexicons")
    return load_rubric(lexicons / "profiles" / "default.yaml", load_taxonomy(lexicons).codes)


def spoken_turns(name):
    """The turns of a sample, at the times at which they are really said."""
    told = yaml.safe_load((SAMPLES / "expected.yaml").read_text("utf-8"))["recordings"][name]
    turns = []
    for index, line in enumerate(told["turns"]):
        turn = make_turn(line["text"], start=line["start"], index=index, role=Role(line["role"]))
        pace = (line["end"] - line["start"]) / len(turn.words)
        words = [
            type(word)(
                text=word.text,
                span=Span(line["start"] + i * pace, line["start"] + (i + 1) * pace),
                probability=word.probability,
            )
            for i, word in enumerate(turn.words)
        ]
        turns.append(
            make_turn(
                line["text"],
                index=index,
                role=turn.role,
                words=tuple(words),
                span=Span(line["start"], line["end"]),
            )
        )
    return turns


def credit(code, verdict, *evidence, **fields):
    fields = {"why": f"{'听到' if verdict is Verdict.MET else '没有听到'}该用语。"} | fields
    return make_finding(
        code, *evidence, polarity=Polarity.CREDIT, severity=None, verdict=verdict, **fields
    )


def red_line_findings(turns):
    deflect = {"severity": Severity.MAJOR, "why": "把客户推给别处，没有帮助核实。"}
    return (
        credit("voice.greeting", Verdict.MET, make_evidence(turns[0], "您好")),
        credit("voice.inquiry", Verdict.MET, make_evidence(turns[0], "办什么业务")),
        credit("voice.apology", Verdict.ABSENT, probability=0.9),
        credit("voice.farewell", Verdict.ABSENT, probability=0.93),
        credit("voice.thanks", Verdict.UNSURE, probability=0.5, why="这段录音听不全，无法断定。"),
        make_finding(
            "forbidden.confrontation",
            make_evidence(turns[6], "你去投诉吧"),
            why="客户提出投诉时以“你去投诉吧”顶撞客户。",
        ),
        make_finding(
            "rights.redress.breach",
            make_evidence(
                turns[6], "投诉也没用", phrase="投诉没用", matcher=Match.PHONETIC, probability=0.72
            ),
            status=Status.REVIEW,
            probability=0.72,
            why="称投诉没有用，可能阻挠客户投诉。",
        ),
        make_finding("forbidden.deflection", make_evidence(turns[4], "这不归我管"), **deflect),
        make_finding(
            "forbidden.coldness",
            make_evidence(turns[2], "我不清楚"),
            severity=Severity.MINOR,
            why="只说“我不清楚”，没有替客户询问。",
        ),
        make_finding(
            "complaint.cue",
            make_evidence(turns[5], "我要投诉"),
            polarity=Polarity.CUE,
            severity=None,
            verdict=Verdict.MET,
            role=Role.CUSTOMER,
            why="客户表示要投诉。",
        ),
        make_finding(
            "forbidden.command",
            make_evidence(turns[4], "你找客服去"),
            status=Status.REJECTED,
            probability=0.12,
            why="两个证据不一致，予以排除。",
        ),
    )


def judged(interaction, findings, level=2, **fields):
    courtesy = tuple(
        make_courtesy(t.index, level) for t in interaction.turns if t.role in STAFF_ROLES
    )
    card = scorecard(interaction, findings, courtesy, rubric(), **fields)
    return make_judged(interaction, *findings, courtesy=courtesy, scorecard=card)


def real_run():
    """One visit with a red line, begun in the middle of its recording, and its sound."""
    sound = decode(SAMPLES / RED, sha256="5" * 64)
    turns = spoken_turns(RED)
    visit = make_interaction(turns, id="real-1", span=Span(0.2, 24.8))
    recording = make_recording(
        f"网点二/柜台 3/{RED}",
        duration=25.2,
        channels=2,
        sample_rate=8000,
        context=Context(staff_id="T1004", branch_id="B02", kind=Kind.COUNTER, occurred_at="2026-03-02T14:41:00+08:00"),
        remarks=(Remark(code="audio.narrow_band", message="telephone bandwidth", remedy="record at 16 kHz"),),
    )  # fmt: skip
    one = judged(visit, red_line_findings(turns), level=1)
    scored = make_scored(one, recording=recording)
    clip = encode_clip(sound.samples.mean(axis=0), visit.span)
    return scored, {visit.id: clip}


def made_run(count):
    """Visits of many kinds without sound: good, middling, to be reviewed, unscored."""
    for number in range(count):
        staff = f"T{2000 + number % 5}"
        kind = (Kind.COUNTER, Kind.LOBBY, Kind.MANAGER)[number % 3]
        role = (Role.TELLER, Role.LOBBY_MANAGER, Role.ACCOUNT_MANAGER)[number % 3]
        turns = [
            make_turn("您好请问您办理什么业务", index=0, role=role),
            make_turn("我取一万块钱卡号6222021234567890123", start=3, index=1, role=Role.CUSTOMER),
            make_turn("好的请稍等", start=9, index=2, role=role),
            make_turn("请慢走再见", start=11, index=3, role=role),
        ]
        verdict = Verdict.ABSENT if number % 4 == 1 else Verdict.MET
        unsure = Verdict.UNSURE if number % 7 == 3 else verdict
        findings = [
            credit("voice.greeting", Verdict.MET, make_evidence(turns[0], "您好")),
            credit("voice.inquiry", Verdict.MET, make_evidence(turns[0], "请问您办理什么业务")),
            credit("voice.answer", unsure, probability=0.8),
            credit("voice.farewell", verdict, probability=0.9),
        ]
        if number % 5 == 4:
            findings.append(credit("voice.apology", Verdict.ABSENT, probability=0.85))
        kind = Kind.INTERNAL if number % 11 == 10 else kind
        visit = make_interaction(turns, id=f"made-{number}", kind=kind)
        recording = make_recording(
            f"网点一/柜台 {number % 4 + 1}/录音 {number:03}.wav",
            context=Context(staff_id=staff, branch_id="B01", occurred_at=f"2026-03-0{1 + number % 5}T09:15:00"),
        )  # fmt: skip
        yield make_scored(judged(visit, findings, level=1 + (number % 3)), recording=recording)


FAILED = (
    Failed(
        path="网点一/坏.wav",
        code="audio.not_audio",
        message="not a media file",
        remedy="give the recording itself",
        sha256="9" * 64,
    ),
    Failed(
        path="网点一/空.wav",
        code="input.empty",
        message="the file has no bytes",
        remedy="copy it again",
        skipped=True,
    ),
)


def hostile_run():
    """Text that would like to be markup, in every place that comes from outside."""
    turns = [
        make_turn(HOSTILE, index=0, speaker=HOSTILE),
        make_turn("<!--", start=40, index=1, role=Role.CUSTOMER),
    ]
    finding = credit(
        "voice.greeting",
        Verdict.MET,
        make_evidence(turns[0], "</script>"),
        rule=HOSTILE,
        why=HOSTILE,
    )
    visit = make_interaction(turns, id=HOSTILE)
    recording = make_recording(
        f"{HOSTILE}/\u202egnp.wav", context=Context(staff_id=HOSTILE, branch_id=HOSTILE, occurred_at=HOSTILE)
    )  # fmt: skip
    failed = Failed(path=HOSTILE, code="internal.error", message=HOSTILE, remedy=HOSTILE)
    return [make_scored(judged(visit, [finding], unsure=(HOSTILE,)), recording=recording)], [failed]


def as_run(scored, failed=(), clips=None):
    outcomes = [*scored, *failed]
    return Run(
        parse_interactions(interaction_line(j, s) for s in scored for j in s.interactions),
        parse_recordings(recording_line(outcome) for outcome in outcomes),
        clips or {},
    )


@cache
def demo(count=40):
    scored, clips = real_run()
    return as_run([scored, *made_run(count)], FAILED, clips)
