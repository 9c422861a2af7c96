"""Which numbers that are read out tell who somebody is: cards, papers, telephones, codes.

A word in front (卡号, 手机号) makes five digits enough, so that a number of which the recogniser lost or
changed some is still found. Without one, length decides: eleven written digits or seven spoken ones,
whatever their check digit, for one misheard digit breaks any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from svcscore.text.check_digits import CHECK_X, has_birth, is_card, is_identity
from svcscore.text.digits import APART, TURN, Chain, Digit, chains

MIN_WRITTEN = 9
"""A mobile number that lost two digits; also holds for numbers that mix both ways of writing."""
MIN_SPOKEN = 7
"""A landline number read out."""
MIN_OVER_TURNS = 10
MIN_CUED = 5
_MIN_ROUGHLY_CUED = 7
_MIN_PHONE = 10
"""A mobile number that lost a digit."""
_HEAD, _TAIL, _SHOWN_TAIL = 3, 2, 4
_REACH = 24
"""Characters in which a word in front still speaks of the number."""

_CUES = {
    "tail": r"尾号|尾数|[末后][四4两三]位|最后[四4两三]位",
    "public": (
        r"(?:网点|支行|分行|我行|我们行|客服|服务|咨询|投诉|监督|大堂|银行|值班|柜台|行里)的?(?:电话|热线|号码)"
        r"|热线|工号|流水号|流水|凭证号?|编号|批次|业务号|机具号|设备号|终端号|代码|机构号|网点号|联行号"
        r"|行号|序号|票号|邮编|型号|冠字号|信用代码|文号|快递单?号|订单号?|单号|排队号|取号|窗口"
    ),
    "code": r"密码|验证码|动态码|校验码|口令",
    "id_number": r"身份[证正]|身份号|证件号|证号|护照|通行证|户口本|居住证",
    "bank_card": (
        r"卡号|卡[后好耗](?=[是\d零〇一二三四五六七八九幺])|账号|帐号|"
        r"银行卡|储蓄卡|信用卡|存折号?|卡的号码|账户号|户号|卡面"
    ),
    "phone_number": r"手机(?!银行)|电话|座机|固话|小灵通|支付宝|联系方式|号码|微信|来电|联系人?号|打给",
}
_CUE = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _CUES.items()))
_LINKING = re.compile(
    rf"(?:[\s{TURN}:：,，、。?？!！~…“”\"']|号码|号|是多少|多少|是|为|就|的|我|您|你|他|她|呢|嗯|啊|吧|呃|额|哦|一下|"
    r"报|念|说|输|填|写|留|后面|前面|开头|有|六位|前六位|后六位|好的|好|那个|这个|给|叫|哈|来|请|记|您好|卡|能|"
    r"现在|还|原来|以前|新|旧|登记|预留|绑定|对|应该|一共|再|重复|打|拨|改成|换成|成|到|往|在|里|上|张){0,14}[\u4e00-\u9fff]{0,2}"
)
_PUBLIC = re.compile(r"95\d{3,4}|123\d{2}|100\d{2}|1010\d{4}|96\d{3,4}|1[12]\d|[48]00\d{7}|[48]00")
"""Hotlines of banks, authorities, carriers and the police."""
_MOBILE = re.compile(r"(?:86)?1[3-9]\d+")
_CLOSING_X = re.compile(r"[ \-，、,。]{0,2}(?:[xXＸｘ叉]|艾克斯|爱克斯|埃克斯)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that must not be shown: `hidden` are the places in the text of what is masked."""

    start: int
    end: int
    kind: str
    hidden: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Cue:
    kind: str
    near: bool
    """Whether nothing but linking words parts it from the number."""
    over: bool = False
    """Whether it is said in the turn before."""


_NO_CUE = _Cue("", near=False)


def numbers(text: str, taken: tuple[tuple[int, int], ...] = ()) -> Iterator[Number]:
    """The numbers of `text` that tell who somebody is, in order; none in what is `taken`."""
    for chain in chains(text, taken):
        yield from _told(text, chain)


def _told(text: str, chain: Chain) -> Iterator[Number]:
    digits = [digit for group in chain for digit in group.digits]
    cue = _cue(text, chain[0].start)
    told = (cue.kind in _TELLING and cue.near) or len(digits) >= MIN_WRITTEN - 1
    if not told and any(group.unsure for group in chain[1:]):
        for part in _sure(chain):
            yield from _told(text, part)
        return
    closing = _closing(text, chain, digits)
    kind = _kind(text, chain, digits, cue, closing is not None)
    if kind:
        yield _number(text, kind, chain, digits, closing, cue)


def _sure(chain: Chain) -> Iterator[Chain]:
    """The chain, parted where a word stands between two groups."""
    breaks = [place for place, group in enumerate(chain) if place and group.unsure]
    for low, high in pairwise((0, *breaks, len(chain))):
        yield (replace(chain[low], unsure=False), *chain[low + 1 : high])


def _closing(text: str, chain: Chain, digits: list[Digit]) -> range | None:
    """Places of the X at the end of an identity number."""
    found = _CLOSING_X.match(text, chain[-1].end)
    if found is None or not 15 <= len(digits) <= 18:
        return None
    return range(chain[-1].end, found.end())


