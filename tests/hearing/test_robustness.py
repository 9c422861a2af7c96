"""The command with made voices and the real recogniser."""

import csv
import hashlib
import json
import sys

import pytest
import yaml
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.errors import UsageError, WeightsError
from svcscore.hearing.saying import CONDITIONS
from svcscore.hearing.speaker import Speaker
from svcscore.hearing.trying import AGAIN
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon
from svcscore.text.pinyin import read_confusions

LONG = "谢谢您对我们工作的认可"
HARD = "刁难人"
"""The recogniser writes 交难人 and the like."""
NAMES = ("phrases.csv", "confusions.csv")


def call(*args):
    return CliRunner().invoke(cli, ["phrases", "robustness", *map(str, args)])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heard")
    result = call("--phrase", LONG, "--phrase", HARD, "--voices", 1, "--save", folder, "--jsonl")
    assert result.exit_code == 0, result.output
    return folder, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_long_phrase_is_found_and_a_hard_one_is_said_again_by_more_voices(saved):
    _, lines = saved
    easy, hard = (next(line for line in lines if line["phrase"] == p) for p in (LONG, HARD))
    assert easy["said"] == len(CONDITIONS)
    assert easy["found"] >= 2
    assert hard["said"] == len(CONDITIONS) * (1 + AGAIN)
    assert hard["found"] < hard["said"]
    assert all(line["by_text"] <= line["found"] for line in lines)


def test_what_was_not_found_tells_what_was_heard(saved):
    _, lines = saved
    (hard,) = [line for line in lines if line["phrase"] == HARD]
    assert hard["heard"]
    assert all(HARD not in heard for heard in hard["heard"])


def test_what_was_heard_for_what_is_counted_by_sound(saved):
    folder, _ = saved
    initials, finals = read_confusions(folder)
    for counts in (initials, finals):
        right = sum(count for (said, heard), count in counts.items() if said == heard)
        assert 0.5 < right / sum(counts.values()) < 1


def test_table_and_card_are_kept(saved):
    folder, lines = saved
    card = yaml.safe_load((folder / "card.yaml").read_text("utf-8"))
    table = (folder / "phrases.csv").read_bytes()
    assert card["sha256"] == {name: digest(folder / name) for name in NAMES}
    assert card["said"] == sum(line["said"] for line in lines)
    assert card["recogniser"]["model"] == "base"
    rows = list(csv.DictReader(table.decode().splitlines()))
    assert {row["phrase"]: int(row["found"]) for row in rows} == {
        line["phrase"]: line["found"] for line in lines
    }


def test_a_pack_that_is_not_there_and_a_phrase_that_cannot_be_said():
    with pytest.raises(UsageError, match="did you mean"):
        cli.main(["phrases", "robustness", "forbiden-abuse"], standalone_mode=False)
    unsayable = (("", "is empty"), ("abc", "no Chinese character"), ("(好|坏", "bracket"))
    for phrase, told in unsayable:
        with pytest.raises(UsageError, match=told):
            cli.main(["phrases", "robustness", "--phrase", phrase], standalone_mode=False)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "misaki.zh", None)
    with pytest.raises(WeightsError, match="nothing here can speak") as caught:
        Speaker()
    assert "svcscore[speech]" in caught.value.remedy


def test_the_packaged_table_is_that_of_its_card_and_of_the_packs():
    folder = data_folder("models") / "hearing"
    table = (folder / "phrases.csv").read_bytes()
    card = yaml.safe_load((folder / "card.yaml").read_text("utf-8"))
    assert card["sha256"] == {name: digest(folder / name) for name in NAMES}
    known = {row["phrase"] for row in csv.DictReader(table.decode().splitlines())}
    phrases = {
        phrase
        for rule in load_lexicon(data_folder("lexicons")).rules
        for phrase in getattr(rule, "phrases", ())
    }
    assert len(phrases & known) > 0.85 * len(phrases)
