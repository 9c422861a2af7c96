"""All rules of a lexicon on one interaction.

Phrases are found once for all rules; each rule says where it may have been heard; the second listen
is asked once about all places that need it; then every rule concludes. Findings are in the order of
time, those without a time last; at the same time by code and rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from svcscore.phrases.candidates import PhraseSearch
from svcscore.records import (
    Finding,
    Interaction,
    Kind,
    Occasion,
    Polarity,
    Severity,
    Status,
    Verdict,
)
from svcscore.rules import triggers
from svcscore.rules.absence import absent, expected_in, fits_post
from svcscore.rules.base import Part
from svcscore.rules.definition import (
    AnyRule,
    DutyRule,
    EntityRule,
    ExpressionRule,
    MeaningRule,
    MeasureRule,
    NearRule,
    OrderRule,
    PhraseRule,
    RepeatRule,
    TogetherRule,
    conditions,
)
from svcscore.rules.entities import entities, wanted
from svcscore.rules.gates import ContextGates
from svcscore.rules.hits import Candidate, Weighed, found, weigh
from svcscore.rules.kinds import (
    duty,
    entity,
    expression,
    meaning,
    measure,
    near,
    order,
    phrase,
    repeat,
    together,
)
from svcscore.rules.listening import ask
from svcscore.rules.load import Lexicon, phrases_of
from svcscore.rules.scene import Scene
from svcscore.rules.settle import HEARD, Bid, best_bids, best_of_code
from svcscore.rules.suspend import counts, excused, suspensions
from svcscore.rules.triggers import Calls, cause
from svcscore.rules.watch import Watch
from svcscore.text.normalise import normalise

if TYPE_CHECKING:  # the recogniser is needed only where there is audio
    from svcscore.rules.listening import Listen

SALON = ("rights.", "marketing.", "branch.")
"""Codes that count in a talk to many; rules must name that kind as well."""

ANY_TIME = Occasion()
"""Of which nothing is known."""
_BADNESS = (Severity.MINOR, Severity.MAJOR, Severity.RED_LINE)


@dataclass(slots=True)
class _Judged:
    """A rule, the polarity of its code, and what is known of it so far."""

    rule: AnyRule
    polarity: Polarity
    weighed: tuple[Weighed, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether it concludes from times, not from words."""
        return isinstance(self.rule, MeasureRule)


