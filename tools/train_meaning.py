"""Train the model of meanings, write it with its card, and its digest into the pack.

Usage: python tools/train_meaning.py

It learns from `models/meaning/data`, from the phrases and examples of the packs (those of `meaning.yaml`
apart, which test it), and that turns of courtesy level 2 and 3 are not rude. It knows the codes for
which `lexicons/meaning.yaml` has a rule. `benchmarks/` is read by nothing here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import yaml

from svcscore.courtesy.data import read_turns
from svcscore.learnt import CARD
from svcscore.meaning.data import PLAIN, Meant, read_meant
from svcscore.meaning.model import MODEL
from svcscore.meaning.train import fit, held_out, stored
from svcscore.phrases.pattern import expand
from svcscore.records import STAFF_ROLES, Polarity, Role
from svcscore.resources import digest_of
from svcscore.rules.definition import AnyRule, RepeatRule
from svcscore.rules.load import NOT_PACKS, read_pack
from svcscore.rules.taxonomy import Taxonomy, load_taxonomy

ROOT = Path(__file__).resolve().parent.parent
PACK = "meaning.yaml"
POLITE = 2
"""Levels of courtesy from here on are no breach of manners; whether they mislead is not known."""
MANNERS = ("forbidden.", "rights.respect.breach")
MOST_FORMS = 4
"""Forms of a phrase with optional parts that are taken."""


def main() -> None:
    """Train, measure, write."""
    lexicon, folder = ROOT / "lexicons", ROOT / "models" / "meaning"
    taxonomy = load_taxonomy(lexicon)
    rules = yaml.safe_load((lexicon / PACK).read_text("utf-8"))["rules"]
    codes = sorted(rule["code"] for rule in rules)
    least = {rule["code"]: rule["least"] for rule in rules}
    breaches = of_polarity(taxonomy, Polarity.BREACH)
    others = of_polarity(taxonomy, Polarity.CREDIT, Polarity.DUTY)
    written = read_meant(folder / "data", breaches=breaches, others=others)
    manners = frozenset(code for code in breaches if code.startswith(MANNERS))
    turns = [*written, *from_packs(lexicon, taxonomy, breaches, others), *polite(manners)]
    data = stored(fit(turns, codes))
    (folder / MODEL).write_bytes(data)
    writers = sorted({turn.writer for turn in written})
    by = "writer" if len(writers) > 1 else "topic"
    told = held_out(turns, codes, by)[: len(written)]
    card = {
        "name": "meaning",
        "what": "probability that a turn of staff means a code, in whatever words",
        "how": "one logistic head a code over TF-IDF of runs of 1-4 characters, jieba's words and runs "
        "of 1-3 toneless syllables",
        "data": {
            "turns": len(written),
            "writers": writers,
            "by_code": dict(sorted(Counter(c for turn in written for c in turn.codes).items())),
            "near_misses": dict(sorted(Counter(t.near for t in written if t.near).items())),
            "from_packs_and_courtesy": len(turns) - len(written),
            "sha256": digest_of(folder / "data", "*.yaml"),
            "origin": "written for svcscore by language models in simplified Chinese; no recordings of people",
        },
        f"held_out_by_{by}": figures(written, told, codes, least, breaches),
        "limits": "written, not transcribed speech; near misses that differ in a word or two are often told "
        "as breaches, and most breaches in free words are not told; so a breach that only this "
        "model tells goes to review, never into a score by itself",
        "licence": "that of svcscore",
        "libraries": {name: version(name) for name in ("scikit-learn", "skops", "jieba")},
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    text = yaml.safe_dump(card, allow_unicode=True, sort_keys=False, width=100)
    (folder / CARD).write_text("# Written by tools/train_meaning.py.\n" + text, encoding="utf-8")
    pack = (lexicon / PACK).read_text("utf-8")
    (lexicon / PACK).write_text(
        re.sub("^model: .*$", f"model: {card['sha256']}", pack, flags=re.MULTILINE), "utf-8"
    )
    print(text)


def of_polarity(taxonomy: Taxonomy, *polarities: Polarity) -> frozenset[str]:
    """Codes of the taxonomy that have one of these."""
    return frozenset(c for c, code in taxonomy.codes.items() if code.polarity in polarities)


def from_packs(
    lexicon: Path, taxonomy: Taxonomy, breaches: frozenset[str], others: frozenset[str]
) -> Iterator[Meant]:
    """What staff say in the packs: phrases and examples, and what a rule says it is not."""
    for path in sorted(lexicon.glob("*.yaml")):
        if path.name == PACK or any(path.match(name) for name in NOT_PACKS):
            continue
        pack, faults = read_pack(path, taxonomy)
        assert pack is not None, faults
        for rule in pack.rules:
            if rule.by in {"customer", "any"}:
                continue
            # a phrase of a breach may be a credit in no case, but of two breaches it may be both
            apart = others if rule.code in breaches else breaches
            for text in said(rule, found=True):
                codes = frozenset({rule.code})
                yield Meant(text=text, codes=codes, absent=apart, writer="", topic="")
            for text in said(rule, found=False):
                absent = frozenset({rule.code})
                yield Meant(text=text, codes=frozenset(), absent=absent, writer="", topic="")


def said(rule: AnyRule, *, found: bool) -> Iterator[str]:
    """Single turns of staff that the rule finds, or that it says it does not."""
    for dialogue in rule.examples if found else rule.counter_examples:
        if len(dialogue.turns) == 1:
            role, text = dialogue.turns[0]
            if role is Role.UNKNOWN or role in STAFF_ROLES:
                yield text
    if isinstance(rule, RepeatRule):
        return  # said once they mean nothing
    for phrase in getattr(rule, "phrases", ()) if found else ():
        if "…" not in phrase:
            yield from ("".join(form.pieces) for form in expand(phrase)[:MOST_FORMS])


def polite(manners: frozenset[str]) -> Iterator[Meant]:
    """Turns of the courtesy data that offend nobody."""
    for turn in read_turns(ROOT / "models" / "courtesy" / "data"):
        if turn.level >= POLITE:
            yield Meant(text=turn.text, codes=frozenset(), absent=manners, writer="", topic="")


def figures(
    turns: tuple[Meant, ...],
    told: np.ndarray,
    codes: list[str],
    least: dict[str, float],
    breaches: frozenset[str],
) -> dict[str, object]:
    """What models that had not seen a turn's group make of it, at the limits of the rules."""
    limits = np.array([least[code] for code in codes])
    is_breach = np.array([code in breaches for code in codes])
    above = told >= limits
    breach = (above & is_breach).any(axis=1)
    best = np.where(is_breach, told, -1.0).argmax(axis=1)
    meant = np.array([bool(turn.codes & breaches) for turn in turns])
    right = np.array([codes[b] in turn.codes for b, turn in zip(best, turns, strict=True)])
    near = np.array([turn.near not in {"", PLAIN} for turn in turns])
    plain = np.array([turn.near == PLAIN for turn in turns])
    good = ~meant & ~near & ~plain
    by_code = {}
    for column, code in enumerate(codes):
        has = np.array([code in turn.codes for turn in turns])
        known = np.array([code in turn.codes or code in turn.absent for turn in turns])
        told_of = above[:, column] & known
        by_code[code] = {
            "recall": share(above[has, column]),
            "precision": share(has[told_of]),
            "turns": int(has.sum()),
        }
    return {
        "breaches_told": share(breach[meant]),
        "of_these_by_the_right_code": share(right[meant & breach]),
        "near_misses_told": share(breach[near]),
        "plain_turns_told": share(breach[plain]),
        "good_turns_told": share(breach[good]),
        "by_code": by_code,
    }


def share(of: np.ndarray) -> float | None:
    """Mean of truths, rounded; None of nothing."""
    return round(float(of.mean()), 3) if of.size else None


if __name__ == "__main__":
    main()
