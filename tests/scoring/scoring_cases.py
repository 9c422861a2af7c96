"""Interactions, findings and rubrics that the tests of this room share."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from svcscore.records import CourtesyScore, Polarity, Role, Severity, Status, Verdict
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.rubric import load_rubric
from svcscore.testing.records import (
    make_courtesy,
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
)

PROFILES = data_folder("lexicons") / "profiles"
CODES = load_taxonomy(data_folder("lexicons")).codes
RUBRICS = {p.stem: load_rubric(p, CODES) for p in sorted(Path(PROFILES).glob("*.yaml"))}
DEFAULT = RUBRICS["default"]
SMALL = """\
profile: small
title: 小表
version: 1
about: 只为测试。
bands:
  - {name: 合格, least: 70}
  - {name: 不合格, least: 0}
courtesy_levels: [0, 35, 85, 100]
review_width: 25
deductions:
  minor: {points: 2, cap: 6, repeats: 2}
  major: {points: 5, cap: 15}
  red_line: {points: 15, cap: 30, ceiling: 59}
dimensions:
  - name: voices
    title: 五声
    weight: 60
    items:
      - {id: greeting, title: 迎声, points: 8, codes: [voice.greeting]}
      - {id: farewell, title: 送声, points: 8, codes: [voice.farewell]}
  - name: tone
    title: 态度
    weight: 40
    items:
      - {id: tone, title: 态度, points: 1, courtesy: true}
"""
TURNS = make_dialogue(
    (Role.TELLER, "您好请问您办理什么业务"),
    (Role.CUSTOMER, "取两万爱办不办是吧"),
    (Role.TELLER, "好的请您稍等爱办不办"),
    (Role.TELLER, "请慢走再见"),
)
VISIT = make_interaction(TURNS)


def good(code, verdict=Verdict.MET, probability=0.95, **fields):
    return make_finding(
        code,
        polarity=Polarity.DUTY,
        severity=None,
        verdict=verdict,
        probability=probability,
        **fields,
    )


def breach(severity=Severity.RED_LINE, **fields):
    return make_finding(
        "forbidden.impatience", make_evidence(TURNS[2], "爱办不办"), severity=severity, **fields
    )


def voices(**verdicts):
    """Findings of the voices; each is met unless said otherwise."""
    names = ("greeting", "inquiry", "answer", "thanks", "apology", "farewell")
    return [good(f"voice.{name}", verdicts.get(name, Verdict.MET)) for name in names]


def tones(level, probability=0.9):
    return [make_courtesy(turn, level, probability) for turn in (0, 2, 3)]


ITEM_CODES = sorted(
    {c for rubric in RUBRICS.values() for d in rubric.dimensions for i in d.items for c in i.codes}
)
probabilities = st.floats(0.0, 1.0)


@st.composite
def goods(draw):
    return good(
        draw(st.sampled_from(ITEM_CODES)),
        draw(
            st.sampled_from([Verdict.MET, Verdict.ABSENT, Verdict.UNSURE, Verdict.NOT_APPLICABLE])
        ),
        draw(probabilities),
        status=draw(st.sampled_from(Status)),
        id=f"good-{draw(st.integers(0, 999))}",
    )


@st.composite
def breaches(draw, roles=(Role.TELLER, Role.LOBBY_MANAGER, Role.UNKNOWN)):
    return breach(
        draw(st.sampled_from(Severity)),
        verdict=draw(st.sampled_from([Verdict.BREACHED, Verdict.UNSURE])),
        status=draw(st.sampled_from(Status)),
        probability=draw(probabilities),
        role=draw(st.sampled_from(roles)),
        id=f"breach-{draw(st.integers(0, 999))}",
    )


@st.composite
def courtesies(draw):
    scores = []
    for turn in draw(st.sets(st.sampled_from([0, 2, 3]))):
        parts = draw(st.tuples(*[st.floats(0.01, 1.0)] * 4))
        rude, curt, polite, warm = (part / sum(parts) for part in parts)
        scores.append(CourtesyScore(turn=turn, probabilities=(rude, curt, polite, warm)))
    return scores


found = st.lists(st.one_of(goods(), breaches()), max_size=12, unique_by=lambda f: f.id)
rubrics = st.sampled_from(list(RUBRICS.values()))
