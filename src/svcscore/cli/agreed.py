"""Agreement of machine and people: as a table, as JSON, and as a workbook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from svcscore.cli.tables import as_text

if TYPE_CHECKING:
    from svcscore.ledger.agreeing import Agreement
    from svcscore.reports.xlsx import Row
    from svcscore.scoring.agreement_bootstrap import Estimate
    from svcscore.scoring.agreement_rules import RuleAccuracy

_SHARES = ("wrong", "precision", "absence_precision", "recall")
_TITLES = ("错误率", "准确率", "缺失判断准确率", "召回率（按代码）")
_HEADS = ("rule", "reviewed", "wrong", "precision", "absent right", "recall of code")


def show(found: Agreement) -> str:
    """The figures for a terminal; each share with its interval in per cent."""
    parts = [_counted(found)]
    if found.rules:
        parts.append(_table(found.rules))
    pairs = found.reviewers
    parts.append(
        f"two reviewers ({pairs.pairs} pairs): raw {_share(pairs.raw)}, "
        f"kappa {_number(pairs.kappa)}, AC1 {_number(pairs.ac1)}"
    )
    totals = found.totals
    parts.append(
        f"totals of {totals.interactions} wholly reviewed interactions, machine against people: "
        f"mean absolute error {_number(totals.absolute)}, bias {_number(totals.bias)} points"
    )
    parts += [proposal.text for proposal in found.suspensions]
    return "\n".join(parts)


def to_json(found: Agreement) -> str:
    """All figures as one JSON object."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=1, allow_nan=False)


def write_book(found: Agreement, path: Path) -> None:
    """Write the workbook; the same figures give the same bytes.

    Raises:
        OutputError: where it cannot be written.
    """
    from svcscore.outputs import output_error
    from svcscore.reports.xlsx import Column, Sheet, workbook

    shares = tuple(
        column
        for title in _TITLES
        for column in (
            Column(title, 14, "0.0%"),
            Column("下限", 8, "0.0%"),
            Column("上限", 8, "0.0%"),
            Column("互动数", 8, "0"),
        )
    )
    counts = tuple(Column(title, 10, "0") for title in ("已复核", "推翻", "不适用"))
    rules = Sheet(
        "规则", (Column("规则", 30), Column("代码", 26), *counts, *shares),
        (_rule_row(rule) for rule in found.rules), len(found.rules),
    )  # fmt: skip
    figures = list(_figures(found))
    columns = (Column("指标", 44), *(Column(t, 10, "0.000") for t in ("数值", "下限", "上限")))
    texts = [(proposal.rule, proposal.text) for proposal in found.suspensions]
    try:
        with workbook(path, "机器与人工一致性") as writer:
            writer.write(rules)
            writer.write(Sheet("总体", columns, figures, len(figures)))
            writer.write(
                Sheet("建议停用", (Column("规则", 30), Column("说明", 120)), texts, len(texts))
            )
    except OSError as fault:
        raise output_error(path, fault) from fault


def _counted(found: Agreement) -> str:
    told = (
        f"{found.reviews} reviews in {found.interactions} interactions; {found.whole} of these "
        f"wholly reviewed, {found.drawn} drawn by a sample"
    )
    if found.stale:
        told += f"; {found.stale} reviews of findings that the present rules do not make left out"
    return told


def _table(rules: tuple[RuleAccuracy, ...]) -> str:
    table = Table(box=None, header_style="bold")
    for head in _HEADS:
        table.add_column(head, justify="left" if head == "rule" else "right", no_wrap=True)
    for rule in rules:
        shares = (_share(getattr(rule, name)) for name in _SHARES)
        table.add_row(rule.rule, str(rule.reviewed), *shares)
    return as_text(table)


def _share(value: Estimate | None) -> str:
    if value is None:
        return "—"
    return f"{value.value:.0%} [{value.low:.0%}–{value.high:.0%}]"


def _number(value: Estimate | None) -> str:
    if value is None:
        return "—"
    return f"{value.value:.2f} [{value.low:.2f}–{value.high:.2f}]"


def _rule_row(rule: RuleAccuracy) -> Row:
    cells: list[float | int | None] = []
    for name in _SHARES:
        share: Estimate | None = getattr(rule, name)
        cells += [share.value, share.low, share.high, share.units] if share else [None] * 4
    return (rule.rule, rule.code, rule.reviewed, rule.overturned, rule.not_applicable, *cells)


def _figures(found: Agreement) -> Iterator[Row]:
    for title, count in (
        ("有复核的互动", found.interactions),
        ("全部复核的互动", found.whole),
        ("由抽样方案抽出的互动", found.drawn),
        ("复核条数", found.reviews),
        ("现行规则不再产生的发现的复核（未计入）", found.stale),
        ("两人复核同一发现的对数", found.reviewers.pairs),
        ("比较总分的互动", found.totals.interactions),
    ):
        yield title, count, None, None
    for title, figure in (
        ("两人一致率", found.reviewers.raw),
        ("Cohen's kappa", found.reviewers.kappa),
        ("Gwet's AC1", found.reviewers.ac1),
        ("总分平均绝对误差（分）", found.totals.absolute),
        ("总分偏差（分，正数为机器偏高）", found.totals.bias),
    ):
        yield (title, figure.value, figure.low, figure.high) if figure else (title, *[None] * 3)
