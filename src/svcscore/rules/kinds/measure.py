"""`kind: measure`: seconds, taken from when the words were said and by whom."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from svcscore.phrases.evidence import CONFIRM_OTHER
from svcscore.records import (
    Evidence,
    Finding,
    Match,
    Polarity,
    Role,
    Status,
    Verdict,
)
from svcscore.rules.definition import MeasureRule
from svcscore.rules.hits import finding_id
from svcscore.rules.scene import Scene
from svcscore.spans import Span, covered

QUESTION = re.compile(
    r"(?:吗|呢|多少|什么|怎么|哪|几|多久|为啥|为什么|可不可以|能不能|有没有|行不行|是不是|谁).{0,6}$|^请问"
)
"""Without punctuation a question is told by its words, near the end of the turn."""


def conclude(rule: MeasureRule, scene: Scene) -> list[Finding]:
    """A finding for every time that took longer than the rule's limit."""
    signals = {
        "greeting_latency": _greeting,
        "answer_latency": _answers,
        "silence": _silences,
    }
    return [
        _finding(rule, scene, span, position, certain)
        for span, position, certain in signals[rule.signal](rule, scene)
        if span.length > rule.limit
        and certain >= (rule.least or 0.0)
        and not covered(span, scene.interaction.unheard)
    ]


Measured = tuple[Span, int, float]
"""Seconds that passed, position of the turn that ended them, and how sure its speaker's role is."""


def _greeting(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """From the customer's arrival (by the queue system, else the first words) to the first of staff."""
    if not scene.staff or not scene.interaction.complete:
        return
    first = scene.staff[0]
    known = scene.interaction.opened_by == "sidecar"
    start = scene.interaction.span.start if known else scene.spoken.start
    end = scene.turns[first].span.start
    if end > start:
        yield Span(start, end), first, scene.turns[first].staff_probability


def _answers(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """From the end of a customer's question to the next words of staff."""
    said = [p for p, text in enumerate(scene.texts) if text.text]
    for asked, answered in itertools.pairwise(said):
        question, answer = scene.turns[asked], scene.turns[answered]
        if question.role is not Role.CUSTOMER or answered not in scene.staff:
            continue
        if QUESTION.search(scene.texts[asked].text) and answer.span.start > question.span.end:
            certain = (1 - question.staff_probability) * answer.staff_probability
            yield Span(question.span.end, answer.span.start), answered, certain


def _silences(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """Pauses that staff ends and did not announce in its turn before."""
    said = [p for p, text in enumerate(scene.texts) if text.text]
    announced = {place.turn for place in scene.certain(rule.unless_before)}
    for before, after in itertools.pairwise(said):
        start, end = scene.turns[before].span.end, scene.turns[after].span.start
        last = [p for p in scene.staff if p <= before][-1:]
        if end > start and last and not announced.intersection(last):
            yield Span(start, end), after, scene.turns[last[0]].staff_probability


def _finding(rule: MeasureRule, scene: Scene, span: Span, position: int, certain: float) -> Finding:
    sure = certain >= CONFIRM_OTHER and rule.status != "preview"
    evidence = Evidence(
        turn=scene.turns[position].index,
        span=span,
        phrase=f"{span.length:.1f} 秒",
        heard="",
        matcher=Match.MEASURE,
        text_score=0.0,
        acoustic_score=None,
        probability=certain,
    )
    return Finding(
        id=finding_id(scene, rule.id, evidence),
        rule=rule.id,
        rule_version=rule.version,
        code=rule.code,
        polarity=Polarity.MEASURE,
        severity=rule.severity,
        verdict=Verdict.BREACHED,
        role=scene.staff_role,
        probability=certain,
        status=Status.CONFIRMED if sure else Status.REVIEW,
        match=Match.MEASURE,
        evidence=(evidence,),
        why=rule.why,
    )
