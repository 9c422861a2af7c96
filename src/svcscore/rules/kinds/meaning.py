"""`kind: meaning`: a turn of staff means it, in words that no list holds.

The model is one witness and hears only words, so what it tells is the last word in nothing: a breach
goes to review, and where another rule has found something, that stands instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from svcscore.meaning.model import Meaning
from svcscore.phrases.candidates import Place
from svcscore.phrases.evidence import CONFIRM_OTHER
from svcscore.records import Evidence, Finding, Match, Polarity, Role, Status, Verdict
from svcscore.rules.definition import AnyRule, DutyRule, MeaningRule, PhraseRule
from svcscore.rules.hits import Candidate, Weighed, found
from svcscore.rules.scene import Scene
from svcscore.rules.settle import HEARD

MISSED = frozenset({Verdict.ABSENT, Verdict.UNSURE})
"""What another rule says of a code that was due, and that this one may answer."""


class View:
    """What the model makes of a scene's turns of staff, beside what other rules have found."""

    def __init__(
        self,
        scene: Scene,
        meaning: Meaning,
        rules: Iterable[AnyRule],
        findings: Iterable[Finding],
    ) -> None:
        self.scene = scene
        self._meaning = meaning
        self._rules = [rule for rule in rules if isinstance(rule, PhraseRule | DutyRule)]
        findings = list(findings)
        heard = [f for f in findings if f.verdict in HEARD and f.status is not Status.REJECTED]
        missed = {f.code for f in findings if f.verdict in MISSED}
        idle = {f.code for f in findings if f.verdict is Verdict.NOT_APPLICABLE} - missed
        self.closed = idle | {f.code for f in heard if f.verdict is Verdict.MET}
        """Codes that another rule has heard, and duties for which there was no cause."""
        self.breached = frozenset(
            evidence.turn for f in heard if f.polarity is Polarity.BREACH for evidence in f.evidence
        )
        """Indices of turns in which another rule has heard a breach."""

    def passed(self, code: str) -> frozenset[int]:
        """Positions where phrases of `code` stand: their rules know what softens or undoes them."""
        return frozenset(
            place.turn
            for rule in self._rules
            if rule.code == code
            for place in self.scene.certain(rule.phrases)
        )

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """Positions of the turns that are asked about."""
        return self.scene.staff

    def probabilities(self, code: str) -> Sequence[float]:
        """That each of `turns` means `code`."""
        return [float(row[self._meaning.codes.index(code)]) for row in self._rows]

    @cached_property
    def _rows(self) -> Sequence[Sequence[float]]:
        texts = [self.scene.turns[position].text for position in self.turns]
        return [list(row) for row in self._meaning.probabilities(texts)]


def conclude(rule: MeaningRule, polarity: Polarity, view: View) -> list[Finding]:
    """Breaches: each turn that means one; else the turn that most probably means it, or none."""
    breach = polarity is Polarity.BREACH
    if not breach and rule.code in view.closed:
        return []
    passed = view.passed(rule.code)
    meant = []
    for position, probability in zip(view.turns, view.probabilities(rule.code), strict=True):
        turn = view.scene.turns[position]
        if position in passed or (breach and turn.index in view.breached):
            continue
        role = view.scene.role_probability(position, rule.by)
        if probability * role < rule.least:
            continue
        weighed = _weighed(rule, view.scene, position, probability, breach=breach)
        if rule.opening and not view.scene.opens(weighed.candidate.place, rule.opening, rule.by):
            continue
        meant.append(found(view.scene, rule, polarity, weighed))
    return meant if breach else sorted(meant, key=lambda f: -f.probability)[:1]


def best_of_turn(findings: Sequence[Finding]) -> list[Finding]:
    """`findings` with one breach a turn: that which the turn most probably means."""
    best: dict[int, Finding] = {}
    for finding in findings:
        if finding.polarity is Polarity.BREACH:
            turn = finding.evidence[0].turn
            best[turn] = max(finding, best.get(turn, finding), key=lambda f: f.probability)
    return [f for f in findings if f.polarity is not Polarity.BREACH or f in best.values()]


def doubted(rules: Iterable[AnyRule], view: View, findings: Iterable[Finding]) -> list[Finding]:
    """`findings`, in which nothing is surely missing that a turn may well have meant."""
    doubts = {rule.code: rule for rule in rules if isinstance(rule, MeaningRule) and rule.doubt}
    return [
        _doubted(doubts[finding.code], view, finding)
        if finding.verdict is Verdict.ABSENT and finding.code in doubts
        else finding
        for finding in findings
    ]


def _doubted(rule: MeaningRule, view: View, finding: Finding) -> Finding:
    passed = view.passed(rule.code)
    chances = [
        (chance * view.scene.role_probability(position, rule.by), position)
        for position, chance in zip(view.turns, view.probabilities(rule.code), strict=True)
        if position not in passed
        and (not rule.opening or position in view.scene.speaking(rule.by)[: rule.opening.turns])
    ]
    chance, position = max(chances, default=(0.0, -1))
    if chance < (rule.doubt or 1.0):
        return finding
    said = view.scene.turns[position].text
    return replace(
        finding,
        verdict=Verdict.UNSURE,
        status=Status.REVIEW,
        probability=finding.probability * (1 - chance),
        why=f"{finding.why}（可能用别的话说过：“{said}”，无法断定。）",
    )


def _weighed(
    rule: MeaningRule, scene: Scene, position: int, probability: float, *, breach: bool
) -> Weighed:
    length = len(scene.texts[position].text)
    place = Place(position, 0, length, rule.title, 0.0, False, ((0, length),))
    role = scene.role_probability(position, rule.by)
    turn = scene.turns[position]
    evidence = Evidence(
        turn=turn.index,
        span=scene.span(place),
        phrase=rule.title,
        heard=scene.heard(place),
        matcher=Match.SEMANTIC,
        text_score=probability,
        acoustic_score=None,
        probability=probability,
    )
    sure = probability * role >= CONFIRM_OTHER and rule.status != "preview"
    confirmed = sure and not breach and turn.role is not Role.UNKNOWN
    status = Status.CONFIRMED if confirmed else Status.REVIEW
    return Weighed(Candidate(place, role, rule.severity), evidence, probability * role, status)
