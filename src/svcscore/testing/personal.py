"""Made-up cards, papers, telephones, balances and names, said in many ways; and harmless numbers.

Cards and identity numbers have valid check digits. Nobody's are meant: they are drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from svcscore.text.check_digits import CHECK_X, check_value, is_card

SPOKEN = "零一二三四五六七八九"
_SOUNDS = (
    "灵林令",
    "要腰药",
    "而耳",
    "散山",
    "是十视",
    "午武",
    "留刘溜",
    "其起期",
    "吧扒",
    "就久舅",
)
"""How a digit may be misheard; some are not in the recognisers' own list."""
_PAUSES = (
    "，",
    "，",
    " ",
    "、",
    "，嗯，",
    "嗯",
    "，啊",
    "。",
    "，那个，",
    "…",
    "，然后，",
    "点",
    "呃，",
    "，再，",
)
_TIMES = {2: "两", 3: "三", 4: "四"}


@dataclass(frozen=True, slots=True)
class Made:
    """Something said: groups of pieces, each with whether it must be hidden."""

    groups: tuple[tuple[tuple[str, bool], ...], ...]
    digits: bool = True
    """Whether its first and last digits may stay."""


Maker = Callable[[random.Random], Made]


def card(rng: random.Random) -> Made:
    """A bank card with 16 or 19 digits (Luhn)."""
    length = rng.choice((16, 19, 19))
    body = [6, 2, *(rng.randrange(10) for _ in range(length - 3))]
    last = next(digit for digit in range(10) if is_card([*body, digit]))
    return _said(rng, "".join(map(str, [*body, last])), [4] * 4 + [3])


def identity(rng: random.Random) -> Made:
    """A resident identity number: 18 characters (ISO 7064 MOD 11-2), one in ten the old 15."""
    region = rng.choice(("370102", "110101", "320106", "440305", "371425", "510104", "230103"))
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(25_000))
    if rng.random() < 0.1:
        return _said(rng, f"{region}{born:%y%m%d}{rng.randrange(1000):03}", [6, 6, 3])
    head = f"{region}{born:%Y%m%d}{rng.randrange(1000):03}"
    check = check_value([int(digit) for digit in head])
    return _said(rng, head + ("X" if check == CHECK_X else str(check)), [6, 8, 4])


def mobile(rng: random.Random) -> Made:
    """A mobile number."""
    number = f"1{rng.randrange(3, 10)}{rng.randrange(10**9):09}"
    return _said(rng, number, rng.choice(([3, 4, 4], [3, 4, 4], [4, 4, 3], [3, 3, 5])))


def landline(rng: random.Random) -> Made:
    """A landline number, with or without the code of its area."""
    local = f"{rng.randrange(2, 9)}{rng.randrange(10**7):07}"
    area = rng.choice(("", "010", "021", "0531", "0539"))
    return _said(rng, area + local, [len(area), 4, 4] if area else [4, 4])


