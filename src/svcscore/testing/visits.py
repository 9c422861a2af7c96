"""Made-up visits with real scores: a few dozen that a made-up bank repeats with other people and days."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from svcscore.records import (
    Evidence,
    Finding,
    Judged,
    Kind,
    Match,
    Polarity,
    Role,
    Severity,
    Status,
    Turn,
    Verdict,
)
from svcscore.scoring.rubric import Rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.testing.records import (
    make_courtesy,
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
)


@dataclass(frozen=True, slots=True)
class _Said:
    """One turn of the staff: what is said when it is done well, or not, and what it counts for."""

    asked: str
    """What the customer says before."""
    well: str
    badly: str
    codes: tuple[tuple[str, Polarity, str], ...]
    """Code, polarity, and the words that meet it."""


_CREDIT, _DUTY = Polarity.CREDIT, Polarity.DUTY
_COUNTER = (
    _Said("", "您好请问您办理什么业务", "下一个", (
        ("voice.greeting", _CREDIT, "您好"), ("voice.inquiry", _CREDIT, "办理什么业务"),
        ("flow.teller.welcome", _CREDIT, "您好"))),
    _Said("我想取两万块钱", "请把证件给我谢谢您", "证件", (
        ("voice.thanks", _DUTY, "谢谢您"), ("flow.teller.receive", _DUTY, "请把证件给我"))),
    _Said("手续费要多少", "这笔不收手续费请您放心", "没有", (
        ("voice.answer", _DUTY, "不收手续费"), ("rights.information.duty", _DUTY, "不收手续费"))),
    _Said("密码在这里输吗", "请核对金额输密码时注意遮挡", "输吧", (
        ("flow.teller.process", _DUTY, "请核对金额"), ("rights.property.duty", _DUTY, "注意遮挡"))),
    _Said("好了吗", "这是您的卡请收好请慢走再见", "好了", (
        ("flow.teller.return", _DUTY, "请收好"), ("voice.farewell", _CREDIT, "请慢走再见"),
        ("flow.teller.farewell", _CREDIT, "请慢走再见"))),
)  # fmt: skip
_LOBBY = (
    _Said("", "您好请问您办什么业务", "办什么", (
        ("voice.greeting", _CREDIT, "您好"), ("voice.inquiry", _CREDIT, "办什么业务"),
        ("flow.lobby.welcome", _CREDIT, "您好"))),
    _Said("我要转账", "转账可以在自助机办我带您过去", "自助机", (
        ("flow.lobby.triage", _CREDIT, "可以在自助机办"), ("flow.lobby.accompany", _DUTY, "我带您过去"))),
    _Said("要等多久", "前面三位大约十分钟您先坐", "等着", (
        ("voice.answer", _DUTY, "大约十分钟"), ("flow.lobby.ease", _DUTY, "您先坐"))),
    _Said("办好了", "请慢走再见", "嗯", (
        ("voice.farewell", _CREDIT, "请慢走再见"), ("flow.lobby.farewell", _CREDIT, "请慢走再见"))),
)  # fmt: skip
MAJOR = "没看我正忙着吗"
RED_LINE = "你这么大年纪听不懂人话吗"


def make_visits(kind: Kind, rubric: Rubric, count: int, seed: int) -> tuple[Judged, ...]:
    """`count` visits from nearly perfect to poor, without breaches; the same seed gives the same."""
    rng = random.Random(seed)
    return tuple(_visit(kind, rubric, rng, 0.02 + 0.75 * n / count) for n in range(count))


def with_breach(visit: Judged, rubric: Rubric, *, red_line: bool, sure: bool = True) -> Judged:
    """The visit with a forbidden phrase at its end; one that is not sure waits for review."""
    said = RED_LINE if red_line else MAJOR
    turns = visit.interaction.turns
    start = turns[-1].span.end + 1.0
    last = make_dialogue((Role.TELLER, said), start=start)[0]
    last = replace(last, index=len(turns), role=turns[-1].role)
    interaction = replace(
        visit.interaction,
        turns=(*turns, last),
        span=replace(visit.interaction.span, end=last.span.end + 1.0),
    )
    finding = make_finding(
        "forbidden.discrimination" if red_line else "forbidden.impatience",
        make_evidence(last, said),
        severity=Severity.RED_LINE if red_line else Severity.MAJOR,
        probability=0.97 if sure else 0.6,
        status=Status.CONFIRMED if sure else Status.REVIEW,
        role=last.role,
        why="工作人员对客户说了禁语。",
    )
    courtesy = (*visit.courtesy, make_courtesy(last.index, 0 if red_line else 1))
    return _scored(replace(visit, interaction=interaction, courtesy=courtesy), rubric, finding)


def _visit(kind: Kind, rubric: Rubric, rng: random.Random, missing: float) -> Judged:
    staff = Role.LOBBY_MANAGER if kind is Kind.LOBBY else Role.TELLER
    lines: list[tuple[Role, str]] = []
    plan: list[tuple[int, _Said, bool]] = []
    for said in _LOBBY if kind is Kind.LOBBY else _COUNTER:
        if said.asked:
            lines.append((Role.CUSTOMER, said.asked))
        done = rng.random() >= missing
        plan.append((len(lines), said, done))
        lines.append((staff, said.well if done else said.badly))
    turns = make_dialogue(*lines, start=0.5, gap=1.2)
    findings = [f for at, said, done in plan for f in _findings(turns, at, said, done)]
    courtesy = tuple(make_courtesy(at, _level(rng, done)) for at, _, done in plan)
    visit = Judged(
        interaction=make_interaction(turns, kind=kind),
        findings=tuple(findings),
        courtesy=courtesy,
        scorecard=scorecard(make_interaction(turns, kind=kind), findings, courtesy, rubric),
    )
    return _scored(visit, rubric)


def _level(rng: random.Random, done: bool) -> int:
    return (3 if rng.random() < 0.2 else 2) if done else (1 if rng.random() < 0.35 else 2)


def _findings(turns: tuple[Turn, ...], at: int, said: _Said, done: bool) -> list[Finding]:
    made = []
    for code, polarity, words in said.codes:
        if done:
            places: tuple[Evidence, ...] = (make_evidence(turns[at], words),)
        else:
            # a duty that was missed stands at what called for it
            called = polarity is Polarity.DUTY and at > 0
            places = (make_evidence(turns[at - 1], turns[at - 1].text),) if called else ()
        made.append(
            make_finding(
                code,
                *places,
                polarity=polarity,
                severity=None,
                verdict=Verdict.MET if done else Verdict.ABSENT,
                match=Match.EXACT if done else Match.ABSENCE,
                role=turns[at].role,
                probability=0.97 if done else 0.9,
                why="做到了。" if done else "没有听到。",
            )
        )
    return made


def _scored(visit: Judged, rubric: Rubric, *more: Finding) -> Judged:
    findings = (*visit.findings, *more)
    card = scorecard(visit.interaction, findings, visit.courtesy, rubric)
    return replace(visit, findings=findings, scorecard=card)
