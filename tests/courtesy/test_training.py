import hashlib
import random

import numpy as np
import pytest
import yaml

from svcscore.courtesy.card import page, read_card
from svcscore.courtesy.classifier import load_courtesy
from svcscore.courtesy.data import Labelled, read_turns
from svcscore.courtesy.evaluation import calibration_error, evaluate, hold_out, weighted_kappa
from svcscore.courtesy.train import fit, stored
from svcscore.errors import ConfigError
from svcscore.meaning.features import spoken
from svcscore.meaning.mishearing import Mishearer
from svcscore.resources import data_folder, digest_of

FOLDER = data_folder("models") / "courtesy"
TURNS = read_turns(FOLDER / "data")
FEW = [turn for turn in TURNS if turn.writer in {"a", "e"}]


def test_training_again_gives_the_packaged_predictions():
    heads = fit(TURNS)
    texts = [turn.text for turn in TURNS[::7]]
    anew = heads.probabilities([spoken(text) for text in texts])
    assert np.abs(anew - load_courtesy().classify(texts)).max() < 0.02


def test_training_twice_gives_the_same_bytes():
    first, second = (stored(fit(FEW)) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


def test_the_card_tells_of_the_packaged_data_and_model():
    card = read_card(FOLDER)
    assert card.data is not None
    assert card.data.sha256 == digest_of(FOLDER / "data", "*.yaml")
    assert card.data.turns == len(TURNS)
    assert card.sha256 == load_courtesy().sha256
    assert "no one may be punished" in page(card)
    assert {"all writers", "writer f"} <= {result.tested_on for result in card.results}


def test_unseen_writers_are_judged_better_than_by_cues_or_length():
    held = hold_out(FEW, ["e"])
    assert {turn.writer for turn in held.turns} == {"e"}
    kappas = [
        evaluate("", held.turns, guess).figures["weighted_kappa"].value
        for guess in (held.model, held.cues_only, held.length_only)
    ]
    assert kappas[0] > 0.6
    assert kappas == sorted(kappas, reverse=True)


def test_figures():
    levels = np.array([0, 1, 2, 3])
    sure = np.eye(4)
    assert weighted_kappa(levels, sure) == 1.0
    assert weighted_kappa(np.array([2, 2]), sure[[2, 2]]) == 0.0
    assert calibration_error(levels, sure) == 0.0
    assert calibration_error(levels, sure[::-1]) == 1.0


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([turn for turn in FEW if turn.level], "every level"),
        ([turn for turn in FEW if turn.scene == "open-account"], "scenes"),
    ],
)
def test_too_little_to_train_on(turns, told):
    with pytest.raises(ValueError, match=told):
        fit(turns)


@pytest.mark.parametrize(
    "content",
    [
        "scene: x",
        "scene: x\nwriter: a\nturns: {7: [好]}",
        "[1",
        "scene: x\nwriter: a\nturns: {rude: [好]}",
    ],
)
def test_faults_of_a_file_of_turns_are_told(tmp_path, content):
    (tmp_path / "x.yaml").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"x\.yaml"):
        read_turns(tmp_path)


def test_a_folder_without_turns(tmp_path):
    with pytest.raises(ConfigError, match="no turns"):
        read_turns(tmp_path)


def test_an_incomplete_card_is_refused(tmp_path):
    (tmp_path / "card.yaml").write_text(yaml.safe_dump({"name": "x"}))
    with pytest.raises(ConfigError, match="limits"):
        read_card(tmp_path)


def test_mishearing_keeps_the_sound():
    said = [spoken(turn.text) for turn in TURNS[:200]]
    mishearer = Mishearer(said, replaced=1.0, lost=0.0)
    heard = mishearer.hear("身份证拿来", random.Random(0))
    assert heard != "身份证拿来"
    assert len(heard) == 5
    assert Mishearer(said, replaced=0.0, lost=1.0).hear("好", random.Random(0)) == "好"


def test_labelled_turns_are_unique_in_a_level():
    seen = {(t.writer, t.scene, t.level, t.text) for t in TURNS}
    assert len(seen) == len(TURNS)
    assert all(isinstance(turn, Labelled) for turn in TURNS)