def _cue(text: str, start: int) -> _Cue:
    begin = max(text.rfind(APART, 0, start) + 1, start - _REACH)
    cues = list(_CUE.finditer(text, begin, start))
    if not cues:
        return _NO_CUE
    found = cues[-1]
    near = _LINKING.fullmatch(text, found.end(), start) is not None
    return _Cue(found.lastgroup or "", near, over=TURN in text[found.end() : start])


def _kind(text: str, chain: Chain, digits: list[Digit], cue: _Cue, closed: bool) -> str:
    """What the number is; empty where it is harmless."""
    count = len(digits)
    masked = any(digit.value is None for digit in digits)
    if all(_PUBLIC.fullmatch(group.number) for group in chain):
        return ""
    if _PUBLIC.fullmatch("".join(group.number for group in chain)):
        return ""
    if masked:
        known = cue.kind if cue.kind not in {"", "tail", "public"} else "number"
        return known if count >= MIN_CUED else ""
    shape = _shape(digits, closed)
    if cue.kind == "tail" and cue.near and count <= _SHOWN_TAIL:
        return ""
    if cue.kind == "public" and cue.near and shape not in {"id_number", "bank_card", "mobile"}:
        return ""
    told = cue.kind in _TELLING
    if not (told and cue.near) and _is_counting(chain, digits):
        return ""
    if told and count >= (MIN_CUED if cue.near else _MIN_ROUGHLY_CUED):
        return cue.kind if shape in {"", "mobile"} else shape
    if cue.kind == "code" and cue.near and (6 if cue.over else 4) <= count <= 8:
        return "code"
    if count < _least(text, chain, digits, shape):
        return ""
    return {"mobile": "phone_number", "": "number"}.get(shape, shape)


_TELLING = frozenset({"id_number", "bank_card", "phone_number"})


def _least(text: str, chain: Chain, digits: list[Digit], shape: str) -> int:
    spoken = sum(digit.spoken for digit in digits)
    least = MIN_SPOKEN if spoken >= MIN_SPOKEN else MIN_WRITTEN
    if shape == "mobile" or digits[0].value == 0:
        least = min(least, _MIN_PHONE)
    over_turns = TURN in text[chain[0].start : chain[-1].end]
    return max(least, MIN_OVER_TURNS) if over_turns else least


def _shape(digits: list[Digit], closed: bool) -> str:
    values = [-1 if digit.value is None else digit.value for digit in digits]
    if closed and (is_identity([*values, CHECK_X]) or has_birth(values) or len(values) >= 16):
        return "id_number"
    if len(values) == 18 and is_identity(values):
        return "id_number"
    if is_card(values):
        return "bank_card"
    if has_birth(values) or (len(values) == 15 and is_identity(values)):
        return "id_number"
    written = "".join(map(str, values))
    return "mobile" if 10 <= len(written) <= 13 and _MOBILE.fullmatch(written) else ""


def _is_counting(chain: Chain, digits: list[Digit]) -> bool:
    """Whether somebody counts, or names a row of amounts, dates or kinds."""
    steps = [(after.value or 0) - (before.value or 0) for before, after in pairwise(digits)]
    if all(step == 1 for step in steps):
        return True
    spoken = all(digit.spoken for digit in digits)
    if spoken and all(
        step == 1 or after.value in {0, 1} for step, after in zip(steps, digits[1:], strict=True)
    ):
        starts = sum(step != 1 for step in steps)
        if (starts + 1) * 3 <= len(digits):
            return True
    if len(chain) < 3 or not all(group.loose for group in chain[1:]):
        return False
    values = [int(group.number) for group in chain]
    if all(after == before + 1 for before, after in pairwise(values)):
        return True
    growing = all(after > before for before, after in pairwise(values))
    if all(len(group.digits) == 1 for group in chain):
        return growing
    leading = any(group.number[0] == "0" for group in chain)
    fours = sum(len(group.digits) == 4 for group in chain) * 2 >= len(chain)
    return growing and len(chain) >= 4 and not leading and not fours


def _number(
    text: str, kind: str, chain: Chain, digits: list[Digit], closing: range | None, cue: _Cue
) -> Number:
    last = [*digits]
    if closing is not None:
        last.append(Digit(closing.start, closing.stop, None, spoken=False))
    head, tail = (_HEAD if len(last) >= _MIN_PHONE else 0), _TAIL
    if cue.kind == "tail" and cue.near:
        head, tail = 0, _SHOWN_TAIL
    if kind == "code":
        head = tail = 0
    hidden = {
        place for digit in last[head : len(last) - tail] for place in range(digit.at, digit.end)
    }
    for before, after in pairwise(chain):
        if after.unsure and {before.digits[-1].at, after.digits[0].at} & hidden:
            # the word between may be a digit
            hidden |= {place for place in range(before.end, after.start) if text[place].isalpha()}
    end = closing.stop if closing is not None else chain[-1].end
    return Number(chain[0].start, end, kind, frozenset(hidden))
