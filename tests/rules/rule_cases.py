"""Small lexicons: the packaged taxonomy and gates, and the rules that a test is about."""

from dataclasses import replace
from functools import cache

import yaml

from svcscore.meaning.model import load_meaning
from svcscore.resources import data_folder
from svcscore.rules.definition import Pack
from svcscore.rules.engine import Engine
from svcscore.rules.load import Gates, Lexicon
from svcscore.rules.spoken import kind_of, spoken
from svcscore.rules.taxonomy import load_taxonomy


@cache
def _base():
    folder = data_folder("lexicons")
    gates = Gates.model_validate(yaml.safe_load((folder / "gates.yaml").read_text("utf-8")))
    return load_taxonomy(folder), gates


def rule(code="forbidden.impatience", *phrases, **fields):
    """A rule as its YAML would give it; a red line unless said otherwise."""
    taxonomy, _ = _base()
    severe = taxonomy.codes[code].polarity in {"breach", "measure"}
    defaults = {
        "id": f"test.{code.replace(chr(95), chr(45))}",
        "kind": "phrase",
        "code": code,
        "title": "测试规则",
        "why": "用于测试",
        "source": "测试",
        "examples": ["例子"],
        "counter_examples": ["反例"],
    }
    if severe:
        defaults["severity"] = "red_line"
    if phrases:
        defaults["phrases"] = list(phrases)
    return {**defaults, **fields}


def lexicon(*rules):
    taxonomy, gates = _base()
    pack = Pack.model_validate(
        {"pack": "test", "title": "测试", "version": 1, "rules": list(rules)}
    )
    meaning = load_meaning() if any(rule["kind"] == "meaning" for rule in rules) else None
    return Lexicon((pack,), taxonomy, gates, "0" * 64, meaning)


def engine(*rules):
    return Engine(lexicon(*rules))


def said(*lines, kind=None, complete=True, **fields):
    """An interaction of `lines`, each a role and a text."""
    kind = kind or kind_of([role for role, _ in lines])
    return replace(spoken("i1", lines, kind, complete=complete), **fields)


def heard(findings):
    """Codes of what was heard, absences left out."""
    return [f.code for f in findings if f.verdict in {"met", "breached"}]
