"""Who speaks, as transcripts write it: 柜员：, TELLER:, ``<v 客户>``, a tier's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from svcscore.records import Role

_NAMES = {
    "柜员": Role.TELLER,
    "柜台": Role.TELLER,
    "大堂经理": Role.LOBBY_MANAGER,
    "大堂": Role.LOBBY_MANAGER,
    "客户经理": Role.ACCOUNT_MANAGER,
    "理财经理": Role.ACCOUNT_MANAGER,
    "主管": Role.SUPERVISOR,
    "保安": Role.GUARD,
    "客户": Role.CUSTOMER,
    "顾客": Role.CUSTOMER,
    "机器": Role.MACHINE,
    "叫号机": Role.MACHINE,
    "未知": Role.UNKNOWN,
    **{role.value.replace("_", ""): role for role in Role},
}
_SUFFIX = r"[\s_-]*[0-9a-zA-Z一二三四]?"
_ROLE = "|".join(
    [role.value.replace("_", r"[\s_-]*") for role in Role if "_" in role.value]
    + sorted(_NAMES, key=len, reverse=True)
)
_KNOWN = re.compile(rf"({_ROLE})(?:{_SUFFIX})", re.IGNORECASE)
_LABEL = rf"(?:{_ROLE}|speaker|spk|说话人|发言人|经理|[A-Z]){_SUFFIX}"
_PREFIX = re.compile(rf"\s*[\[【(（]?({_LABEL})[\]】)）]?\s*[:：]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A text with the speaker that was written with it: `name` as written, `role` where known."""

    text: str
    name: str | None = None
    role: Role | None = None


def role_of(name: str) -> Role | None:
    """The role that a speaker's name tells (客户2 and "Lobby Manager" do, "S1" does not)."""
    match = _KNOWN.fullmatch(name.strip())
    return _NAMES[re.sub(r"[\s_-]+", "", match[1].lower())] if match else None


def named(name: str, text: str) -> Said:
    """`text` said by `name` (blank: by nobody known)."""
    name = name.strip()
    return Said(text, name or None, role_of(name) if name else None)


def after_prefix(line: str) -> Said | None:
    """A line without the speaker before its colon; None where it names none.

    Only roles and labels such as 说话人1 are speakers; 我跟你说： is what somebody said.
    """
    match = _PREFIX.match(line)
    return named(match[1], line[match.end() :].strip()) if match else None


def joined(lines: list[str]) -> str:
    """Lines of one utterance as one text; a space only where neither side is Chinese."""
    text = ""
    for line in filter(None, (line.strip() for line in lines)):
        spaced = text and text[-1].isascii() and line[0].isascii()
        text += f" {line}" if spaced else line
    return text
