"""How much somebody has: an amount behind a word for an account.

An amount alone is none: what is paid in, taken out or counted at the counter stays readable, and so do
limits and fees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcscore.text.digits import MASK

_N = rf"[\d零〇一二两三四五六七八九十百千万亿点.,，{MASK}]"
_SIZED = rf"(?:{_N}*[十百千万亿{MASK}]{_N}*|{_N}*\d{{3,}}{_N}*|[零〇一二两三四五六七八九]{{3,}}|{_N}+(?=[元块圆]))"
_AMOUNT = rf"(?P<amount>{_SIZED})(?<![.,，点])[多来几]?(?:元|块|圆|美元|美金|欧元|港币|英镑)?"
_OTHER = (
    rf"(?![.,，]?[\d{MASK}]|[零〇一二两三四五六七八九十百千万亿]"
    r"|[年月日号天个位人张次笔折楼期岁%％级星秒小路室名分点]|以上|以下|以内|以外|起|的限)"
)
"""What counts something else than money, or sets a limit."""
_LINK = (
    r"(?:现在|目前|当前|今天|这边|显示|上面|里面|里头|里|头|上|这张|那张|这个|一共|总共|合计|就是|就|才|只|还|还是|共|"
    r"是|有|为|剩下|剩|余|大概|差不多|大约|约|的|了|到账|入账|发了|一个?月|发|多|嗯|啊|呃|额|"
    r"[:：，,、 ?？\n。]|人民币|呢|您|你|应该|快|已经|多少钱|多少|对|好的|好|我看看|我看一下|哦|哈|查一下){0,10}"
)
_DEALING = "取存转收付交缴扣给找打刷换买卖花限费率息低高超满少最够要用办开汇还款"
_GAP = rf"(?:(?![{_DEALING}]|{_N})\w){{0,8}}"
"""Words between, as long as nobody pays, takes out or speaks of limits."""
_OWNER = "(?:您|你|他|她|我)(?:们家|家|爱人|老公|老婆|妈|爸|妈妈|爸爸|儿子|女儿|孩子|父亲|母亲)?的?"
_ACCOUNT = (
    r"(?:余[额儿鹅俄]|结余|账上|帐上|账户[里上]?|帐户[里上]?|账号里|卡[里上]|折子?[里上]|存折[里上]|户头[里上]?|名下|本金|"
    rf"{_OWNER}(?:工资|存款|存单|贷款|房贷|车贷|定期|活期|理财|基金|股票|保单|欠款|年金|总资产|资产|收入|年薪|月薪|负债)|"
    r"工资(?=到账|入账|发|是|有|一个?月)|工资卡|退休金|养老金|公积金|医保|总资产|欠款|存款(?=[一有还总是共]))"
)
_HELD = re.compile(rf"{_ACCOUNT}(?:{_LINK}|{_GAP}){_AMOUNT}{_OTHER}")
_LEFT = re.compile(
    rf"(?:还有|还剩下?|剩下|剩余|只剩下?|就剩下?){_LINK}{_AMOUNT}{_OTHER}"
    r"(?=[，。,.！!？?、；;对吧呢啊吗哈哦您你我够不\s]|左右|$)"
)
_SMALL = re.compile(r"(?:[一二两三四五六七八九]|\d)?[十百](?:[一二两三四五六七八九]十?)?|\d{1,3}")
_COUNTING = re.compile(
    r"(?:没数|没给|没点|要数|数到|收您|找您|取|存|先给|再给|给您)[^。！？!?]{0,10}$"
)
_LIMIT = re.compile(r"(?:低于|高于|超过|少于|不足|至少|最低|保留|保底|以上|以下|满)[^。，,]{0,4}$")


def balances(text: str) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Start, end and hidden places of every balance: the numerals go, the unit stays."""
    seen = 0
    for match in sorted((*_HELD.finditer(text), *_left(text)), key=lambda found: found.start()):
        start, end = match.span("amount")
        if start < seen or _LIMIT.search(text[match.start() : start]):
            continue
        seen = end
        yield start, end, frozenset(range(start, end))


def _left(text: str) -> Iterator[re.Match[str]]:
    """还有 speaks of a balance only where the amount is no handful of notes and nobody counts."""
    for match in _LEFT.finditer(text):
        small = _SMALL.fullmatch(match["amount"])
        if not small and not _COUNTING.search(text[: match.start()]):
            yield match
