import hashlib

import yaml

from svcscore.dialogue.sidedness import MODEL
from svcscore.dialogue.train import Line, held_out, read_lines, trained
from svcscore.learnt import CARD
from svcscore.resources import data_folder, digest_of

ROLES = data_folder("models") / "roles"


def test_the_card_is_of_this_model_and_this_data():
    card = yaml.safe_load((ROLES / CARD).read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256((ROLES / MODEL).read_bytes()).hexdigest()
    assert card["data"]["sha256"] == digest_of(ROLES / "data", "*.yaml")
    assert card["held_out_by_scene"]["accuracy"] > 0.85


def test_there_is_enough_to_learn_from():
    own = yaml_lines()
    assert sum(line.side == "customer" for line in own) >= 500
    assert sum(line.side == "machine" for line in own) >= 80
    assert sum(line.side == "staff" for line in own) >= 300


def test_training_twice_gives_the_same_bytes():
    lines = yaml_lines()[::8]
    assert trained(lines) == trained(lines)


def test_held_out_scenes_are_not_learnt_by_heart():
    """Where the side follows from nothing but the text's own words, unseen scenes are not known."""
    lines = [
        Line(text * 2, side, f"scene-{i}", "w")
        for i, text in enumerate("甲乙丙丁戊己庚辛")
        for side in ("customer", "staff")
    ]
    assert held_out(lines, "scene")["accuracy"] == 0.5


def yaml_lines():
    return [line for line in read_lines(data_folder("models")) if line.writer == "r"]
