"""Digits that are read out one by one, as groups and as chains of groups.

What counts something (二百, 3号, 2026年, 三点二五, A零二八) is set apart first; what is left is read out.
Digits of which each stands for itself may be written (138), spoken (幺三八), repeated (三个八), misheard
as a word of the same sound between two pairs of digits, or masked already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

MASK = "●"
"""Takes the place of a character that is not shown."""
TURN = "\n"
"""Between two turns that follow each other."""
APART = "\x00"
"""Between two turns over which no number goes on."""

SPOKEN = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{"〇": 0, "两": 2, "幺": 1},
}
_MISHEARD = {
    **dict.fromkeys("妖腰要夭邀摇谣遥瑶尧雅", 1),
    **dict.fromkeys("灵玲林凌令另领宁洞", 0),
    **dict.fromkeys("而儿尔耳", 2),
    **dict.fromkeys("山散伞", 3),
    **dict.fromkeys("十是事似死寺肆", 4),
    **dict.fromkeys("午武舞吴屋", 5),
    **dict.fromkeys("刘溜流留柳", 6),
    **dict.fromkeys("其起气妻期骑琪旗拐", 7),
    **dict.fromkeys("吧把巴爸扒叭", 8),
    **dict.fromkeys("就久酒旧舅玖勾", 9),
}
"""Words of the same sound (幺 is heard as 要, 四 as 十), and the ways of soldiers (洞 拐 勾)."""
_SELDOM_ELSE = "妖腰夭邀摇谣遥瑶尧雅灵玲凌宁尔伞肆吴武午舞柳刘舅玖琪旗扒叭"
"""Of these, four in a row with digits are no words."""
_TIMES = {char: count for count, char in enumerate("两三四五六", 2)} | {"二": 2}

DIGIT = rf"\d{''.join(SPOKEN)}{MASK}"
_D = f"[{DIGIT}]"
_GROUP = re.compile(
    rf"(?:(?<!{_D})[要妖腰夭](?=[三五七八九3-9]{_D})"
    rf"|[二两三四五六]个{_D}(?!个?月)"
    rf"|(?:[{DIGIT}{_SELDOM_ELSE}](?!个{_D})){{4,}}|(?<={_D})要(?={_D})"
    rf"|(?<={_D})十(?={_D}{_D})|(?<={_D}{_D}{_D})(?<!九)十"
    rf"|(?<={_D}{_D})[{''.join(_MISHEARD)}](?=[ ，、]?{_D}{_D})"
    rf"|{_D})+"
)

_MONEY = "元块圆毛角万亿千百港美欧英"
_UNITS = (
    "年月日天号岁人位张次笔折楼层倍%％‰周星季级排分秒时小路室栋单种项条件份步页行口户台成版"
    "代家名遍段卷套根包捆把叠沓颗道公斤米度股手批趟瓶回寸例"
)
_NUMERAL = rf"(?:(?<!{_D}{_D}{_D})十(?!{_D}{{2}})|[百千万亿])"
_COUNTED = re.compile(
    "|".join(
        (
            r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)",  # a date
            rf"(?<!{_D}){_D}{{1,2}}[:：]{_D}{{2}}(?!{_D})",  # a time
            rf"\d{{1,3}}(?:[,，]\d{{3}})+(?:\.\d+)?(?=\s?[{_MONEY}])",
            rf"(?<![{DIGIT}.])\d+(?:\.\d{{1,2}})?(?=\s?[{_MONEY}])",
            rf"(?:{_D}{{0,12}}{_NUMERAL}+[零〇]?)+(?:{_D}(?!{_D}))?",  # 八十三万六
            rf"(?<!{_D})(?<!{_D}[，、,{''.join(_MISHEARD)}]){_D}{{1,2}}[点.]{_D}{{1,4}}(?!{_D})",  # 三点二五
            rf"(?<!{_D}){_D}{{1,2}}点(?=[钟半整多左])",
            rf"(?<=[元块毛角]){_D}{{1,2}}(?!{_D})",  # 五块五
            rf"(?:分之|第|周|星期|礼拜|唯|统|初|同|单){_D}(?!{_D})",
            rf"(?<!{_D}){_D}{{1,6}}(?=[ ]?(?:[{_UNITS}]|期(?!{_D}{_D})))",
            rf"(?<!{_D})[一二两三四五六七八九](?=个(?!{_D}(?!个?月)))",
            rf"(?<!{_D})一(?=[下共样会起直定点些边旦般切致方])",
            rf"[A-Za-z]{{1,3}}[ -]?{_D}{{1,5}}(?!{_D})",  # a ticket of the queue
        )
    )
)

_FILLER = (
    "嗯|啊|呃|额|哦|噢|诶|欸|哎|那个|这个|然后|接着|后面|再来|再|就是|还有|对的|对|好的|好|是的|没错|"
    "您说|你说|您继续|继续|记下了|等一下|逗号|空格|横杠|杠|点|是"
)
_CLOSE = re.compile(r"[ \u3000\-—－_·]{0,3}")
_LOOSE = re.compile(rf"(?:[\s\u3000\-—－_·.,，、。…~～;；！!？?]|{_FILLER}){{0,12}}")
_ONE_WORD = re.compile(
    rf"{_LOOSE.pattern}(?![到至和比加减乘除等转按或共{_MONEY}{_UNITS}])[\u4e00-\u9fffA-Za-z]{_LOOSE.pattern}"
)
_PAIR, _LONG = 2, 3
_WIDEST = 24
"""Characters between two groups of one number."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit: its place in the text, and its value (None where it is masked already)."""

    at: int
    end: int
    value: int | None
    spoken: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Digits without a break.

    `loose` where more than a blank parts it from the group before; `unsure` where a word stands
    between the two that may be a misheard digit.
    """

    start: int
    end: int
    digits: tuple[Digit, ...]
    loose: bool = False
    unsure: bool = False

    @property
    def number(self) -> str:
        """The digits as they are written."""
        return "".join("?" if d.value is None else str(d.value) for d in self.digits)

    @property
    def written(self) -> bool:
        """Whether all are Arabic digits."""
        return not any(digit.spoken for digit in self.digits)


Chain = tuple[Group, ...]


def chains(text: str, taken: Sequence[tuple[int, int]] = ()) -> Iterator[Chain]:
    """Groups of digits that are read out one after another; none lies in what is `taken`."""
    chain: list[Group] = []
    for group in _groups(text, taken):
        gap = _gap(text, chain, group) if chain else "apart"
        if chain and gap == "apart":
            yield tuple(chain)
            chain = []
        joined = replace(group, loose=gap in {"loose", "unsure"}, unsure=gap == "unsure")
        chain.append(joined)
    if chain:
        yield tuple(chain)


def _gap(text: str, chain: Sequence[Group], after: Group) -> str:
    """How `after` hangs together with the chain: ``close``, ``loose``, ``unsure`` or ``apart``."""
    before = chain[-1]
    between = text[before.end : after.start]
    if _CLOSE.fullmatch(between):
        return "close"
    if len(between) > _WIDEST:
        return "apart"
    if not _LOOSE.fullmatch(between):
        return "unsure" if _ONE_WORD.fullmatch(between) else "apart"
    sizes = sorted((len(before.digits), len(after.digits)))
    if "点" in between or between == ".":
        read = sum(len(group.digits) for group in chain)
        return "loose" if sizes[0] >= _LONG or read > 2 * _LONG else "apart"
    pairs = before.written and after.written and sizes == [_PAIR, _PAIR]
    return "apart" if pairs else "loose"


def _groups(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Group]:
    blocked = bytearray(len(text))
    for start, end in (*taken, *(match.span() for match in _COUNTED.finditer(text))):
        blocked[start:end] = b"\1" * (end - start)
    for match in _GROUP.finditer(text):
        places = list(range(match.start(), match.end()))
        for start, end in _free(places, blocked):
            digits = tuple(_digits(text, start, end))
            if digits:
                yield Group(start, end, digits)


def _free(places: list[int], blocked: bytearray) -> Iterator[tuple[int, int]]:
    """The stretches of `places` that are not blocked."""
    free = [place for place in places if not blocked[place]]
    if not free:
        return
    breaks = [i for i, (one, other) in enumerate(pairwise(free), 1) if other - one > 1]
    for low, high in pairwise((0, *breaks, len(free))):
        yield free[low], free[high - 1] + 1


def _digits(text: str, start: int, end: int) -> Iterator[Digit]:
    at = start
    while at < end:
        char = text[at]
        if char in _TIMES and text[at + 1 : at + 2] == "个" and at + 2 < end:
            value = _value(text[at + 2])
            for _ in range(_TIMES[char]):
                # the three characters are shown or hidden together
                yield Digit(at, at + 3, value, spoken=True)
            at += 3
            continue
        if char != "个":
            yield Digit(at, at + 1, _value(char), spoken=not (char.isdecimal() or char == MASK))
        at += 1


def _value(char: str) -> int | None:
    if char == MASK:
        return None
    return int(char) if char.isdecimal() else SPOKEN.get(char, _MISHEARD.get(char))
