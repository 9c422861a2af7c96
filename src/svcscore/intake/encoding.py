"""Bytes to text: UTF-8, with or without a byte order mark, and nothing else by guessing.

A wrong guess turns a teller's name or a phrase into another one without anybody noticing, so other
encodings are named to the user instead of being converted.
"""

from __future__ import annotations

from charset_normalizer import from_bytes

_CANDIDATES = ["gb18030", "big5", "utf_16", "utf_16_le", "utf_16_be", "shift_jis", "cp1252"]


class NotUtf8Error(ValueError):
    """The bytes are not UTF-8; `detected` is what they seem to be, in words."""

    def __init__(self, detected: str) -> None:
        super().__init__(f"not UTF-8 but, it seems, {detected}")
        self.detected = detected


def utf8(data: bytes) -> str:
    """Decode `data`.

    Raises:
        NotUtf8Error: where it is in another encoding.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotUtf8Error(_detected(data)) from fault


def _detected(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    best = from_bytes(data, cp_isolation=_CANDIDATES).best()
    return best.encoding.upper().replace("_", "-") if best else "an unknown encoding"
