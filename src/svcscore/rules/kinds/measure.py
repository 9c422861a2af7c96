"""`kind: measure`: taken from when the words were said and by whom.

Latencies, silences and interruptions are seconds; the speech rate of a turn is told as a multiple of
the same speaker's usual rate, so that who always speaks fast is not measured by others.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

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

_LISTENING = 4
"""Characters; who says less while another speaks is listening."""
_ENOUGH = 12
"""Characters of a turn whose rate can be told."""
_OTHERS = 3
"""Turns of that length that make a usual rate."""


def conclude(rule: MeasureRule, scene: Scene) -> list[Finding]:
    """A finding for every time that took longer than the rule's limit."""
    return [
        _finding(rule, scene, found)
        for found in _SIGNALS[rule.signal](rule, scene)
        if found.value > rule.limit
        and found.certain >= (rule.least or 0.0)
        and not covered(found.span, scene.interaction.unheard)
    ]


class Measured(NamedTuple):
    """What was measured: seconds that passed, or how many times as fast as usual."""

    value: float
    span: Span
    turn: int
    """Position of the turn that ended it, or that it is of."""
    certain: float
    """How sure it is who speaks."""


def _passed(span: Span, turn: int, certain: float) -> Measured:
    return Measured(span.length, span, turn, certain)


def _greeting(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """From the customer's arrival (by the queue system, else the first words) to the first of staff."""
    if not scene.staff or not scene.interaction.complete:
        return
    first = scene.staff[0]
    known = scene.interaction.opened_by == "sidecar"
    start = scene.interaction.span.start if known else scene.spoken.start
    end = scene.turns[first].span.start
    if end > start:
        yield _passed(Span(start, end), first, scene.turns[first].staff_probability)


def _answers(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """From the end of a customer's question to the next words of staff."""
    said = [p for p, text in enumerate(scene.texts) if text.text]
    for asked, answered in itertools.pairwise(said):
        question, answer = scene.turns[asked], scene.turns[answered]
        if question.role is not Role.CUSTOMER or answered not in scene.staff:
            continue
        if QUESTION.search(scene.texts[asked].text) and answer.span.start > question.span.end:
            certain = (1 - question.staff_probability) * answer.staff_probability
            yield _passed(Span(question.span.end, answer.span.start), answered, certain)


def _silences(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """Pauses that staff ends and did not announce in its turn before."""
    said = [p for p, text in enumerate(scene.texts) if text.text]
    announced = {place.turn for place in scene.certain(rule.unless_before)}
    for before, after in itertools.pairwise(said):
        start, end = scene.turns[before].span.end, scene.turns[after].span.start
        last = [p for p in scene.staff if p <= before][-1:]
        if end > start and last and not announced.intersection(last):
            yield _passed(Span(start, end), after, scene.turns[last[0]].staff_probability)


def _interruptions(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """Staff begins while the customer speaks and goes on speaking: seconds that both speak.

    Within one channel that is where two voices were heard at once at the border of two turns; short
    listeners' words (嗯, 好的) are no interruption.
    """
    for customer in scene.turns:
        if customer.role is not Role.CUSTOMER:
            continue
        for position in scene.staff:
            staff = scene.turns[position]
            if not customer.span.start < staff.span.start < customer.span.end:
                continue
            if len(scene.texts[position].text) < _LISTENING:
                continue
            both = Span(staff.span.start, min(staff.span.end, customer.span.end))
            certain = (1 - customer.staff_probability) * staff.staff_probability
            yield _passed(both, position, certain)


def _rates(rule: MeasureRule, scene: Scene) -> Iterator[Measured]:
    """Characters a second of a speaker's turn, over the median of her other turns."""
    spoken: dict[str, list[tuple[int, float]]] = {}
    for position in scene.staff:
        turn, said = scene.turns[position], len(scene.texts[position].text)
        if said >= _ENOUGH and turn.span.length > 0:
            rate = said / turn.span.length
            spoken.setdefault(turn.speaker, []).append((position, rate))
    for turns in spoken.values():
        for position, rate in turns:
            others = [other for at, other in turns if at != position]
            if len(others) >= _OTHERS:
                turn = scene.turns[position]
                times = rate / median(others)
                yield Measured(times, turn.span, position, turn.staff_probability)


_SIGNALS: dict[str, Callable[[MeasureRule, Scene], Iterator[Measured]]] = {
    "greeting_latency": _greeting,
    "answer_latency": _answers,
    "silence": _silences,
    "interruption": _interruptions,
    "speech_rate": _rates,
}


def _finding(rule: MeasureRule, scene: Scene, found: Measured) -> Finding:
    span, position, certain = found.span, found.turn, found.certain
    unit = "倍语速" if rule.signal == "speech_rate" else "秒"
    sure = certain >= CONFIRM_OTHER and rule.status != "preview"
    evidence = Evidence(
        turn=scene.turns[position].index,
        span=span,
        phrase=f"{found.value:.1f} {unit}",
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