def balance(rng: random.Random) -> Made:
    """How much is in an account, in words or digits; the unit is not secret."""
    amount = rng.choice((rng.randrange(1_000, 10_000), rng.randrange(10_000, 2_000_000)))
    cents = rng.randrange(100)
    ways = (
        (f"{amount}", "元"),
        (f"{amount}.{cents:02}", rng.choice(("元", ""))),
        (f"{amount:,}.{cents:02}", "元"),
        (in_words(amount // 100 * 100), rng.choice(("", "块", "块钱", "元", "多"))),
        (in_words(amount // 1000 * 1000), rng.choice(("", "多块", "左右"))),
        (in_words(amount), rng.choice(("", "块", "元"))),
        (f"{max(1, amount // 10_000)}万{rng.randrange(1, 10)}", ""),
    )
    figure, unit = rng.choice(ways)
    return Made(((*((char, True) for char in figure), (unit, False)),), digits=False)


def name(rng: random.Random) -> Made:
    """A Chinese name; the surname may stay. One surname in twenty is a rare one."""
    common = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    surname = rng.choice(common) if rng.random() < 0.95 else rng.choice("亓仝晏仇隋鞠丛綦")
    given = "伟芳娜敏静丽强磊军洋艳勇杰娟涛超秀霞平刚桂英华玉兰红梅建国志明海燕晓雪峰鑫宇浩婷雨欣子涵梓怡"
    count = rng.choice((1, 2, 2, 2))
    return Made(
        (((surname, False), *((rng.choice(given), True) for _ in range(count))),), digits=False
    )


PERSONAL: dict[str, Maker] = {
    "card": card,
    "id": identity,
    "mobile": mobile,
    "landline": landline,
    "balance": balance,
    "name": name,
}


def harmless(kind: str, rng: random.Random) -> str:
    """A number that tells nothing about anybody; `kind` is one of `HARMLESS`.

    Raises:
        KeyError: where there is no such kind.
    """
    return HARMLESS[kind](rng)


def in_words(amount: int) -> str:
    """`amount` (1 up to 9,999,999) as Chinese says it: 八十三万六千."""
    high, low = divmod(amount, 10_000)
    if not high:
        return _below_ten_thousand(low)
    tail = _below_ten_thousand(low) if low else ""
    return f"{_below_ten_thousand(high)}万{'零' if tail and low < 1000 else ''}{tail}"


def _below_ten_thousand(number: int) -> str:
    said, gap = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if gap and said else "") + SPOKEN[digit] + word
        gap = digit == 0
    return said.removeprefix("一") if said.startswith("一十") else said


def _said(rng: random.Random, number: str, sizes: Sequence[int]) -> Made:
    """`number` in one of the ways in which people say and recognisers write it."""
    pieces = list(number)
    spoken = rng.random() < 0.5
    if rng.random() < 0.25:
        _mishear(rng, pieces, spoken)
    groups, at = [], 0
    for size in sizes:
        groups.append(pieces[at : at + size])
        at += size
    style = rng.choice(
        ("tight", "tight", "blank", "hyphen", "pause", "pause", "mixed", "slow", "times")
    )
    made: list[tuple[tuple[str, bool], ...]] = []
    for group in groups:
        aloud = rng.random() < 0.5 if style == "mixed" else spoken
        parts = _group(rng, group, style, aloud)
        if made and parts:
            parts.insert(0, (_between(rng, style, aloud), False))
        made.append(tuple(parts))
    return Made(tuple(part for part in made if part))


def _mishear(rng: random.Random, pieces: list[str], spoken: bool) -> None:
    at = rng.randrange(3, len(pieces) - 2)
    how = rng.choice(("lost", "changed", "sound" if spoken else "changed"))
    if how == "lost":
        del pieces[at]
    elif pieces[at].isdecimal():
        sounds = _SOUNDS[int(pieces[at])]
        pieces[at] = rng.choice(sounds) if how == "sound" else str(rng.randrange(10))


def _group(
    rng: random.Random, group: Sequence[str], style: str, aloud: bool
) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    while at < len(group):
        same = 1
        while at + same < len(group) and group[at + same] == group[at] and same < 4:
            same += 1
        if style == "times" and aloud and same > 1 and group[at].isdecimal():
            parts.append((f"{_TIMES[same]}个{SPOKEN[int(group[at])]}", True))
            at += same
            continue
        if style == "slow" and aloud and parts:
            parts.append((rng.choice(("，", "，", " ", "、")), False))
        parts.append((_aloud(rng, group[at]) if aloud else group[at], True))
        at += 1
    return parts


def _aloud(rng: random.Random, char: str) -> str:
    if char == "1":
        return rng.choice("一幺幺")
    if char == "X":
        return rng.choice("X叉")
    return SPOKEN[int(char)] if char.isdecimal() else char


def _between(rng: random.Random, style: str, aloud: bool) -> str:
    if style == "blank":
        return " "
    if style == "hyphen":
        return "，" if aloud else "-"
    if style == "pause":
        return rng.choice(_PAUSES)
    if style == "slow" and aloud:
        return rng.choice(("，", "。", "，嗯，", " "))
    return ""


def _queue(rng: random.Random) -> str:
    number = f"{rng.randrange(1, 200):03}"
    return rng.choice(("A", "B", "C", "VIP", "F")) + rng.choice(
        (number, _read(rng, number), "1" + number)
    )


def _read(rng: random.Random, number: str) -> str:
    return "".join(_aloud(rng, char) if char.isdecimal() else char for char in number)


def _amount(rng: random.Random) -> str:
    amount = rng.choice((100, 500, 1000, 5000, 10_000, 20_000, 25_000, 36_500, 50_000, 120_000))
    figure = rng.choice((str(amount), in_words(amount), in_words(amount), f"{amount:,}"))
    return figure + rng.choice(
        ("块", "元", "块钱", "") if not figure[0].isdecimal() else ("元", "块")
    )


def _count(rng: random.Random) -> str:
    return rng.choice(
        (
            "一百、二百、三百、四百、五百",
            "一千，两千，三千，四千",
            "10，20，30，40，50，60，70",
            "一二三四五六七八九十",
            "一、二、三、四、五、六、七",
            "一二三四五，一二三四五",
            "五百，一千，一千五，两千",
            "100，200，300，400，500",
            "一百，两百，两百五",
            "一张两张三张四张五张",
            "1，2，3，4，5，6，7，8，9，10",
            "一五一十，十五二十",
        )
    )


def _date(rng: random.Random) -> str:
    day = date(2024, 1, 1) + timedelta(days=rng.randrange(1500))
    year = "".join(SPOKEN[int(digit)] for digit in str(day.year))
    return rng.choice(
        (
            f"{day.year}年{day.month}月{day.day}日",
            f"{year}年{in_words(day.month)}月{in_words(day.day)}号",
            f"{in_words(day.month)}月{in_words(day.day)}号",
            f"{day:%Y-%m-%d}",
            f"{day:%Y/%m/%d}",
            f"{day.month}月{day.day}号",
        )
    )


def _hotline(rng: random.Random) -> str:
    number = rng.choice(
        ("95588", "95599", "12378", "12363", "110", "96110", "4008105588", "400-810-5588", "12345")
    )
    return number if "-" in number or rng.random() < 0.5 else _read(rng, number)


def _rate(rng: random.Random) -> str:
    whole, part = rng.randrange(1, 8), rng.randrange(5, 100)
    aloud = f"{SPOKEN[whole]}点{''.join(SPOKEN[int(d)] for d in f'{part:02}')}"
    return rng.choice(
        (
            f"{whole}.{part:02}%",
            f"百分之{aloud}",
            aloud,
            f"{whole}.{part:02}",
            f"{whole}.{part:02}15",
        )
    )


HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "queue": _queue,
    "amount": _amount,
    "cash": lambda rng: rng.choice(
        ("一百", "五十", "三百二", "两千", "100块", "五块五", "一万", "八十六块")
    ),
    "count": _count,
    "date": _date,
    "time": lambda rng: rng.choice(
        ("九点", "9:30", "下午三点半", "五点四十", "8点30", "十二点一刻", "16：45")
    ),
    "hotline": _hotline,
    "rate": _rate,
    "term": lambda rng: rng.choice(
        ("一年", "三个月", "六个月", "五年期", "90天", "一百八十天", "三十六期")
    ),
    "window": lambda rng: rng.choice(("3", "三", "12", "十二", "二", "5", "零二")),
    "tail": lambda rng: rng.choice(
        (f"{rng.randrange(10**4):04}", _read(rng, f"{rng.randrange(10**4):04}"))
    ),
    "product": lambda rng: rng.choice(
        ("F1024", "六零零零三六", "110022", "KT2024036", "000961", "J23507")
    ),
    "few": lambda rng: rng.choice(("3", "两", "十二", "五", "8", "一")),
    "minutes": lambda rng: rng.choice(("20", "十五", "三十", "5", "四十五")),
}
