"""Rules tuned on what people decided: suggestions from one half, their worth on the other.

A half is told by a hash of the interaction's id, so it is the same in every run and no interaction
is in both. Precision is the share of stated hits that people confirmed; recall the share of confirmed
hits that stay stated. What no rule ever heard is in neither.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from svcscore.amendments import REVIEWER
from svcscore.decisions import standing
from svcscore.errors import StoreError
from svcscore.ledger.crew import Work, spread
from svcscore.ledger.judge import Anew, Rules
from svcscore.ledger.masked_words import masked_words
from svcscore.ledger.suggesting import ENOUGH, Hit, Proposal, suggest
from svcscore.records import Interaction, Match, Status, Verdict
from svcscore.rules.check import check
from svcscore.rules.definition import AnyRule
from svcscore.rules.load import Lexicon
from svcscore.scoring.agreement_bootstrap import Estimate
from svcscore.scoring.agreement_rules import Case, rule_accuracy
from svcscore.store import judgements, reader
from svcscore.store.database import Database
from svcscore.store.desk import labels
from svcscore.store.reader import Scope
from svcscore.text.masking import MASK
from svcscore.text.normalise import normalise
from svcscore.text.redaction import masked_turns

_HEARD = frozenset({Verdict.MET, Verdict.BREACHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What reviews say of a rule's hits in one half."""

    hits: int
    """Reviewed, stated or not."""
    right: int
    """Stated hits that people confirmed."""
    wrong: int
    """Stated hits that they did not."""
    precision: Estimate | None
    recall: Estimate | None
    sure_right: int
    """Right hits that are stated as confirmed, without asking anybody."""
    sure_wrong: int
    """Wrong hits that are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """One rule, what is suggested for it, and what that is worth."""

    rule: str
    code: str
    title: str
    tuning: Figures
    held_out: Figures
    proposal: Proposal | None
    """None where too little was reviewed, or nothing helps."""
    after: Figures | None
    """Of the held-out half, with the proposal."""
    failing: tuple[str, ...] = ()
    """Examples of the rule that the proposal would break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Words in which people heard something of a code."""

    code: str
    heard: str
    """Masked."""
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """All rules with reviewed hits."""

    interactions: int
    """With reviews."""
    hits: int
    stale: int
    """Reviews of findings that these rules do not make."""
    rules: tuple[Tuned, ...]
    missed: tuple[Missed, ...] = ()
    """What people added because no rule heard it: wordings for whoever writes phrases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _After:
    """What becomes of a hit: how the rule states it then, and how probable it is."""

    finding_id: str
    rule: str
    status: Status
    probability: float


def tune(database: Database, lexicon: Lexicon, scope: Scope, rule: str | None = None) -> Tuning:
    """Suggest changes of the rules, or of one of them, from reviewed hits; nothing is adopted.

    Args:
        database: open.
        lexicon: the rules, tried anew on the words of reviewed interactions; reviews go along.
        scope: which interactions.
        rule: id of the only rule that is tuned.

    Raises:
        StoreError: ``store.empty`` where nobody reviewed anything, or the database cannot be used.
    """
    with database.reading() as connection:
        reviewed = {one.key: one.chance for one in judgements.reviewed(connection, scope)}
        missed = _missed(connection, scope)
    if not reviewed and not missed:
        raise StoreError(
            "store.empty",
            "nobody has reviewed or added a finding of what is meant",
            "record decisions with `svcscore reviews add`, or widen the scope",
        )
    hits: list[Hit] = []
    stale = 0
    for found, lost in spread(database, list(reviewed), partial(_finding_hits, lexicon, reviewed)):
        hits += [hit for hit in found if rule is None or hit.rule == rule]
        stale += lost
    return Tuning(
        interactions=len(reviewed),
        hits=len(hits),
        stale=stale,
        rules=_tuned(database, lexicon, hits),
        missed=missed,
    )


