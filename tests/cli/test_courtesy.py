import json
import shutil

import pytest
from click.testing import CliRunner

from svcscore.cli.courtesy import courtesy
from svcscore.errors import InputError, SvcscoreError, UsageError
from svcscore.resources import data_folder

FOLDER = data_folder("models") / "courtesy"
SAMPLE = FOLDER.parents[1] / "samples" / "counter_bad.wav"


def ran(*args, stdin=None):
    return CliRunner().invoke(courtesy, [str(arg) for arg in args], input=stdin)


def classified(*lines, **kwargs):
    result = ran("classify", "--jsonl", "-", stdin="\n".join(lines), **kwargs)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(identity, text, **fields):
    return json.dumps({"id": identity, "text": text, **fields}, ensure_ascii=False)


def test_one_line_out_for_each_line_in():
    told = classified(
        line("一", "您别着急，我帮您看看"),
        "",
        line(2, "滚出去"),
        line("c", ""),
        line("d", "x", more=1),
    )
    assert [one["id"] for one in told] == ["一", 2, "c", "d"]
    assert [one["level"] for one in told] == [3, 0, 2, 2]
    for one in told:
        assert set(one) == {"id", "level", "probabilities"}
        assert len(one["probabilities"]) == 4
        assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_a_file_with_a_mark_of_byte_order(tmp_path):
    path = tmp_path / "话语.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line(1, "请签字").encode() + b"\r\n")
    result = ran("classify", "--jsonl", path)
    assert json.loads(result.stdout)["level"] == 2


def test_nothing_in_nothing_out():
    assert classified("") == []


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        '{"id": 1}',
        '{"text": "您好"}',
        '{"id": 1, "text": 5}',
        '{"id": 1, "text": "好", "start": -1}',
        '{"id": 1, "text": "好", "start": 2, "end": 1}',
    ],
)
def test_a_bad_line_is_named(bad):
    result = ran("classify", "--jsonl", "-", stdin=f"{line(1, '好')}\n{bad}\n")
    assert isinstance(result.exception, UsageError)
    assert "line 2" in str(result.exception)
    assert result.stdout == ""


def test_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(line(1, "好").encode("gbk"))
    result = ran("classify", "--jsonl", path)
    assert isinstance(result.exception, UsageError)
    assert "not UTF-8" in str(result.exception)


def test_a_missing_file(tmp_path):
    result = ran("classify", "--jsonl", tmp_path / "none.jsonl")
    assert isinstance(result.exception, UsageError)


@pytest.mark.skipif(not SAMPLE.exists(), reason="samples/ lies in the source tree only")
def test_audio_may_stand_beside_the_text():
    lines = [
        line(i, "请您签字", audio=str(SAMPLE), start=2.0 * i, end=2.0 * i + 1.5) for i in range(8)
    ]
    told = classified(*lines, line("beyond", "请您签字", audio=str(SAMPLE), start=1e6))
    assert [one["level"] for one in told] == [2] * 9


def test_audio_that_is_not_there():
    result = ran("classify", "--jsonl", "-", stdin=line(1, "好", audio="none.wav"))
    assert isinstance(result.exception, InputError)


def test_the_card_is_printed():
    result = ran("card")
    assert result.exit_code == 0
    assert "no one may be punished" in result.stdout


def few(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for path in [*(FOLDER / "data").glob("a-*.yaml"), *(FOLDER / "data").glob("f-*.yaml")]:
        shutil.copyfile(path, data / path.name)
    return data


def test_a_bank_trains_compares_and_uses_its_own_model(tmp_path):
    data, own = few(tmp_path), tmp_path / "own"
    trained = ran("train", data, "--out", own)
    assert trained.exit_code == 0, trained.output
    assert "| writer f | model |" in trained.stdout
    compared = ran("evaluate", data, "--model", own)
    assert compared.exit_code == 0, compared.output
    assert len(compared.stdout.splitlines()) == 4
    result = ran("classify", "--jsonl", "-", "--model", own, stdin=line(1, "您别着急，我陪您"))
    assert json.loads(result.stdout)["level"] == 3


def test_too_little_to_train_on(tmp_path):
    data = few(tmp_path)
    for path in data.glob("f-*.yaml"):
        path.unlink()
    result = ran("train", data, "--out", tmp_path / "own")
    assert isinstance(result.exception, SvcscoreError)
    assert not (tmp_path / "own").exists()


def test_the_page_in_the_docs_is_the_card():
    page = FOLDER.parents[1] / "docs" / "explanation" / "courtesy-card.md"
    if not page.exists():
        pytest.skip("docs/ lies in the source tree only")
    assert page.read_text("utf-8").endswith(ran("card").stdout)
