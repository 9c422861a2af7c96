"""Where somebody lives: the numbers of house, stairs and flat behind a street or an estate.

The street stays readable, as a surname does: it tells little alone. Where a branch is, is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcscore.text.digits import MASK

_NUMBER = rf"(?:[0-9A-Za-z{MASK}]{{1,5}}|[零〇一二三四五六七八九十百两幺]{{1,6}})"
_PLACE = (
    r"(?:路|街|大道|巷|胡同|弄堂|小区|花园|花苑|家园|公寓|新村|新城|公馆|名苑|雅苑|嘉园|庄园|别墅|宿舍|家属院|"
    r"苑|坊|村|屯|庄)"
)
_UNIT = r"(?:号楼|号院|号|弄|栋|幢|座|单元|门|楼|层|室|房|组|户)"
_CHAIN = re.compile(
    rf"{_PLACE}(?:的|是|，|,| |、){{0,2}}(?P<chain>(?:{_NUMBER}(?:的)?{_UNIT}(?:，|,| |、|的|嗯|啊)?)+"
    rf"(?:{_NUMBER}(?![块元万点年月日号]))?)"
)
_HIDDEN = re.compile(_NUMBER)
_PUBLIC = re.compile(
    r"网点|支行|分行|总行|银行|营业厅|营业部|大厅|柜员机|取款机|ATM|派出所|公安局|社保局|政务|法院|我们行|咱们行|"
    r"公司|单位|医院|学校|车站|地铁|公交"
)
_NEAR = 12
"""Characters before and after in which a word may say that it is no home."""


def addresses(text: str) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Start, end and hidden places of the numbers of every home."""
    for match in _CHAIN.finditer(text):
        start, end = match.span("chain")
        around = text[max(0, match.start() - _NEAR) : end + _NEAR]
        if _PUBLIC.search(around):
            continue
        hidden = {
            place
            for part in _HIDDEN.finditer(text, start, end)
            for place in range(part.start(), part.end())
        }
        yield start, end, frozenset(hidden)
