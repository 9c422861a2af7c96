"""The examples of the reference are rules that hold."""

import re
from pathlib import Path

import pytest
import yaml
from rule_cases import lexicon

from svcscore.rules.check import check

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def written():
    blocks = re.findall(r"```yaml\n(- id: .*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [rule for block in blocks for rule in yaml.safe_load(block)]


@pytest.mark.parametrize("rule", written(), ids=lambda rule: rule["kind"])
def test_rules_of_the_page(rule):
    assert [str(failure) for failure in check(lexicon(rule))] == []


def test_every_kind_has_an_example():
    kinds = {"phrase", "near", "duty", "entity", "meaning", "measure"}
    kinds |= {"expression", "repeat", "order", "together"}
    assert {rule["kind"] for rule in written()} == kinds
