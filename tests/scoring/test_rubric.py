"""Profiles that are wrong are refused, with every fault at its line."""

from __future__ import annotations

import re

import pytest
from scoring_cases import CODES, DEFAULT, PROFILES, RUBRICS, SMALL

from svcscore.errors import ConfigError
from svcscore.scoring.profile import POSTS
from svcscore.scoring.rubric import load_rubric


def write(tmp_path, text):
    path = tmp_path / "small.yaml"
    path.write_text(text, "utf-8")
    return path


def faults(path):
    with pytest.raises(ConfigError) as caught:
        load_rubric(path, CODES)
    return re.findall(r"small\.yaml:(\d+): (\S+): (.*)", caught.value.message)


def test_a_right_profile(tmp_path):
    rubric = load_rubric(write(tmp_path, SMALL), CODES)
    assert len(rubric.sha256) == 64
    assert [d.name for d in rubric.dimensions] == ["voices", "tone"]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("weight: 40", "weight: 30", "14", "add up to 90"),
        ("voice.greeting", "voice.greting", "19", "did you mean 'voice.greeting'"),
        ("title: 小表", "titel: 小表", "2", "Extra inputs"),
        ("points: 8, codes: [voice.greeting]", "points: -1, codes: [voice.greeting]", "19", "than 0"),
        ("points: 1,", "points: .nan,", "25", "finite|than 0"),
        ("points: 1,", "points: .inf,", "25", "finite|less than"),
        ("id: farewell", "id: greeting", "20", "'greeting' stands twice"),
        ("name: tone", "name: voices", "21", "'voices' stands twice"),
        ("least: 70", "least: 0", "7", "best down"),
        ("least: 0}", "least: 10}", "7", "begin at 0"),
        ("[0, 35, 85, 100]", "[0, 35, 20, 100]", "8", "worth less"),
        ("cap: 15", "cap: 4", "12", "less than one costs"),
        ("major: {points: 5", "major: {points: 1", "10", "worse must not cost less"),
        ("courtesy: true", "courtesy: false", "25", "either codes or courtesy"),
        ("codes: [voice.farewell]", "codes: [voice.farewell, voice.farewell]", "20", "code stands twice"),
        ("courtesy: true", "courtesy: true, posts: [counter, counter]", "25", "post stands twice"),
        ("courtesy: true", "courtesy: true, posts: [salon]", "25", "'counter', 'lobby' or 'manager'"),
        ("version: 1", "version: 1\nversion: 2", "4", "key stands twice"),
        ("about: 只为测试。", "about: [", "6", "."),
    ],
)  # fmt: skip
def test_each_fault_has_its_line(tmp_path, old, new, line, what):
    found = faults(write(tmp_path, SMALL.replace(old, new, 1)))
    assert any(at == line and re.search(what, message) for at, _, message in found), found


GROUPS = """\
  groups:
    - {id: blame, title: 推诿, points: 6, cap: 12, codes: [forbidden.deflection]}
"""
CEILING = "ceiling: 59, dimensions: [{name: voices, ceiling: 40}]}"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("courtesy: true", "unless: [signal.silense]", "27", "did you mean 'signal.silence'"),
        ("courtesy: true", "courtesy: true, unless: [signal.silence]", "27", "either codes or courtesy"),
        ("courtesy: true", "unless: [forbidden.deflection]", "15", "counts already in dimensions.1.items.0"),
        ("[voice.farewell]", "[voice.greeting]", "22", "counts already in dimensions.0.items.0"),
        ("edge: closing", "edge: middle", "22", "'opening' or 'closing'"),
        ("[forbidden.deflection]", "[forbidden.deflect]", "15", "did you mean 'forbidden.deflection'"),
        ("[forbidden.deflection]", "[]", "15", "at least 1"),
        ("id: blame", "id: major", "15", "'major' stands twice"),
        ("cap: 12", "cap: 5", "15", "less than one costs"),
        ("name: voices, ceiling", "name: voice, ceiling", "13", "did you mean 'voices'"),
        ("ceiling: 40", "ceiling: 140", "13", "less than or equal to 100"),
        ("weight: 40", "weight: 40\n    at: {lobby: 50}", "26", "at 'lobby' the weights add up to 110"),
        ("weight: 40", "weight: 40\n    at: {hall: 50}", "26", "Extra inputs"),
        ("means: pass", "means: good", "6", "'pass', 'coach' or 'flag'"),
        ("means: pass", "means: flag", "7", "'coach' stands below 'flag'"),
        (", means: pass", "", "6", "all bands say what they mean"),
    ],
)  # fmt: skip
def test_faults_of_what_a_bank_may_add(tmp_path, old, new, line, what):
    text = SMALL.replace("ceiling: 59}\n", f"{CEILING}\n{GROUPS}", 1)
    text = text.replace("least: 70", "least: 70, means: pass").replace(
        "least: 0", "least: 0, means: coach"
    )
    text = text.replace("codes: [voice.farewell]", "codes: [voice.farewell], edge: closing")
    assert load_rubric(write(tmp_path, text), CODES).deductions.groups[0].repeats == 1
    found = faults(write(tmp_path, text.replace(old, new, 1)))
    assert any(at == line and re.search(what, message) for at, _, message in found), found


def test_all_faults_are_told_at_once(tmp_path):
    text = SMALL.replace("weight: 40", "weight: 30").replace("voice.farewell", "voice.bye")
    assert len(faults(write(tmp_path, text))) == 2


def test_a_post_without_items(tmp_path):
    only = SMALL.replace("]}\n", "], posts: [lobby]}\n").replace("true}", "true, posts: [lobby]}")
    assert [message for *_, message in faults(write(tmp_path, only))] == [
        "no item is for 'counter'",
        "no item is for 'manager'",
    ]


@pytest.mark.parametrize("text", ["", "[]", "profile: &a [*a]\n", "dimensions: &a\n  items: *a\n"])
def test_what_is_no_profile(tmp_path, text):
    assert faults(write(tmp_path, text))


def test_what_cannot_be_read(tmp_path):
    path = tmp_path / "small.yaml"
    assert faults(path)[0][1] == "file"
    path.write_bytes("profile: 五声".encode("gbk"))
    assert "UTF-8" in faults(path)[0][2]


def test_weights_may_add_up_to_one(tmp_path):
    text = SMALL.replace("weight: 60", "weight: 0.6").replace("weight: 40", "weight: 0.4")
    assert load_rubric(write(tmp_path, text), CODES).dimensions[0].weight == 0.6


@pytest.mark.parametrize("name", sorted(RUBRICS))
def test_the_profiles_that_are_shipped(name):
    rubric = RUBRICS[name]
    assert rubric.profile == name
    assert rubric.deductions.red_line.ceiling < next(b.least for b in rubric.bands[::-1] if b.least)
    for dimension in rubric.dimensions:
        for post in POSTS:
            assert any(post in item.posts for item in dimension.items)


def test_the_profiles_that_come_along():
    assert {path.stem for path in PROFILES.glob("*.yaml")} == {
        "default",
        "strict",
        "coaching",
        "five-voices-check",
        "city-bank",
        "seven-steps",
        "voices-three",
        "voices-explaining",
        "voices-praise",
        "voices-cooperation",
        "voices-asking",
        "voices-hospitality",
        "voices-all",
    }


@pytest.mark.parametrize(
    ("total", "band"),
    [(100, "优秀"), (90, "优秀"), (89.9, "良好"), (80, "良好"), (70, "合格"), (69.99, "不合格"), (0, "不合格")],
)  # fmt: skip
def test_bands(total, band):
    assert DEFAULT.band(total) == band