class Engine:
    """The rules of `lexicon`, made ready; judges as many interactions as there are."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._codes = lexicon.taxonomy.codes
        self._meaning = lexicon.meaning
        self._gates = ContextGates(lexicon.gates)
        self._rules = tuple(sorted(lexicon.rules, key=lambda rule: rule.id))
        self._causes = {
            (rule.id, part): cause(trigger, lexicon.taxonomy)
            for rule in self._rules
            for part, trigger in conditions(rule)
        }
        self._suspended = suspensions(self._rules, lexicon.taxonomy)
        self._of_kind = {
            kind: tuple(rule for rule in self._rules if _applies(rule, kind)) for kind in Kind
        }
        self._stages = {rule.id: _stage(rule) for rule in self._rules}
        self._users = _users(self._rules)
        self._always = frozenset(rule.id for rule in self._rules if _without_phrases(rule))
        said = [phrase for rule in self._rules for phrase in phrases_of(rule)]
        self._sought = tuple(
            (phrase, one) for phrase in dict.fromkeys(said) if (one := wanted(phrase))
        )
        phrases = [phrase for phrase in said if wanted(phrase) is None]
        self._search = PhraseSearch(
            [*phrases, *self._gates.phrases], lexicon.gates.negator_syllables
        )

    def severity_of(self, code: str) -> Severity:
        """How bad a breach of `code` is: as most of its rules have it, of equals the worse."""
        rules = [rule.severity for rule in self._rules if rule.code == code and rule.severity]
        return max(rules or [Severity.MAJOR], key=lambda it: (rules.count(it), _BADNESS.index(it)))

    def judge(
        self,
        interaction: Interaction,
        listen: Listen | None = None,
        *,
        everything: bool = False,
        occasion: Occasion = ANY_TIME,
        watch: Watch | None = None,
    ) -> tuple[Finding, ...]:
        """Findings of all rules about `interaction`.

        Args:
            interaction: its words, who spoke them, and what was not understood.
            listen: the second witness, asked at most once; None where there is no audio: the text
                then counts as stated, and no red line is confirmed.
            everything: ask it also about what the text settles.
            occasion: when and where it took place; what is not known excludes no rule.
            watch: learns how long each rule takes, for those who want to know.
        """
        rules = [
            rule
            for rule in self._of_kind[interaction.kind]
            if rule.applies_on(occasion) and rule.applies_to(interaction.business)
        ]
        if not rules:
            return ()
        watch = watch or Watch(interaction.id)
        texts = [normalise(turn.text) for turn in interaction.turns]
        places = self._search.find(texts, stated=listen is None)
        numbers = [tuple(entities(text.text)) for text in texts]
        scene = Scene(interaction, texts, places, numbers, self._sought)
        busy = self._always.union(*(self._users.get(phrase, ()) for phrase in places))
        judged = self._weigh(
            scene, rules, busy, partial(ask, listen=listen, everything=everything), watch
        )
        findings = sorted(self._conclude(scene, judged, watch), key=_order)
        watch.tell()
        return tuple(findings)

    def _weigh(
        self,
        scene: Scene,
        rules: Sequence[AnyRule],
        busy: Collection[str],
        asked: Callable[[Scene, Sequence[Candidate]], list[float | None]],
        watch: Watch,
    ) -> list[_Judged]:
        """Candidates of `busy` rules, and what all witnesses say of them; rules that fail left out."""
        bids: list[Bid] = []
        for rule in rules:
            if rule.id not in busy:
                continue
            conditional = self._stages[rule.id] in {1, 3}
            with watch.over(rule):
                found = [*self._candidates(rule, scene), *triggers.candidates(rule, scene)]
                bids += [Bid(rule.id, rule.code, c, conditional) for c in found]
        bids = list(best_bids(bids))
        scores = asked(scene, [bid.candidate for bid in bids])
        by_rule: dict[str, list[tuple[Candidate, float | None]]] = {}
        for bid, score in zip(bids, scores, strict=True):
            by_rule.setdefault(bid.rule, []).append((bid.candidate, score))
        return [
            _Judged(
                rule,
                self._codes[rule.code].polarity,
                tuple(weigh(scene, rule, c, score) for c, score in by_rule.get(rule.id, ())),
            )
            for rule in rules
            if rule.id not in watch.failed
        ]

    def _candidates(self, rule: AnyRule, scene: Scene) -> list[Candidate]:
        polarity = self._codes[rule.code].polarity
        match rule:
            case NearRule():
                return near.candidates(rule, polarity, scene, self._gates)
            case DutyRule():
                return duty.candidates(rule, scene)
            case EntityRule():
                return entity.candidates(rule, scene)
            case ExpressionRule():
                return expression.candidates(rule, polarity, scene, self._gates)
            case RepeatRule():
                return repeat.candidates(rule, scene)
            case MeasureRule() | MeaningRule() | OrderRule() | TogetherRule():
                return []
            case _:
                return phrase.candidates(rule, polarity, scene, self._gates)

    def _conclude(self, scene: Scene, judged: Sequence[_Judged], watch: Watch) -> list[Finding]:
        """First what stands alone, then what waits for something, duties, compositions, absences."""
        findings: list[Finding] = []
        for stage in (0, 1, 2, 3):
            heard = [f for f in findings if f.status is not Status.REJECTED]
            if stage == 3:  # a duty that was missed tells where it was due, not that it was met
                heard = [f for f in heard if f.verdict in HEARD]
            for item in judged:
                if self._stages[item.rule.id] == stage and (stage or item.weighed or item.timed):
                    with watch.over(item.rule):
                        findings += self._of_rule(scene, item, heard)
        view = self._view(scene, judged, findings)
        findings = self._in_other_words(view, judged, findings, watch)
        cues = [f for f in findings if f.rule in self._suspended and counts(f)]
        findings = list(best_of_code(_once(findings)))
        findings += self._absences(scene, judged, findings, watch)
        if view is not None:
            findings = meaning.doubted([item.rule for item in judged], view, findings)
        return [excused(finding, cues, self._suspended, self._codes) for finding in findings]

    def _of_rule(self, scene: Scene, item: _Judged, heard: Sequence[Finding]) -> list[Finding]:
        rule, polarity = item.rule, item.polarity
        if isinstance(rule, MeasureRule):
            return measure.conclude(rule, scene)
        if isinstance(rule, OrderRule | TogetherRule | RepeatRule):
            return self._composed(scene, item, rule, heard)
        after = self._calls(item, "after", heard)
        if isinstance(rule, DutyRule):
            trigger = self._calls(item, "trigger", heard)
            assert trigger is not None
            return [duty.conclude(rule, polarity, scene, item.weighed, trigger, after)]
        hits = [
            w
            for w in item.weighed
            if w.candidate.part == "hit" and (w.counts or polarity is Polarity.BREACH)
        ]
        if isinstance(rule, PhraseRule) and rule.after and after is not None:
            return triggers.conclude(rule, rule.after, polarity, scene, hits, after)
        return [found(scene, rule, polarity, w) for w in hits]

    def _composed(
        self,
        scene: Scene,
        item: _Judged,
        rule: OrderRule | TogetherRule | RepeatRule,
        heard: Sequence[Finding],
    ) -> list[Finding]:
        parts: dict[str, list[Calls]] = {}
        for part, _ in conditions(rule):
            if calls := self._calls(item, part, heard):
                parts.setdefault(part.split()[0], []).append(calls)
        if isinstance(rule, OrderRule):
            return order.conclude(rule, item.polarity, scene, parts["steps"])
        every, some, none = (parts.get(name, []) for name in ("all", "any", "none"))
        if isinstance(rule, RepeatRule):
            hits = [w for w in item.weighed if w.candidate.part == "hit"]
            return repeat.conclude(rule, item.polarity, scene, hits, none)
        return together.conclude(rule, item.polarity, scene, every, some, none)

    def _view(
        self, scene: Scene, judged: Sequence[_Judged], findings: Sequence[Finding]
    ) -> meaning.View | None:
        if self._meaning is None:
            return None
        return meaning.View(scene, self._meaning, [item.rule for item in judged], findings)

    def _in_other_words(
        self,
        view: meaning.View | None,
        judged: Sequence[_Judged],
        findings: list[Finding],
        watch: Watch,
    ) -> list[Finding]:
        """`findings` with what only the model of meanings tells; that is not missing any more."""
        if view is None:
            return findings
        told: list[Finding] = []
        for item in judged:
            if isinstance(item.rule, MeaningRule):
                with watch.over(item.rule):
                    told += meaning.conclude(item.rule, item.polarity, view)
        told = meaning.best_of_turn(told)
        met = {f.code for f in told if f.verdict is Verdict.MET}
        missed = meaning.MISSED
        return [*(f for f in findings if f.code not in met or f.verdict not in missed), *told]

    def _calls(self, item: _Judged, part: Part, heard: Sequence[Finding]) -> Calls | None:
        cause = self._causes.get((item.rule.id, part))
        return None if cause is None else triggers.calls(part, cause, item.weighed, heard)

    def _absences(
        self,
        scene: Scene,
        judged: Sequence[_Judged],
        findings: Sequence[Finding],
        watch: Watch,
    ) -> list[Finding]:
        if not expected_in(scene.interaction.kind):
            return []
        # where one of its rules failed, nobody can say that a code was not heard
        told = {f.code for f in findings if f.verdict in HEARD}
        told |= {rule.code for rule in self._rules if rule.id in watch.failed}
        by_code: dict[str, list[_Judged]] = {}
        for item in judged:
            if isinstance(item.rule, MeaningRule):
                continue
            if self._codes[item.rule.code].scope == "always" and item.rule.code not in told:
                by_code.setdefault(item.rule.code, []).append(item)
        return [
            absent(
                scene,
                [item.rule for item in items],
                self._codes[code].zh,
                max((w.probability for item in items for w in item.weighed), default=0.0),
            )
            for code, items in by_code.items()
        ]


def _applies(rule: AnyRule, kind: Kind) -> bool:
    if kind.value not in rule.kinds or not fits_post(rule.code, kind):
        return False
    return kind is not Kind.SALON or rule.code.startswith(SALON)


def _stage(rule: AnyRule) -> int:
    """When a rule concludes: 0 alone, 1 after something, 2 duties, 3 what is put together."""
    match rule:
        case OrderRule() | TogetherRule() | RepeatRule():
            return 3
        case DutyRule():
            return 2
        case PhraseRule():
            return int(rule.after is not None)
        case _:
            return 0


def _without_phrases(rule: AnyRule) -> bool:
    """Whether it may find something where no phrase of the lexicon was heard."""
    if isinstance(rule, RepeatRule):
        return not rule.phrases
    if any(wanted(phrase) for phrase in phrases_of(rule)):
        return True
    return isinstance(rule, EntityRule | ExpressionRule)


def _users(rules: Iterable[AnyRule]) -> dict[str, tuple[str, ...]]:
    """Rules by each phrase that may make them find something; what undoes a hit is none."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        heard: list[tuple[str, ...]] = [trigger.phrases for _, trigger in conditions(rule)]
        if isinstance(rule, PhraseRule | DutyRule | RepeatRule):
            heard.append(rule.phrases)
        elif isinstance(rule, NearRule):
            heard.append(rule.groups[0])
        for said in {said for phrases in heard for said in phrases}:
            found.setdefault(said, []).append(rule.id)
    return {said: tuple(ids) for said, ids in found.items()}


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one rule at the very same words are one."""
    return list({finding.id: finding for finding in findings}.values())


def _order(finding: Finding) -> tuple[float, str, str, str]:
    start = finding.evidence[0].span.start if finding.evidence else inf
    return (start, finding.code, finding.rule, finding.id)
