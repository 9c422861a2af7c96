"""`kind: entity`: a number that tells who somebody is, or a balance, is said aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcscore.phrases.candidates import Place
from svcscore.rules.definition import EntityRule
from svcscore.rules.hits import Candidate
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.scene import Scene

_DIGIT = "[零一二三四五六七八九]"
_RUN = re.compile(rf"{_DIGIT}{{11,}}[x叉]?")
_BIRTH = re.compile(r"[一二三四五六七八]\S{5}(?:一九|二零)\S{2}[零一]\S[零一二三]\S")
"""The head of an identity number: region, then year, month and day of birth."""
_COUNTING = "零一二三四五六七八九"
_NUMERALS = "零一二三四五六七八九十百千万亿点"
_AMOUNT = rf"(?:[{_NUMERALS}]*[{_DIGIT[1:-1]}十百千][万亿千百][{_NUMERALS}]*|{_DIGIT}{{4,}})(?:多|元|块|块钱)?"
_LINK = "(?:现在|目前|一共|总共|就|才|只|还|是|有|剩|剩下|为|大概|差不多){0,4}"
_BALANCE = re.compile(
    rf"(?:余额|账上|账户里|账户上|账户|卡里|卡上|折里|折上|折子上|里面){_LINK}(?:{_AMOUNT})"
    rf"|(?:你|他|她)(?:的)?(?:工资|存款|贷款|定期|活期|理财|基金){_LINK}(?:{_AMOUNT})"
)
NAMES = {
    "id_number": "身份证号码",
    "bank_card": "银行卡号",
    "phone_number": "手机号码",
    "balance": "账户余额",
}


def candidates(rule: EntityRule, scene: Scene) -> list[Candidate]:
    """Places where one of the rule's entities is said."""
    found = []
    for turn, text in enumerate(scene.texts):
        role = scene.role_probability(turn, rule.by)
        if role <= 0:
            continue
        for name, start, end in entities(text.text):
            place = Place(turn, start, end, NAMES[name], 0.0, True, ((start, end),))
            if name in rule.entities and not undone(scene, place, (), rule.unless_turn):
                found.append(Candidate(place, role, rule.severity))
    return found


def entities(text: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of every entity in normalised `text`, in order.

    Numbers are told by their length: 11 digits that begin as mobile numbers do, 15 or 18 (the last
    may be X) with a date of birth in the right place, 16 to 19 else. A balance is an amount behind a
    word for an account; an amount alone (cash over the counter, 收您一万) is none.
    """
    found = [(_number(m.group()), m.start(), m.end()) for m in _RUN.finditer(text)]
    found += [("balance", m.start(), m.end()) for m in _BALANCE.finditer(text)]
    for name, start, end in sorted(found, key=lambda entity: entity[1:]):
        if name:
            yield name, start, end


def _number(run: str) -> str:
    if run in _COUNTING * 3:
        return ""
    if len(run) == 18 and _BIRTH.match(run):
        return "id_number"
    if len(run) == 15 or run[-1] in "x叉":
        return "id_number"
    if 16 <= len(run) <= 19:
        return "bank_card"
    return (
        "phone_number" if len(run) == 11 and run[0] == "一" and run[1] in "三四五六七八九" else ""
    )
