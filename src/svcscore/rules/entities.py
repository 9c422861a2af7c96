"""Numbers that mean something: who somebody is, what is on an account, an amount, a date.

All work on normalised text: no punctuation, digits as characters (三七零幺 and 3701 read 三七零一).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from svcscore.phrases.pattern import PatternError

Entity = Literal["id_number", "bank_card", "phone_number", "balance", "amount", "date"]
NAMES: dict[str, str] = {
    "id_number": "身份证号码",
    "bank_card": "银行卡号",
    "phone_number": "手机号码",
    "balance": "账户余额",
    "amount": "金额",
    "date": "日期",
}

_DIGITS = "零一二三四五六七八九"
_DIGIT = f"[{_DIGITS}]"
_RUN = re.compile(rf"{_DIGIT}{{11,}}[x叉]?")
_BIRTH = re.compile(r"[一二三四五六七八]\S{5}(?:一九|二零)\S{2}[零一]\S[零一二三]\S")
"""The head of an identity number: region, then year, month and day of birth."""
_NUMERALS = f"{_DIGITS}两十百千万亿点"
_SUM = rf"(?:[{_NUMERALS}]*[{_DIGITS}两十百千][万亿千百][{_NUMERALS}]*|{_DIGIT}{{4,}})(?:多|元|块|块钱)?"
_LINK = "(?:现在|目前|一共|总共|就|才|只|还|是|有|剩|剩下|为|大概|差不多){0,4}"
_BALANCE = re.compile(
    rf"(?:余额|账上|账户里|账户上|账户|卡里|卡上|折里|折上|折子上|里面){_LINK}(?:{_SUM})"
    rf"|(?:你|他|她)(?:的)?(?:工资|存款|贷款|定期|活期|理财|基金){_LINK}(?:{_SUM})"
)
_AMOUNT = re.compile(
    rf"(?P<told>(?=[{_NUMERALS}]*[{_DIGITS}两十])[{_NUMERALS}]++)"
    r"(?:(?P<unit>多?(?:元|块钱|块|欧|美元|美金|港币))|(?![年月日号点分秒个位人次张岁天米层楼页%期笔户]))"
)
_SMALL = rf"[{_DIGITS}十]{{1,3}}"
_DATE = re.compile(
    rf"(?:{_DIGIT}{{2,4}}年(?:的)?)?{_SMALL}月(?:份)?{_SMALL}(?:号|日)|{_DIGIT}{{4}}年(?:{_SMALL}月)?"
)
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_WANTED = re.compile(r"\{(?P<name>[a-z_]+)(?:>=(?P<least>\d+))?\}")


@dataclass(frozen=True, slots=True)
class Said:
    """An entity in a text: its place, and how much it is where it is an amount."""

    name: Entity
    start: int
    end: int
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entity that stands for a phrase: ``{date}``, ``{amount>=50000}`` (yuan)."""

    name: Entity
    least: float = 0.0

    def holds(self, said: Said) -> bool:
        """Whether `said` is one."""
        return said.name == self.name and said.value >= self.least


@lru_cache(maxsize=1024)
def wanted(phrase: str) -> Wanted | None:
    """What `phrase` stands for; None where it is words.

    Raises:
        PatternError: an entity that is not known, or a size of what has none.
    """
    if not phrase.startswith("{"):
        return None
    match = _WANTED.fullmatch(phrase)
    names = get_args(Entity)
    if match is None or match["name"] not in names:
        known = ", ".join(f"{{{name}}}" for name in names)
        raise PatternError(f"{phrase!r} is no entity; there are {known} and {{amount>=50000}}")
    if match["least"] and match["name"] != "amount":
        raise PatternError(f"{phrase!r}: only an amount has a size")
    return Wanted(names[names.index(match["name"])], float(match["least"] or 0))


def entities(text: str) -> Iterator[Said]:
    """Every entity in normalised `text`, in order.

    Numbers are told by their length: 11 digits that begin as mobile numbers do, 15 or 18 (the last
    may be X) with a date of birth in the right place, 16 to 19 else. A balance is an amount behind a
    word for an account; an amount alone (cash over the counter, 收您一万) is none.
    """
    found = [
        *(Said(name, *m.span()) for m in _RUN.finditer(text) if (name := _number(m.group()))),
        *(Said("balance", *m.span()) for m in _BALANCE.finditer(text)),
        *(Said("date", *m.span()) for m in _DATE.finditer(text)),
        *_amounts(text),
    ]
    yield from sorted(found, key=lambda said: (said.start, said.end, said.name))


def _amounts(text: str) -> Iterator[Said]:
    for match in _AMOUNT.finditer(text):
        told, unit = match["told"], match["unit"]
        if unit or any(sign in told for sign in "百千万亿"):
            yield Said("amount", *match.span(), amount(told))


def amount(told: str) -> float:
    """How much a Chinese numeral is: 八十三万六 is 836,000, 三百五 350, 二零零零 2,000.

    A last digit behind a unit counts a tenth of it, as it is said, but for one behind 零.
    """
    if not any(sign in _UNITS for sign in told):
        whole, _, part = told.replace("两", "二").partition("点")
        digits = "".join(str(_DIGITS.index(sign)) for sign in whole)
        rest = "".join(str(_DIGITS.index(sign)) for sign in part.replace("点", ""))
        return float(f"{digits or 0}.{rest or 0}")
    total = section = number = 0.0
    last = 1.0
    fraction = 0.0
    for sign in told.replace("两", "二"):
        if sign == "点":
            fraction = 0.1
        elif sign in _DIGITS:
            value = _DIGITS.index(sign)
            if fraction:
                number, fraction = number + value * fraction, fraction / 10
            else:
                number = number * 10 + value if number else value
            last = 1.0 if sign == "零" else last
        elif _UNITS[sign] >= 10_000:
            total = (
                (total + section + number) * _UNITS[sign]
                if sign == "亿"
                else (total + (section + number) * _UNITS[sign])
            )
            section = number = fraction = 0.0
            last = _UNITS[sign]
        else:
            section += (number or 1) * _UNITS[sign]
            number = fraction = 0.0
            last = _UNITS[sign]
    if number and told[-1] in _DIGITS + "两" and told[-2] in _UNITS:
        number *= last / 10
    return total + section + number


def _number(run: str) -> Entity | None:
    if run in _DIGITS * 3:
        return None
    if len(run) == 18 and _BIRTH.match(run):
        return "id_number"
    if len(run) == 15 or run[-1] in "x叉":
        return "id_number"
    if 16 <= len(run) <= 19:
        return "bank_card"
    if len(run) == 11 and run[0] == "一" and run[1] in "三四五六七八九":
        return "phone_number"
    return None
