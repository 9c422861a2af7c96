import io
import json

import pytest
from click.testing import CliRunner

from svcscore.cli import main
from svcscore.cli.phrases import phrases
from svcscore.errors import UsageError
from svcscore.reports.lines import FindingLine

RUDE = {"id": "a", "role": "teller", "text": "你爱办不办"}


def call(*lines, source=None):
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return CliRunner().invoke(phrases, ["try", "--jsonl", source or "-"], input=text)


def findings(*lines):
    result = call(*lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def codes(line):
    (answer,) = findings(line)
    return [f["code"] for f in answer["findings"] if f["match"] != "absence"]


def test_a_line_for_each_line():
    answers = findings(RUDE, {"id": 7, "role": "customer", "text": "你爱办不办"})
    assert [answer["id"] for answer in answers] == ["a", 7]
    (finding,) = answers[0]["findings"]
    assert finding["code"] == "forbidden.confrontation"
    assert finding["severity"] == "red_line"
    assert finding["heard"] in "你爱办不办"
    assert finding["match"] == "exact"
    assert finding["status"] == "review"
    assert finding["probability"] > 0.9
    assert finding["role"] == "teller"
    assert finding["turn"] == 0
    assert set(finding) == set(FindingLine.model_fields)
    assert not [f for f in answers[1]["findings"] if f["polarity"] == "breach"]


def test_a_single_turn_misses_nothing():
    (answer,) = findings({"id": 1, "role": "teller", "text": "存多少"})
    assert not [f for f in answer["findings"] if f["match"] == "absence"]


def test_turns_give_context_and_absences():
    turns = [
        {"role": "customer", "text": "怎么这么慢，等了一个小时"},
        {"role": "teller", "text": "没看我正忙着吗，急什么"},
    ]
    (answer,) = findings({"id": 1, "turns": turns})
    absent = {f["code"] for f in answer["findings"] if f["match"] == "absence"}
    assert {"voice.greeting", "voice.farewell", "voice.apology"} <= absent
    assert "forbidden.impatience" in {f["code"] for f in answer["findings"]}
    assert not [f for f in answer["findings"] if f["verdict"] == "not_applicable"]


def test_traditional_script_and_punctuation():
    assert codes({"id": 1, "role": "teller", "text": "你愛辦，不辦！"}) == [
        "forbidden.confrontation"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "不知道您今天办什么业务",
        "骗子会跟您说保本高收益，千万别信",
        "没关系，您慢慢找",
        "麻烦您了",
        "您别着急",
    ],
)
def test_near_misses(text):
    assert not [
        code
        for code in codes({"id": 1, "role": "teller", "text": text})
        if code.startswith("forbidden.") or code.endswith(".breach")
    ]


def test_a_file(tmp_path):
    path = tmp_path / "线 1.jsonl"
    path.write_text("﻿" + json.dumps(RUDE, ensure_ascii=False) + "\n\n", "utf-8")
    result = call(source=str(path))
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": 1}', "either role and text, or turns"),
        ('{"id": 1, "role": "teller", "text": "好", "turns": []}', "either role and text"),
        ('{"role": "teller", "text": "好"}', "id: Field required"),
        ('{"id": 1, "role": "king", "text": "好"}', "role: Input should be"),
        ('{"id": 1, "turns": [{"role": "teller"}]}', "turns.0.text: Field required"),
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
    ],
)
def test_bad_lines_are_told_by_number(line, reason):
    text = f"{json.dumps(RUDE)}\n\n{line}\n"
    result = CliRunner().invoke(phrases, ["try", "--jsonl", "-"], input=text)
    assert isinstance(result.exception, UsageError)
    assert result.exception.code == "input.invalid"
    assert "line 3" in result.exception.message
    assert reason in result.exception.message
    assert result.output == ""


def test_bytes_that_are_no_text():
    result = CliRunner().invoke(phrases, ["try", "--jsonl", "-"], input=b"\xff\n")
    assert isinstance(result.exception, UsageError)
    assert "not UTF-8" in result.exception.message


def test_a_file_that_is_not_there(tmp_path):
    result = call(source=str(tmp_path / "nowhere.jsonl"))
    assert isinstance(result.exception, UsageError)
    assert main.exit_code(result.exception) == 2


def test_exit_code_and_one_clear_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["svcscore", "phrases", "try", "--jsonl", "-"])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}\n"), "utf-8"))
    with pytest.raises(SystemExit) as caught:
        main.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("error: -: line 1:")
