"""Phrases that stand twice, that mean two things, or that cannot be heard safely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from svcscore.faults import Loc
from svcscore.phrases.candidates import PhraseSearch
from svcscore.phrases.evidence import VERY_CLOSE
from svcscore.phrases.index import SHORTEST_BY_SOUND
from svcscore.records import Polarity, Role
from svcscore.rules.base import Dialogue
from svcscore.rules.definition import AnyRule, NearRule, PhraseRule
from svcscore.rules.lint import Desk, Lint, in_order, listened, pieces_of
from svcscore.text.normalise import normalise
from svcscore.text.pinyin import syllables

COMMON = 3
"""Other rules' sentences with the sound of a phrase, from which on it is called common."""

Owner = tuple[AnyRule, Loc, str, str]
"""A rule, where a phrase stands in it, the phrase, and one plain form of it."""


def phrase_doubts(desk: Desk) -> Iterator[Lint]:
    """Doubts about the phrases of all rules."""
    yield from _twice_in_a_rule(desk)
    yield from _shared(desk)
    yield from _unguarded(desk)
    yield from _short(desk)
    yield from _common(desk)


def _twice_in_a_rule(desk: Desk) -> Iterator[Lint]:
    """Phrases that say nothing which the phrases before them do not say."""
    for rule in desk.lexicon.rules:
        seen: dict[tuple[object, ...], str] = {}
        for loc, phrase in listened(rule):
            forms = [(loc[:-1], pieces) for pieces in pieces_of(phrase)]
            owners = {seen[form] for form in forms if form in seen}
            if all(form in seen for form in forms):
                yield desk.doubt(
                    rule, loc, "duplicate", f"“{phrase}” is all in “{'”, “'.join(sorted(owners))}”",
                    "take it out",
                )  # fmt: skip
            for form in forms:
                seen.setdefault(form, phrase)


def _shared(desk: Desk) -> Iterator[Lint]:
    """Phrases of two rules, in the same words or the same sounds.

    Two rules of one code double each other where they count under the same conditions. Rules of two
    codes collide where one is a breach: the same words would earn and cost.
    """
    words: dict[tuple[object, ...], list[Owner]] = defaultdict(list)
    sounds: dict[tuple[object, ...], list[Owner]] = defaultdict(list)
    for rule in desk.lexicon.rules:
        if not isinstance(rule, PhraseRule):
            continue
        customer = rule.by == "customer"
        for loc, phrase in listened(rule):
            for pieces in pieces_of(phrase):
                owner = (rule, loc, phrase, "…".join(pieces))
                words[customer, pieces].append(owner)
                sounds[customer, syllables("…".join(pieces))].append(owner)
    told: dict[tuple[str, str, str], list[tuple[Owner, Owner]]] = defaultdict(list)
    for owners in [*words.values(), *sounds.values()]:
        for at, one in enumerate(owners):
            for other in owners[:at]:
                if check := _sharing(desk, one[0], other[0]):
                    told[one[0].id, other[0].id, check].append((one, other))
    for (_, _, check), pairs in told.items():
        yield _sharing_doubt(desk, check, pairs)


def _sharing(desk: Desk, one: AnyRule, other: AnyRule) -> str:
    """Which doubt it is that both rules have a phrase; none where nothing is wrong with that."""
    if one.id == other.id or not set(one.kinds) & set(other.kinds):
        return ""
    if one.code == other.code:
        return "duplicate" if _conditions(one) == _conditions(other) else ""
    codes = desk.lexicon.taxonomy.codes
    breach = any(codes[rule.code].polarity is Polarity.BREACH for rule in (one, other))
    return "collision" if breach else ""


def _conditions(rule: AnyRule) -> tuple[object, ...]:
    """All that decides whether a phrase of `rule` counts, and for how much."""
    assert isinstance(rule, PhraseRule)
    return (
        rule.severity, rule.by, rule.whole_turn, rule.opening, rule.closing, rule.gates,
        rule.unless_turn, rule.unless_next, rule.soften_by, rule.after,
    )  # fmt: skip


def _sharing_doubt(desk: Desk, check: str, pairs: list[tuple[Owner, Owner]]) -> Lint:
    # the very words are listed first
    (rule, loc, _, form), (other, _, _, sounding) = pairs[0]
    forms = {pair[0][3] for pair in pairs}
    more = f" and {len(forms) - 1} more" if len(forms) > 1 else ""
    same = f"“{form}”{more}" + ("" if form == sounding else f" sounds like “{sounding}”,")
    if check == "duplicate":
        remedy = "take it out of one of the two"
    else:
        remedy = "tell the two apart by longer phrases, `by`, `unless_turn` or a window"
    return desk.doubt(rule, loc, check, f"{same} is also in {desk.told(other)}", remedy)


