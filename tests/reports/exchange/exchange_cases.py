"""Recordings that the tests of the exchange formats share."""

from __future__ import annotations

import os
from dataclasses import replace

from svcscore.heard import Asked, Prosody
from svcscore.records import Polarity, Role, Severity, Status, Verdict, Word
from svcscore.spans import Span
from svcscore.testing.records import (
    make_courtesy,
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
    make_judged,
    make_recording,
    make_scored,
    make_turn,
)

CARD = "6222021234567890123"
AWKWARD_NAME = os.fsdecode("网点 一/录音 \xa001".encode() + b"\xff.wav")


def visit(**fields):
    """A visit with a red line, a greeting, a duty that was missed, and one that did not apply."""
    turns = make_dialogue(
        (Role.TELLER, "您好请问办理什么业务"),
        (Role.CUSTOMER, f"我的卡号是{CARD}"),
        (Role.TELLER, "等着吧没看见我在忙吗"),
    )
    credit = {"polarity": Polarity.CREDIT, "severity": None}
    findings = (
        make_finding("forbidden.impatience", make_evidence(turns[2], "等着吧"), why="对客户不耐烦。"),
        make_finding("voice.greeting", make_evidence(turns[0], "您好"), verdict=Verdict.MET, **credit),
        make_finding("voice.farewell", verdict=Verdict.ABSENT, status=Status.REVIEW, **credit),
        make_finding("voice.apology", verdict=Verdict.NOT_APPLICABLE, **credit),
        make_finding(
            "forbidden.command", make_evidence(turns[2], "没看见"), status=Status.REJECTED,
            severity=Severity.MAJOR,
        ),
    )  # fmt: skip
    judged = make_judged(
        make_interaction(turns, id="visit1"),
        *findings,
        courtesy=(make_courtesy(0, 3), make_courtesy(2, 0)),
        prosody=(Prosody(turn=0, speaker="S1", rate=4.5, pitch_hz=210.0),),
        asked=(Asked(channel=0, span=Span(1.0, 2.0), phrase="等着", heard="等着", score=1.5),),
    )
    defaults = {"recording": make_recording(id="recording1")}
    return make_scored(judged, **{**defaults, **fields})


def talk(*turns, **fields):
    """One interaction of `turns`, numbered as given."""
    numbered = tuple(replace(turn, index=index) for index, turn in enumerate(turns))
    judged = make_judged(make_interaction(numbered), courtesy=())
    return make_scored(judged, **fields)


def awkward():
    """Turns that overlap, have no length, no words, breaks of lines, brackets and quotes."""
    flash = Word(text="嗯", span=Span(4.0, 4.0), probability=0.5)
    return talk(
        make_turn("您好\n请坐", start=0.0),
        make_turn("我先说", start=0.2, role=Role.CUSTOMER),
        make_turn("我也要说", start=0.4, role=Role.CUSTOMER, speaker="S3"),
        make_turn("", start=2.0),
        make_turn("说<b>&\"item [2]: --> 'x'", start=2.0, channel=1),
        replace(make_turn("", start=4.0), words=(flash,)),
        make_turn("请取号", start=8.0, role=Role.MACHINE, speaker=" "),
        make_turn("谁在说", start=9.0, role=Role.UNKNOWN, speaker="S 4"),
        recording=make_recording(AWKWARD_NAME, duration=9.0),
    )
