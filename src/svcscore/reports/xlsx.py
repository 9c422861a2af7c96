"""`report.xlsx`: interactions, findings, staff and recordings as sheets.

Every text is written as text: nothing that was said, typed or named becomes a formula or a link, not
even after somebody edits the cell (texts that look like a formula carry Excel's quote prefix).
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from svcscore.reports import labels
from svcscore.reports.contract import InteractionLine, RecordingLine
from svcscore.reports.labels import Label
from svcscore.reports.summary import by_urgency, staff_rows
from svcscore.reports.whole import whole

MAX_ROWS = 1_048_576
"""Rows of a sheet, the header among them: the limit of the format."""
MAX_CHARS = 32_767
"""Of a cell, in UTF-16 units: the limit of the format."""
CUT = "…（已截断）"

Cell = str | float | int | bool | None
Row = tuple[Cell, ...]

_CREATED = dt.datetime(2000, 1, 1)
"""A workbook must say when it was made; the same lines must give the same bytes."""
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\n")
_COLOURS = {
    "best": ("#E2F3E7", "#17612F"),
    "good": ("#DFF2F1", "#0C5C5C"),
    "fair": ("#FFF2D8", "#704500"),
    "poor": ("#FDECEB", "#A81C13"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in characters, and how its numbers are shown."""

    title: str
    width: int
    number: str = "0.0"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, its rows made while they are written."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    count: int