def _missed(connection: Connection, scope: Scope) -> tuple[Missed, ...]:
    found = Counter(
        (it.code, masked_words(one.turns, it.evidence[0]))
        for one, it in labels.missed(connection, scope)
    )
    return tuple(
        Missed(code=code, heard=heard, times=times)
        for (code, heard), times in sorted(found.items())
    )


def is_held_out(interaction_id: str) -> bool:
    """Whether suggestions are tried on this interaction, rather than made from it."""
    return hashlib.sha256(interaction_id.encode()).digest()[0] % 2 == 1


def _tuned(database: Database, lexicon: Lexicon, hits: Sequence[Hit]) -> tuple[Tuned, ...]:
    rules = {rule.id: rule for rule in lexicon.rules}
    of: dict[str, list[Hit]] = {}
    for hit in hits:
        of.setdefault(hit.rule, []).append(hit)
    proposals: dict[str, Proposal] = {}
    for name, mine in of.items():
        learning = [hit for hit in mine if not is_held_out(hit.interaction_id)]
        if len(learning) >= ENOUGH and not (one := suggest(rules[name], learning)).empty:
            proposals[name] = one
    changed = {name: one.applied(rules[name]) for name, one in proposals.items()}
    after: dict[tuple[str, str], _After] = {}
    trying = [h for h in hits if is_held_out(h.interaction_id) and h.rule in changed]
    if trying:
        with database.reading() as connection:
            keys = reader.keys_by_id(connection, (hit.interaction_id for hit in trying))
        make = partial(_trying, _changed(lexicon, changed), trying)
        for some in spread(database, sorted(keys.values()), make):
            after.update({(one.rule, one.finding_id): one for one in some})
    failing = _failing(lexicon, changed)
    return tuple(
        _row(rules[name], of[name], proposals.get(name), after, failing.get(name, ()))
        for name in sorted(of)
    )


def _row(
    rule: AnyRule,
    hits: Sequence[Hit],
    proposal: Proposal | None,
    after: Mapping[tuple[str, str], _After],
    failing: tuple[str, ...],
) -> Tuned:
    held = [hit for hit in hits if is_held_out(hit.interaction_id)]
    then = None
    if proposal is not None:
        then = _figures([_becomes(hit, after.get((hit.rule, hit.finding_id))) for hit in held])
    return Tuned(
        rule=rule.id,
        code=rule.code,
        title=rule.title,
        tuning=_figures([hit for hit in hits if not is_held_out(hit.interaction_id)]),
        held_out=_figures(held),
        proposal=proposal,
        after=then,
        failing=failing,
    )


def _becomes(hit: Hit, after: _After | None) -> Hit:
    if after is None:
        return replace(hit, status=Status.REJECTED)
    return replace(hit, status=after.status, probability=after.probability)


def _figures(hits: Sequence[Hit]) -> Figures:
    cases = [
        Case(
            interaction_id=hit.interaction_id,
            finding_id=hit.finding_id,
            rule=hit.rule,
            code=hit.code,
            verdict=Verdict.MET,
            status=hit.status,
            reviews=(hit.review,),
            weight=hit.weight,
        )
        for hit in hits
    ]
    known = next(iter(rule_accuracy(cases, {hit.interaction_id for hit in hits})), None)
    sure = [hit for hit in hits if hit.status is Status.CONFIRMED]
    return Figures(
        hits=len(hits),
        right=sum(hit.right for hit in hits if hit.stated),
        wrong=sum(not hit.right for hit in hits if hit.stated),
        precision=known.precision if known else None,
        recall=known.recall if known else None,
        sure_right=sum(hit.right for hit in sure),
        sure_wrong=sum(not hit.right for hit in sure),
    )


def _changed(lexicon: Lexicon, changed: Mapping[str, AnyRule]) -> Lexicon:
    packs = tuple(
        pack.model_copy(update={"rules": tuple(changed.get(r.id, r) for r in pack.rules)})
        for pack in lexicon.packs
    )
    return replace(lexicon, packs=packs)


