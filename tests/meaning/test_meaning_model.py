"""The model of meanings: its card, its data, what it tells, and that it can be trained anew."""

import hashlib
import shutil

import numpy as np
import pytest
import yaml

from svcscore.errors import ConfigError, WeightsError
from svcscore.learnt import CARD
from svcscore.meaning.data import Meant, read_meant
from svcscore.meaning.model import MODEL, load_meaning
from svcscore.meaning.train import fit, held_out, stored
from svcscore.resources import data_folder, digest_of

FOLDER = data_folder("models") / "meaning"
BREACHES = frozenset({"forbidden.abuse", "forbidden.command"})
OTHERS = frozenset({"voice.thanks"})


def turns(**fields):
    return read_meant(FOLDER / "data", breaches=BREACHES, others=OTHERS, **fields)


def test_the_card_is_of_this_model_and_this_data():
    card = yaml.safe_load((FOLDER / CARD).read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256((FOLDER / MODEL).read_bytes()).hexdigest()
    assert card["data"]["sha256"] == digest_of(FOLDER / "data", "*.yaml")
    assert load_meaning().sha256 == card["sha256"]


def test_the_model_knows_the_codes_of_its_pack():
    rules = yaml.safe_load((data_folder("lexicons") / "meaning.yaml").read_text("utf-8"))["rules"]
    assert set(load_meaning().codes) == {rule["code"] for rule in rules}


def test_probabilities_are_one_row_a_text_and_nothing_where_nothing_is_said():
    told = load_meaning().probabilities(["你是猪脑子吗", "", "，。", "请输入密码"])
    assert told.shape == (4, len(load_meaning().codes))
    assert ((told >= 0) & (told <= 1)).all()
    assert not told[1:3].any()
    abuse = load_meaning().codes.index("forbidden.abuse")
    assert told[0, abuse] > 0.7 > 0.1 > told[3, abuse]


def test_punctuation_and_form_of_address_change_nothing():
    one, other = load_meaning().probabilities(["您到底听没听进去", "你，到底听没听进去？"])
    assert np.allclose(one, other)


def test_near_misses_are_no_breach_but_may_be_something_else():
    for turn in turns():
        assert not turn.codes & turn.absent
        if turn.near and turn.near != "plain":
            assert turn.absent == BREACHES
        else:
            assert turn.absent == (BREACHES | OTHERS) - turn.codes


def test_training_twice_gives_the_same_bytes():
    some = turns()[::6]
    codes = sorted(BREACHES)
    assert stored(fit(some, codes)) == stored(fit(some, codes))


def test_held_out_turns_are_not_learnt_by_heart():
    """Where the code follows from nothing but the text's own words, unseen topics are not known."""
    lines = [
        Meant(
            text=text * 2,
            codes=frozenset({"a"} if breach else ()),
            absent=frozenset(() if breach else {"a"}),
            writer="w",
            topic=text,
        )
        for text in "甲乙丙丁戊己庚辛"
        for breach in (True, False)
    ]
    told = held_out(lines, ["a"], "topic")
    assert np.abs(told - 0.5).max() < 0.2


def test_a_code_without_turns_cannot_be_learnt():
    with pytest.raises(ValueError, match=r"branch\.salon"):
        fit(turns()[:50], ["branch.salon"])


def test_a_changed_model_is_not_loaded(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "meaning", ignore=shutil.ignore_patterns("data"))
    data = bytearray((tmp_path / "meaning" / MODEL).read_bytes())
    data[100] ^= 1
    (tmp_path / "meaning" / MODEL).write_bytes(bytes(data))
    with pytest.raises(WeightsError) as caught:
        load_meaning(tmp_path / "meaning")
    assert caught.value.code == "weights.corrupt"


@pytest.mark.parametrize("content", ["writer: [", "writer: s\ntopic: t", "turns: 3", "\x00"])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "s-01.yaml").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"s-01\.yaml"):
        read_meant(tmp_path, breaches=BREACHES, others=OTHERS)
