"""The workbook, read back as a spreadsheet program reads it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile

import openpyxl
import pytest
from report_cases import FAILED, as_run, demo, hostile_run

from svcscore.records import Context, Role
from svcscore.reports import xlsx
from svcscore.reports.xlsx import CUT, MAX_CHARS, writable, write_xlsx
from svcscore.testing.records import (
    make_interaction,
    make_judged,
    make_recording,
    make_scored,
    make_turn,
)


def written(tmp_path, run):
    path = tmp_path / "report.xlsx"
    write_xlsx(path, run.interactions, run.recordings)
    return openpyxl.load_workbook(path)


def column(sheet, title):
    at = [cell.value for cell in sheet[1]].index(title)
    return [row[at].value for row in sheet.iter_rows(min_row=2)]


def test_four_sheets_hold_the_run(tmp_path):
    run = demo()
    book = written(tmp_path, run)
    assert book.sheetnames == ["互动", "发现", "员工", "录音"]
    assert column(book["互动"], "总分")[0] == run.interactions[0].score.total
    assert column(book["互动"], "互动编号")[0] == "real-1"
    assert len(column(book["互动"], "总分")) == len(run.interactions)
    assert len(column(book["发现"], "代码")) == sum(len(i.findings) for i in run.interactions)
    assert set(column(book["员工"], "样本")) == {"样本不足"}
    assert column(book["录音"], "错误代码")[-2:] == ["audio.not_audio", "input.empty"]
    assert "未评分" in column(book["互动"], "等级")


def test_headers_stay_in_sight_and_filter(tmp_path):
    for sheet in written(tmp_path, demo()):
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.column_dimensions["A"].width > 10
        assert sheet["A1"].font.bold


def test_bands_have_their_colours(tmp_path):
    book = written(tmp_path, demo())
    rules = [r for rs in book["互动"].conditional_formatting for r in rs.rules]
    assert any('"不合格"' in rule.formula for rule in rules)


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "1e5", "007",
     "http://example.org", "{=1}", "mailto:a@b"],
)  # fmt: skip
def test_no_text_becomes_a_formula_a_number_or_a_link(tmp_path, text):
    recording = make_recording(
        text, context=Context(staff_id=text, branch_id=text, occurred_at=text)
    )
    turn = make_turn(text or "好", role=Role.TELLER)
    one = make_judged(make_interaction([turn], id=text))
    book = written(tmp_path, as_run([make_scored(one, recording=recording)]))
    sheet = book["互动"]
    for title in ("互动编号", "录音", "员工", "网点", "时间"):
        at = [cell.value for cell in sheet[1]].index(title)
        cell = sheet.cell(2, at + 1)
        assert cell.data_type in {"s", "inlineStr"}
        assert cell.value.replace("\r", "\n").strip() == text.replace("\r", "\n").strip()
        assert cell.hyperlink is None
        assert cell.quotePrefix is (text[0] in "=+-@\t\r\n")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_hostile_text_is_only_text(tmp_path):
    book = written(tmp_path, as_run(*hostile_run()))
    assert column(book["录音"], "说明")[-1].startswith("</script>")


def test_what_a_cell_cannot_hold_is_left_out():
    assert writable("好\x00\x08\x0b\ud800\ufffe的\n\t") == "好的\n\t"


@pytest.mark.parametrize("char", ["好", "😀", "a"])
def test_long_texts_are_cut_with_a_mark(char):
    text = writable(char * 40_000)
    assert text.endswith(CUT)
    assert MAX_CHARS - 2 <= len(text.encode("utf-16-le")) // 2 <= MAX_CHARS
    assert writable(char * 100) == char * 100


def test_the_longest_text_can_be_read_back(tmp_path):
    one = make_judged(make_interaction([make_turn("好")], id="长" * 40_000))
    book = written(tmp_path, as_run([make_scored(one)]))
    assert len(book["互动"]["A2"].value) == MAX_CHARS


def test_rows_past_the_limit_of_a_sheet_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 10)
    book = written(tmp_path, demo())
    rows = column(book["互动"], "互动编号")
    assert len(rows) == 9
    assert rows[-1] == f"其余 {len(demo().interactions) - 8} 行超出表格上限，请看 jsonl 文件"
    assert len(column(book["员工"], "员工")) == 6


def test_a_sheet_that_is_just_full_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", len(demo().interactions) + 1)
    rows = column(written(tmp_path, demo())["互动"], "互动编号")
    assert len(rows) == len(demo().interactions)
    assert not rows[-1].startswith("其余")


def test_the_same_lines_give_the_same_bytes(tmp_path):
    run = demo()
    first, again = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_xlsx(first, run.interactions, run.recordings)
    time.sleep(2.1)  # times in archives are kept in steps of two seconds
    write_xlsx(again, run.interactions, run.recordings)
    assert first.read_bytes() == again.read_bytes()


def test_a_run_of_nothing_has_its_sheets(tmp_path):
    assert len(written(tmp_path, as_run([])).sheetnames) == 4
    assert column(written(tmp_path, as_run([], FAILED))["录音"], "状态") == ["失败", "跳过"]


def test_what_was_there_stays_where_it_cannot_be_written(tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"old")
    run = demo()
    broken = [*run.interactions, None]
    with pytest.raises(AttributeError):
        write_xlsx(path, broken, run.recordings)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.xlsx"]  # noqa: PTH208


@pytest.mark.parametrize("room", [1_000, 5_000])
def test_a_disk_without_room_is_told_as_such(tmp_path, room):
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"old")
    # in a process of its own: the limit holds for the whole of it, and the library leaves files open
    script = (
        "import pathlib, resource, sys\n"
        "from svcscore.reports.xlsx import write_xlsx\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "try:\n"
        "    write_xlsx(pathlib.Path(sys.argv[1]), (), ())\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    assert ended.stdout.strip() == "File too large", ended.stderr
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.xlsx"]  # noqa: PTH208