def _failing(lexicon: Lexicon, changed: Mapping[str, AnyRule]) -> dict[str, tuple[str, ...]]:
    """Examples that would fail, by rule."""
    if not changed:
        return {}
    pack = lexicon.packs[0].model_copy(update={"pack": "tuned", "rules": tuple(changed.values())})
    failing: dict[str, tuple[str, ...]] = {}
    for failure in check(replace(lexicon, packs=(*lexicon.packs, pack)), ["tuned"]):
        failing[failure.rule] = (*failing.get(failure.rule, ()), failure.text)
    return failing


# ------------------------------------------------------------------ in the processes


def _finding_hits(
    lexicon: Lexicon, chances: Mapping[int, float | None]
) -> Work[tuple[list[Hit], int]]:
    return partial(_hits, Rules(lexicon), chances)


def _hits(
    rules: Rules, chances: Mapping[int, float | None], connection: Connection, keys: Sequence[int]
) -> tuple[list[Hit], int]:
    hits: list[Hit] = []
    stale = 0
    for one in reader.stored(connection, keys):
        anew = rules.judge(one, reader.provenance(connection, one.provenance_key))
        chance = chances[one.key]
        hits += _hits_of(one.kept.interaction, anew, 1.0 if chance is None else 1.0 / chance)
        stale += anew.stale
    return hits, stale


def _hits_of(interaction: Interaction, anew: Anew, weight: float) -> Iterator[Hit]:
    decided = standing(anew.reviews)
    shown = masked_turns(interaction.turns)
    turns = {turn.index: text for turn, text in zip(interaction.turns, shown, strict=True)}
    for finding in anew.findings:
        if finding.rule == REVIEWER:
            continue  # people say what they added: no rule is to be tuned by it
        if finding.id not in decided or finding.verdict not in _HEARD or not finding.evidence:
            continue
        place = finding.evidence[0]
        said, heard = _said(turns.get(place.turn, "")), normalise(place.heard).text
        yield Hit(
            interaction_id=interaction.id,
            finding_id=finding.id,
            rule=finding.rule,
            code=finding.code,
            review=decided[finding.id],
            probability=finding.probability,
            status=finding.status,
            exact=finding.match is Match.EXACT,
            span=place.span,
            heard=heard if any(heard in part for part in said) else "",
            said=said,
            weight=weight,
        )


def _said(text: str) -> tuple[str, ...]:
    """A masked turn without what is masked: no number of a person must end up in a rule."""
    parts = (normalise(part).text for part in re.split(f"{MASK}+", text))
    return tuple(filter(None, parts))


def _trying(lexicon: Lexicon, hits: Sequence[Hit]) -> Work[list[_After]]:
    of: dict[str, list[Hit]] = {}
    for hit in hits:
        of.setdefault(hit.interaction_id, []).append(hit)
    return partial(_tried, Rules(lexicon), of)


def _tried(
    rules: Rules, hits: Mapping[str, list[Hit]], connection: Connection, keys: Sequence[int]
) -> list[_After]:
    found = []
    for one in reader.stored(connection, keys):
        mine = hits.get(one.id, [])
        if not mine:
            continue
        anew = rules.judge(one, reader.provenance(connection, one.provenance_key))
        for hit in mine:
            same = [
                finding
                for finding in anew.findings
                if finding.rule == hit.rule
                and finding.verdict in _HEARD
                and any(place.span.overlap(hit.span) > 0 for place in finding.evidence)
            ]
            if same:
                best = max(same, key=lambda f: (f.status is not Status.REJECTED, f.probability))
                found.append(
                    _After(
                        finding_id=hit.finding_id,
                        rule=hit.rule,
                        status=best.status,
                        probability=best.probability,
                    )
                )
    return found
