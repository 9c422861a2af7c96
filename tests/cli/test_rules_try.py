import json

import pytest
from ledger_cases import batch, visit
from rule_folders import RULE, call, make_folder, write

from svcscore.cli.main import exit_code
from svcscore.errors import ConfigError, InputError, StoreError, UsageError
from svcscore.ledger.ingest import ingest
from svcscore.store.database import Database


def findings(*args):
    result = call("try", "--json", *args)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_dialogue_is_told_in_chinese_with_what_follows_and_why():
    result = call("try", "--text", "柜员：您好请问办什么业务/客户：我都等了半天了/柜员：你急什么")
    assert result.exit_code == 0
    text = result.output.replace("\n", "")
    for told in ("柜台", "1 客户：我都等了半天了", "急什么", "违反（严重）", "已确认", "原话"):
        assert told in text
    assert "forbidden.impatience.whats-the-hurry" in result.output
    assert "等候安抚" in text
    assert "没有触发条件，不适用，未列出" in text


def test_speakers_may_be_single_characters_or_names_in_lines(tmp_path):
    for text in ("客:快点/柜:急什么", "客户：快点\n柜员：急什么", "customer: 快点/teller: 急什么"):
        (line,) = findings("--text", text)
        assert "forbidden.impatience" in {one["code"] for one in line["findings"]}
        assert {
            one["turn"] for one in line["findings"] if one["code"] == "forbidden.impatience"
        } == {1}


def test_one_turn_is_a_part_of_something_and_misses_nothing():
    (line,) = findings("--text", "柜员：急什么")
    assert {one["match"] for one in line["findings"]} == {"exact"}
    (line,) = findings("--text", "柜员：急什么/客户：好")
    assert "absence" in {one["match"] for one in line["findings"]}


def test_json_is_that_of_phrases_try():
    (line,) = findings(
        "--text", "柜员：急什么/客户：我的卡号是六二二二零二零二零零零一二三四五六七八"
    )
    assert set(line) == {"id", "findings"}
    told = line["findings"][0]
    assert {"code", "rule", "start", "end", "turn", "heard", "status", "why", "verdict"} <= set(
        told
    )


def test_what_is_shown_is_masked():
    result = call("try", "--text", "柜员：您的电话是幺三八零零一三八零零零对吧/客户：对")
    assert "幺三八零零一三八零零零" not in result.output
    assert "●" in result.output


def test_a_folder_of_ones_own(tmp_path):
    folder = write(make_folder(tmp_path / "own"), RULE)
    (line,) = findings(folder, "--text", "柜：急什么")
    assert [one["rule"] for one in line["findings"]] == ["test.hurry"]
    assert "规则没有发现" in call("try", folder, "--text", "柜：好的").output


def test_a_transcript_is_judged_visit_by_visit(tmp_path):
    turns = [
        {"start": 0.0, "end": 2.0, "role": "teller", "text": "您好请问办什么业务"},
        {"start": 3.0, "end": 4.0, "role": "customer", "text": "快点"},
        {"start": 5.0, "end": 6.0, "role": "teller", "text": "急什么"},
    ]
    path = tmp_path / "一段.json"
    path.write_text(json.dumps({"kind": "counter", "turns": turns}), "utf-8")
    (line,) = findings("--transcript", path)
    assert {"voice.greeting", "forbidden.impatience"} <= {one["code"] for one in line["findings"]}
    path.write_text('{"turns": []}', "utf-8")
    assert call("try", "--transcript", path).exit_code == 1
    path.write_text("[]", "utf-8")
    assert isinstance(call("try", "--transcript", path).exception, InputError)


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "stored.sqlite"
    with Database(str(path), create=True) as database:
        ingest(database, batch(visit(1)))
        given = visit(1).interactions[0].interaction.id
    return path, given


def test_a_stored_interaction(stored):
    path, given = stored
    (line,) = findings("--db", path, "--interaction", given)
    assert line["id"] == given
    assert {"voice.greeting", "forbidden.impatience"} <= {one["code"] for one in line["findings"]}
    error = call("try", "--db", path, "--interaction", "0000").exception
    assert isinstance(error, StoreError)
    assert "no interaction '0000'" in str(error)


def test_calls_that_cannot_be_meant(tmp_path, stored):
    for args in ((), ("--text", "柜：好", "--transcript", __file__), ("--interaction", "x")):
        assert call("try", *args).exit_code == 2
    for text in ("急什么", "柜员：好/急什么", "说话人1：好", "柜员：", "/"):
        error = call("try", "--text", text).exception
        assert isinstance(error, UsageError), text
        assert exit_code(error) == 2
        assert "柜员：您好" in str(error)


def test_all_faults_of_a_folder_are_told(tmp_path):
    folder = write(make_folder(tmp_path / "own"), {**RULE, "code": "forbiden.impatience"})
    write(folder, {**RULE, "id": "test.two", "colour": "red"}, name="two")
    error = call("try", folder, "--text", "柜：好").exception
    assert isinstance(error, ConfigError)
    assert "did you mean 'forbidden.impatience'" in str(error)
    assert "colour" in str(error)
