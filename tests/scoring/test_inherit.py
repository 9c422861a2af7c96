"""A bank's profile says only what differs, and a stored rubric comes back without files."""

from __future__ import annotations

import re

import pytest
from scoring_cases import CODES, DEFAULT, RUBRICS, SMALL

from svcscore.errors import ConfigError
from svcscore.scoring.rubric import load_rubric, load_rubric_text

CHILD = """\
extends: small
profile: branch
title: 分行
version: 1
about: 分行的口径。
"""


@pytest.fixture
def write(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")

    def written(text, name="branch"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, "utf-8")
        return path

    return written


def faults(path):
    with pytest.raises(ConfigError) as caught:
        load_rubric(path, CODES)
    return re.findall(r"(\w+\.yaml):(\d+): (\S+): (.*)", caught.value.message)


def test_a_child_changes_only_what_it_says(write):
    more = """\
deductions:
  major: {points: 4}
dimensions:
  - name: voices
    items:
      - {id: farewell, points: 4}
      - {id: thanks, title: 谢声, points: 4, codes: [voice.thanks]}
"""
    rubric = load_rubric(write(CHILD + more), CODES)
    parent = load_rubric(write(SMALL, "small"), CODES)
    assert (rubric.profile, rubric.title) == ("branch", "分行")
    assert (rubric.deductions.major.points, rubric.deductions.major.cap) == (4, 15)
    voices, tone = rubric.dimensions
    assert [(item.id, item.points) for item in voices.items] == [
        ("greeting", 8),
        ("farewell", 4),
        ("thanks", 4),
    ]
    assert voices.items[1].codes == ("voice.farewell",)
    assert (tone, rubric.bands) == (parent.dimensions[1], parent.bands)


def test_a_child_may_leave_dimensions_and_items_out(write):
    text = CHILD + "without: [tone, voices.greeting]\ndimensions: [{name: voices, weight: 100}]\n"
    (voices,) = load_rubric(write(text), CODES).dimensions
    assert [item.id for item in voices.items] == ["farewell"]


def test_children_of_children(write):
    write(CHILD + "review_width: 30\n")
    text = CHILD.replace("small", "branch").replace("profile: branch", "profile: outlet")
    rubric = load_rubric(write(text, "outlet"), CODES)
    assert (rubric.profile, rubric.review_width) == ("outlet", 30)


def test_packaged_profiles_are_parents_everywhere(write):
    path = write(CHILD.replace("small", "default"))
    assert load_rubric(path, CODES).dimensions == DEFAULT.dimensions
    own = write(CHILD.replace("small", "default").replace("branch", "default"), "default")
    assert load_rubric(own, CODES).title == "分行"


def test_the_digest_holds_the_parents_and_no_comments(write):
    path = write(CHILD)
    before = load_rubric(path, CODES).sha256
    write(SMALL.replace("about: 只为测试。", "about: 只为测试。  # why"), "small")
    assert load_rubric(path, CODES).sha256 == before
    write(SMALL.replace("review_width: 25", "review_width: 26"), "small")
    assert load_rubric(path, CODES).sha256 != before


@pytest.mark.parametrize("name", sorted(RUBRICS))
def test_a_stored_rubric_comes_back_equal(name):
    rubric = RUBRICS[name]
    assert load_rubric_text(rubric.source) == rubric
    assert load_rubric_text(rubric.source, CODES).sha256 == rubric.sha256


def test_a_child_comes_back_without_its_parents(write):
    rubric = load_rubric(write(CHILD + "review_width: 30\n"), CODES)
    assert "extends" not in rubric.source
    assert load_rubric_text(rubric.source) == rubric


def test_faults_of_a_stored_rubric_name_it():
    with pytest.raises(ConfigError, match=r"old:\d+: review_width"):
        load_rubric_text(DEFAULT.source.replace("review_width: 45", "review_width: -1"), name="old")


@pytest.mark.parametrize(
    ("more", "where", "what"),
    [
        ("dimensions: [{name: voices, weight: 50}]", ("branch.yaml", "6"), "add up to 90"),
        (
            "dimensions: [{name: voices, items: [{id: greeting, codes: [voice.greting]}]}]",
            ("branch.yaml", "6"),
            "did you mean 'voice.greeting'",
        ),
        ("without: [voices.greting]", ("branch.yaml", "6"), "did you mean 'voices.greeting'"),
        ("without: tone", ("branch.yaml", "6"), "list of names"),
        ("dimensions: [{name: extra, weight: 5}]", ("branch.yaml", "6"), "Field required"),
        ("dimensions: [{name: tone}, {name: tone}]", ("branch.yaml", "6"), "Field required"),
        ("review_width: -1", ("branch.yaml", "6"), "greater than 0"),
        ("deductions: {major: {points: 20}}", ("small.yaml", "12"), "less than one costs"),
    ],
)
def test_faults_are_told_where_they_can_be_mended(write, more, where, what):
    found = faults(write(f"{CHILD}{more}\n"))
    assert any((file, line) == where and what in message for file, line, _, message in found), found


def test_faults_of_the_parent_are_told_in_its_file(write):
    write(SMALL.replace("least: 0}", "least: 10}"), "small")
    assert ("small.yaml", "7") in [fault[:2] for fault in faults(write(CHILD))]
    write("profile: [", "small")
    assert faults(write(CHILD))[0][0] == "small.yaml"


def test_a_parent_that_is_not_there(write):
    ((file, line, _, message),) = faults(write(CHILD.replace("small", "smal")))
    assert (file, line) == ("branch.yaml", "1")
    assert "did you mean 'small'" in message
    assert "one profile" in faults(write(CHILD.replace("small", "[small]")))[0][3]


def test_profiles_that_extend_each_other(write):
    write(CHILD.replace("small", "branch"), "other")
    ((file, line, _, message),) = faults(write(CHILD.replace("small", "other")))
    assert (file, line) == ("other.yaml", "1")
    assert "branch → other → branch" in message
    assert "extend each other" in faults(write(CHILD.replace("small", "branch")))[0][3]


def test_each_file_names_itself(write):
    found = faults(write("extends: small\nprofile: branch\n"))
    assert [where for _, _, where, _ in found] == ["title", "version", "about"]


def test_anchors_that_make_a_file_endless(write):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "endless" in faults(write("\n".join(lines)))[0][3]