def write_xlsx(
    path: Path, interactions: Sequence[InteractionLine], recordings: Sequence[RecordingLine]
) -> None:
    """Write the workbook; the same lines give the same bytes.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    lines = by_urgency(interactions)
    sheets = (_interactions(lines), _findings(lines), _staff(lines), _inputs(recordings))
    with workbook(path, "服务评分报告") as writer:
        for sheet in sheets:
            writer.write(sheet)


@contextmanager
def workbook(path: Path, title: str, *, charts: bool = False) -> Iterator[Writer]:
    """A workbook that is there whole or not at all.

    Args:
        path: of the workbook.
        title: in its properties.
        charts: whether there are any; they hold a copy of their cells, so rows stay in memory.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    options = {
        "constant_memory": not charts,  # rows wait in files, which may be left where writing fails
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    try:
        with (
            tempfile.TemporaryDirectory(prefix="svcscore-") as waiting,
            whole(path) as draft,
            xlsxwriter.Workbook(draft, {**options, "tmpdir": waiting}) as book,
        ):
            book.set_properties({"title": title, "created": _CREATED})
            yield Writer(book)
    except FileCreateError as error:
        (fault,) = error.args
        raise fault from error


class Writer:
    """Writes sheets of one workbook; holds its formats."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        looks = {"bold": True, "bg_color": "#10314C", "font_color": "#FFFFFF", "valign": "vcenter"}
        self._header = book.add_format(looks)
        self._quoted_header = book.add_format({**looks, "quote_prefix": True})
        self._quoted = book.add_format({"quote_prefix": True})
        self._numbers: dict[str, Format] = {}
        self._tones = {
            tone: book.add_format({"bg_color": back, "font_color": ink})
            for tone, (back, ink) in _COLOURS.items()
        }

    def write(self, sheet: Sheet) -> Worksheet:
        """Write one sheet; the rows in order, for earlier ones are no longer at hand."""
        page: Worksheet = self.book.add_worksheet(sheet.name)
        last = min(sheet.count, MAX_ROWS - 1)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width)
            title = writable(column.title)
            quoted = title.startswith(_LIKE_A_FORMULA)
            page.write_string(0, at, title, self._quoted_header if quoted else self._header)
            if column.title in {"等级", "红线", "待复核", "状态"}:
                self._colour(page, at, last)
        # where not all rows fit, the last one says so
        fits = sheet.count if sheet.count <= MAX_ROWS - 1 else MAX_ROWS - 2
        for number, row in enumerate(sheet.rows, 1):
            if number > fits:
                left = f"其余 {sheet.count - fits} 行超出表格上限，请看 jsonl 文件"
                page.write_string(number, 0, left)
                break
            for at, cell in enumerate(row):
                self._write_cell(page, number, at, cell, sheet.columns[at])
        return page

    def _write_cell(self, page: Worksheet, row: int, at: int, cell: Cell, column: Column) -> None:
        if isinstance(cell, str):
            text = writable(cell)
            page.write_string(
                row, at, text, self._quoted if text.startswith(_LIKE_A_FORMULA) else None
            )
        elif isinstance(cell, bool):
            page.write_string(row, at, "是" if cell else "否")
        elif cell is not None:
            page.write_number(row, at, cell, self._number(column.number))

    def _number(self, shown: str) -> Format:
        if shown not in self._numbers:
            self._numbers[shown] = self.book.add_format({"num_format": shown})
        return self._numbers[shown]

    def _colour(self, page: Worksheet, at: int, last: int) -> None:
        """Colour bands and what needs a look."""
        looks = {"是": "poor", "失败": "poor", "跳过": "fair", "待复核": "fair", **labels.TONES}
        for value, tone in looks.items():
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{value}"',
                "format": self._tones[tone],
            }
            page.conditional_format(1, at, max(last, 1), at, rule)


def writable(text: str) -> str:
    """`text` as a cell can hold it."""
    text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _units(text) <= MAX_CHARS:
        return text
    room = MAX_CHARS - _units(CUT)
    kept = text[:room]
    while _units(kept) > room:  # characters beyond the basic plane count twice
        kept = kept[: len(kept) - max(1, (_units(kept) - room) // 2)]
    return kept + CUT


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _zh(group: Mapping[str, Label], key: str | None) -> str:
    return "" if key is None else group[key].zh


def _interactions(lines: Sequence[InteractionLine]) -> Sheet:
    titles: dict[str, str] = {}
    for line in lines:
        for name, dimension in line.score.dimensions.items():
            titles.setdefault(name, dimension.title or name)
    columns = (
        Column("互动编号", 18), Column("录音", 36), Column("开始(秒)", 10), Column("结束(秒)", 10),
        Column("类型", 8), Column("员工", 12), Column("网点", 10), Column("时间", 22),
        Column("总分", 8), Column("下限", 8), Column("上限", 8), Column("等级", 10),
        Column("红线", 7), Column("待复核", 8), *(Column(title, 12) for title in titles.values()),
        Column("原因", 60), Column("录音编号", 18),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for line in lines:
            score = line.score
            scores = (score.dimensions.get(name) for name in titles)
            yield (
                line.interaction_id, line.path, line.start, line.end,
                _zh(labels.KINDS, line.kind), line.staff_id, line.branch_id, line.occurred_at,
                score.total, score.low, score.high, score.band or "未评分",
                score.red_line, score.needs_review, *(one.score if one else None for one in scores),
                "；".join(score.reasons), line.recording_id,
            )  # fmt: skip

    return Sheet("互动", columns, rows(), len(lines))


def _findings(lines: Sequence[InteractionLine]) -> Sheet:
    columns = (
        Column("发现编号", 18), Column("录音", 36), Column("员工", 12), Column("项目", 26),
        Column("结论", 10), Column("严重度", 8), Column("状态", 9), Column("概率", 8, "0%"),
        Column("角色", 10), Column("开始(秒)", 10), Column("结束(秒)", 10), Column("听到", 30),
        Column("规则用语", 30), Column("依据", 8), Column("说明", 60), Column("性质", 8),
        Column("代码", 28), Column("规则", 30), Column("互动编号", 18),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for line in lines:
            for one in line.findings:
                yield (
                    one.id, line.path, line.staff_id, one.title or one.code,
                    _zh(labels.VERDICTS, one.verdict), _zh(labels.SEVERITIES, one.severity),
                    _zh(labels.STATUSES, one.status), one.probability,
                    _zh(labels.ROLES, one.role), one.start, one.end, one.heard,
                    one.phrase, _zh(labels.MATCHES, one.match), one.why,
                    _zh(labels.POLARITIES, one.polarity), one.code, one.rule, line.interaction_id,
                )  # fmt: skip

    return Sheet("发现", columns, rows(), sum(len(line.findings) for line in lines))


def _staff(lines: Sequence[InteractionLine]) -> Sheet:
    columns = (
        Column("员工", 14), Column("互动", 8, "0"), Column("已评分", 8, "0"), Column("平均分", 9),
        Column("下限", 8), Column("上限", 8), Column("样本", 10), Column("红线数", 8, "0"),
        Column("疑似红线", 10, "0"), Column("待复核互动", 11, "0"),
        *(Column(f"{label.zh}发言", 10, "0") for label in labels.COURTESY),
    )  # fmt: skip
    staff = staff_rows(lines)
    rows: Iterator[Row] = (
        (
            row.staff_id, row.interactions, row.scored, row.mean,
            row.low, row.high, "足够" if row.enough else "样本不足", row.red_lines,
            row.red_lines_in_review, row.needs_review, *row.courtesy,
        )
        for row in staff
    )  # fmt: skip
    return Sheet("员工", columns, rows, len(staff))


def _inputs(recordings: Sequence[RecordingLine]) -> Sheet:
    columns = (
        Column("录音", 44), Column("状态", 8), Column("错误代码", 20), Column("说明", 50),
        Column("处理办法", 50), Column("提示", 50), Column("时长(秒)", 10), Column("语音(秒)", 10),
        Column("未听清(秒)", 10), Column("声道", 7, "0"), Column("采样率", 9, "0"),
        Column("信噪比(dB)", 11), Column("削波", 8, "0.00%"), Column("互动", 7, "0"),
        Column("录音编号", 18), Column("SHA-256", 66),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for one in recordings:
            error, quality = one.error, one.quality
            yield (
                one.path, _zh(labels.RECORDING_STATUSES, one.status),
                error.code if error else None, error.message if error else None,
                error.remedy if error else None,
                "；".join(f"{warning.code} {warning.message}" for warning in one.warnings),
                one.duration, one.speech, one.unheard_seconds, one.channels, one.sample_rate,
                quality.snr_db if quality else None, quality.clipped if quality else None,
                one.interactions, one.recording_id, one.sha256,
            )  # fmt: skip

    return Sheet("录音", columns, rows(), len(recordings))
