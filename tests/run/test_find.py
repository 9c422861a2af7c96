"""``svcscore phrases find``: phrases that no lexicon knows, in real sound."""

from __future__ import annotations

import json

import pytest
import runs

from svcscore.errors import UsageError
from svcscore.find import LONGEST, check_phrase
from svcscore.phrases.locate import LOOSEST, Locator
from svcscore.text.normalise import normalise


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    file = tmp_path_factory.mktemp("phrases") / "phrases.txt"
    file.write_text("\ufeff我爱吃红烧肉\n\n不归我管\n", encoding="utf-8")
    ended = runs.svcscore(
        "phrases", "find", runs.SAMPLES / "counter_bad.wav", "--jsonl",
        "--phrase", "有完沒完", "--phrases-file", file,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def best(found, phrase):
    return max((x for x in found if x["phrase"] == phrase), key=lambda x: x["probability"])


@pytest.mark.parametrize(("phrase", "spoken"), [("有完没完", 22.2), ("不归我管", 7.6)])
def test_what_was_said_is_found_where_it_was_said(found, phrase, spoken):
    line = best(found, phrase)
    assert line["probability"] > 0.7
    assert line["start"] == pytest.approx(spoken, abs=0.8)
    assert line["match"] in {"exact", "phonetic", "acoustic"}


def test_what_was_not_said_is_improbable(found):
    assert all(x["probability"] < 0.2 for x in found if x["phrase"] == "我爱吃红烧肉")


def test_lines_are_those_of_the_contract(found):
    keys = ["path", "phrase", "start", "end", "heard", "match", "probability"]
    assert all(list(line) == keys for line in found)


@pytest.mark.parametrize("phrase", ["", "  ", "hello", "长短" * LONGEST])
def test_a_phrase_that_cannot_be_searched(phrase):
    with pytest.raises(UsageError) as caught:
        check_phrase(phrase, "phrases.txt:7")
    assert "phrases.txt:7" in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jsonl"],
        ["--jsonl", "--phrase", ""],
        ["--phrase", "您好"],
        ["--jsonl", "--phrases-file", "x"],
    ],
)
def test_a_wrong_call(arguments, tmp_path):
    ended = runs.svcscore("phrases", "find", "a.wav", *arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_broken_stops_no_other(tmp_path):
    (tmp_path / "坏.wav").write_text("not audio")
    ended = runs.svcscore("phrases", "find", tmp_path / "坏.wav", "--jsonl", "--phrase", "您好啊")
    assert ended.returncode == 1
    assert "audio.not_audio" in ended.stderr


def test_every_likeness_is_told_and_none_overlaps():
    texts = [normalise("请慢走再见请漫走"), normalise("慢慢走吧"), normalise("今天下雨")]
    told = Locator(texts).likenesses(normalise("请慢走"))
    assert [(x.text, x.start, x.end, x.exact) for x in told[:2]] == [
        (0, 0, 3, True),
        (0, 5, 8, False),
    ]
    assert told[1].cost == 0
    assert all(x.cost <= LOOSEST for x in told)
    assert all(x.text != 2 for x in told)
