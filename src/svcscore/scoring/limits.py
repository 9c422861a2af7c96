"""Why the audio limits a judgement, in words for the reviewer."""

from __future__ import annotations

from collections.abc import Iterable

from svcscore.records import Remark

_LIMITS = {
    "audio.noisy": "环境噪声较大，部分内容可能听不清",
    "audio.clipped": "录音削波失真，部分内容可能听不清",
    "audio.narrow_band": "电话频带录音，识别可靠性较低",
    "audio.damaged": "录音有损坏，缺失部分未作判断",
    "audio.unheard": "有语音未能识别出文字",
}


def limits(remarks: Iterable[Remark]) -> tuple[str, ...]:
    """Reasons in Chinese, of the remarks that limit what can be concluded."""
    return tuple(_LIMITS[remark.code] for remark in remarks if remark.code in _LIMITS)