def _unguarded(desk: Desk) -> Iterator[Lint]:
    """Counter-examples that hold a phrase of their rule, and nothing that undoes it."""
    gates = desk.lexicon.gates
    cues = (*gates.quoted, *gates.negated, *gates.hypothetical, *gates.colleague)
    for rule in desk.lexicon.rules:
        if not isinstance(rule, PhraseRule) or _needs_more(rule):
            continue
        undoing = (*rule.unless, *rule.unless_turn, *rule.unless_next, *rule.soften_by, *cues)
        for number, dialogue in enumerate(rule.counter_examples):
            texts = [normalise(text).text for _, text in dialogue.turns]
            if any(_holds(text, miss) for miss in undoing for text in texts):
                continue
            for phrase in rule.phrases:
                if any(_holds(text, phrase) for text in _own(rule, dialogue)):
                    yield desk.doubt(
                        rule, ("counter_examples", number), "unguarded",
                        f"the counter-example holds “{phrase}” and nothing undoes it",
                        "add to `unless` what makes it a near miss",
                    )  # fmt: skip
                    break


def _needs_more(rule: PhraseRule) -> bool:
    """Whether a place, or what came before, decides whether a phrase counts."""
    return bool(rule.whole_turn or rule.opening or rule.closing or rule.after)


def _own(rule: AnyRule, dialogue: Dialogue) -> Iterator[str]:
    """Turns of a dialogue that may be by whom the rule means."""
    for role, text in dialogue.turns:
        said_by = {"any", "customer" if role is Role.CUSTOMER else "staff", role.value}
        if role is Role.UNKNOWN or rule.by in said_by:
            yield normalise(text).text


def _holds(text: str, phrase: str) -> bool:
    return any(in_order(text, pieces) for pieces in pieces_of(phrase))


def _short(desk: Desk) -> Iterator[Lint]:
    """Phrases with a form of one syllable, which has too many homophones to match by sound."""
    for rule in desk.lexicon.rules:
        if isinstance(rule, NearRule) or _is_whole_turn(rule):
            continue  # its groups vouch for each other, or the rest of the turn does
        for loc, phrase in listened(rule):
            form = min(("".join(pieces) for pieces in pieces_of(phrase)), key=len)
            if len(form) < SHORTEST_BY_SOUND:
                yield desk.doubt(
                    rule, loc, "short",
                    f"“{form}” of “{phrase}” has one syllable and is found by its character alone",
                    "say more of the sentence, or set whole_turn",
                )  # fmt: skip


def _is_whole_turn(rule: AnyRule) -> bool:
    return isinstance(rule, PhraseRule) and rule.whole_turn


def _common(desk: Desk) -> Iterator[Lint]:
    """Phrases that sound like what is said elsewhere.

    Measured on the sentences of all examples and counter-examples: in how many the phrase is found
    by sound, at a cost per syllable up to `VERY_CLOSE`, though its words are not there.
    """
    sentences: dict[str, None] = {}
    for rule in desk.lexicon.rules:
        for dialogue in (*rule.examples, *rule.counter_examples):
            sentences.update(dict.fromkeys(text for _, text in dialogue.turns))
    texts = [normalise(text) for text in sentences]
    phrases = [phrase for rule in desk.lexicon.rules for _, phrase in listened(rule)]
    found = PhraseSearch(phrases, desk.lexicon.gates.negator_syllables).find(texts, stated=False)
    for rule in desk.lexicon.rules:
        for loc, phrase in () if isinstance(rule, NearRule) else listened(rule):
            places = found.get(phrase, ())
            said = {place.turn for place in places if place.exact}
            like = [p for p in places if p.cost <= VERY_CLOSE and p.turn not in said]
            if _is_whole_turn(rule):
                like = [p for p in like if p.end - p.start == len(texts[p.turn].text)]
            if len({place.turn for place in like}) >= COMMON:
                heard = sorted({texts[p.turn].text[p.start : p.end] for p in like})
                yield desk.doubt(
                    rule, loc, "common",
                    f"“{phrase}” sounds like {'、'.join(heard[:COMMON])} "
                    f"in {len({p.turn for p in like})} of {len(texts)} example sentences",
                    "say more of the sentence, or add those words to `unless`",
                )  # fmt: skip
