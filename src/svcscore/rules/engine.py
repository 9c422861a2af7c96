"""All rules of a lexicon on one interaction.

Phrases are found once for all rules; each rule says where it may have been heard; the second listen
is asked once about all places that need it; then every rule concludes. Findings are in the order of
time, those without a time last; at the same time by code and rule.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from svcscore.phrases.candidates import PhraseSearch
from svcscore.records import Finding, Interaction, Kind, Polarity, Status
from svcscore.rules.absence import absent, expected_in, fits_post
from svcscore.rules.definition import AnyRule, DutyRule, EntityRule, MeasureRule, NearRule
from svcscore.rules.gates import ContextGates
from svcscore.rules.hits import Candidate, Weighed, found, weigh
from svcscore.rules.kinds import duty, entity, measure, near, phrase
from svcscore.rules.listening import ask
from svcscore.rules.load import Lexicon, phrases_of
from svcscore.rules.scene import Scene
from svcscore.rules.settle import HEARD, Bid, best_bids, best_of_code
from svcscore.text.normalise import normalise

if TYPE_CHECKING:  # the recogniser is needed only where there is audio
    from svcscore.rules.listening import Listen

SALON = ("rights.", "marketing.", "branch.")
"""Codes that count in a talk to many; rules must name that kind as well."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Judged:
    """A rule, the polarity of its code, and what is known of it so far."""

    rule: AnyRule
    polarity: Polarity
    weighed: tuple[Weighed, ...] = ()

    @property
    def usable(self) -> bool:
        return any(w.counts for w in self.weighed)


class Engine:
    """The rules of `lexicon`, made ready; judges as many interactions as there are."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._codes = lexicon.taxonomy.codes
        self._taxonomy = lexicon.taxonomy
        self._gates = ContextGates(lexicon.gates)
        self._rules = tuple(sorted(lexicon.rules, key=lambda rule: rule.id))
        phrases = [phrase for rule in self._rules for phrase in phrases_of(rule)]
        self._search = PhraseSearch(
            [*phrases, *self._gates.phrases], lexicon.gates.negator_syllables
        )

    def judge(self, interaction: Interaction, listen: Listen | None = None) -> tuple[Finding, ...]:
        """Findings of all rules about `interaction`.

        Args:
            interaction: its words, who spoke them, and what was not understood.
            listen: the second witness, asked at most once; None where there is no audio: the text
                then counts as stated, and no red line is confirmed.
        """
        rules = [rule for rule in self._rules if _applies(rule, interaction.kind)]
        if not rules:
            return ()
        texts = [normalise(turn.text) for turn in interaction.turns]
        scene = Scene(interaction, texts, self._search.find(texts, stated=listen is None))
        judged = self._weigh(scene, rules, listen)
        return tuple(sorted(self._conclude(scene, judged), key=_order))

    def _weigh(
        self, scene: Scene, rules: Sequence[AnyRule], listen: Listen | None
    ) -> list[_Judged]:
        """Candidates of all rules, and what all witnesses say of them."""
        bids: list[Bid] = []
        for rule in rules:
            with _isolated(rule, scene):
                bids += [Bid(rule.id, rule.code, c) for c in self._candidates(rule, scene)]
        bids = list(best_bids(bids))
        scores = ask(scene, [bid.candidate for bid in bids], listen)
        by_rule: dict[str, list[tuple[Candidate, float | None]]] = {}
        for bid, score in zip(bids, scores, strict=True):
            by_rule.setdefault(bid.rule, []).append((bid.candidate, score))
        judged = []
        for rule in rules:
            weighed = tuple(
                weigh(scene, rule, candidate, score)
                for candidate, score in by_rule.get(rule.id, ())
            )
            judged.append(_Judged(rule, self._codes[rule.code].polarity, weighed))
        return judged

    def _candidates(self, rule: AnyRule, scene: Scene) -> list[Candidate]:
        polarity = self._codes[rule.code].polarity
        match rule:
            case NearRule():
                return near.candidates(rule, polarity, scene, self._gates)
            case DutyRule():
                return duty.candidates(rule, scene)
            case EntityRule():
                return entity.candidates(rule, scene)
            case MeasureRule():
                return []
            case _:
                return phrase.candidates(rule, polarity, scene, self._gates)

    def _conclude(self, scene: Scene, judged: Sequence[_Judged]) -> list[Finding]:
        findings: list[Finding] = []
        duties = [item for item in judged if isinstance(item.rule, DutyRule)]
        for item in judged:
            with _isolated(item.rule, scene):
                if isinstance(item.rule, MeasureRule):
                    findings += measure.conclude(item.rule, scene)
                elif not isinstance(item.rule, DutyRule):
                    findings += [
                        found(scene, item.rule, item.polarity, w)
                        for w in item.weighed
                        if w.counts or item.polarity is Polarity.BREACH
                    ]
        heard = [f for f in findings if f.status is not Status.REJECTED]
        for item in duties:
            with _isolated(item.rule, scene):
                findings.append(self._duty(scene, item, heard))
        findings = list(best_of_code(_once(findings)))
        return findings + self._absences(scene, judged, findings)

    def _duty(self, scene: Scene, item: _Judged, heard: Sequence[Finding]) -> Finding:
        assert isinstance(item.rule, DutyRule)
        codes = {
            code for pattern in item.rule.trigger.codes for code in self._taxonomy.matching(pattern)
        }
        caused = [finding for finding in heard if finding.code in codes]
        return duty.conclude(item.rule, item.polarity, scene, item.weighed, caused)

    def _absences(
        self, scene: Scene, judged: Sequence[_Judged], findings: Sequence[Finding]
    ) -> list[Finding]:
        if not expected_in(scene.interaction.kind):
            return []
        met = {f.code for f in findings if f.verdict in HEARD}
        by_code: dict[str, list[_Judged]] = {}
        for item in judged:
            if self._codes[item.rule.code].scope == "always" and item.rule.code not in met:
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


@contextmanager
def _isolated(rule: AnyRule, scene: Scene) -> Iterator[None]:
    """A rule that fails says nothing, and the log says so; the others go on."""
    try:
        yield
    except Exception:
        log.exception("rule %s failed on interaction %s", rule.id, scene.interaction.id)


def _applies(rule: AnyRule, kind: Kind) -> bool:
    if kind.value not in rule.kinds or not fits_post(rule.code, kind):
        return False
    return kind is not Kind.SALON or rule.code.startswith(SALON)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one rule at the very same words are one."""
    return list({finding.id: finding for finding in findings}.values())


def _order(finding: Finding) -> tuple[float, str, str, str]:
    start = finding.evidence[0].span.start if finding.evidence else inf
    return (start, finding.code, finding.rule, finding.id)
