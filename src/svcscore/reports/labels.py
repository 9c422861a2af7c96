"""What reviewers read for the words of the contract: simplified Chinese and English."""

from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    """One thing in two languages."""

    zh: str
    en: str


KINDS = {
    "counter": Label("柜台", "Counter"),
    "lobby": Label("大堂", "Lobby"),
    "manager": Label("理财", "Manager"),
    "salon": Label("微沙", "Salon"),
    "internal": Label("内部", "Internal"),
}
ROLES = {
    "teller": Label("柜员", "Teller"),
    "lobby_manager": Label("大堂经理", "Lobby manager"),
    "account_manager": Label("客户经理", "Account manager"),
    "supervisor": Label("主管", "Supervisor"),
    "guard": Label("保安", "Guard"),
    "customer": Label("客户", "Customer"),
    "machine": Label("设备", "Machine"),
    "unknown": Label("不明", "Unknown"),
}
SEVERITIES = {
    "red_line": Label("红线", "Red line"),
    "major": Label("严重", "Major"),
    "minor": Label("轻微", "Minor"),
}
STATUSES = {
    "confirmed": Label("已确认", "Confirmed"),
    "review": Label("待复核", "In review"),
    "rejected": Label("已排除", "Rejected"),
}
VERDICTS = {
    "met": Label("做到", "Met"),
    "breached": Label("违反", "Breached"),
    "absent": Label("未听到", "Not heard"),
    "not_applicable": Label("不适用", "Not applicable"),
    "unsure": Label("无法判断", "Cannot tell"),
}
POLARITIES = {
    "credit": Label("加分", "Credit"),
    "duty": Label("应做", "Duty"),
    "breach": Label("禁止", "Breach"),
    "cue": Label("信号", "Cue"),
    "measure": Label("测量", "Measure"),
}
MATCHES = {
    "exact": Label("原话", "Exact"),
    "phonetic": Label("近音", "Phonetic"),
    "semantic": Label("近义", "Semantic"),
    "acoustic": Label("声学", "Acoustic"),
    "absence": Label("缺失", "Absence"),
    "measure": Label("测量", "Measure"),
}
COURTESY = (
    Label("粗鲁", "Rude"),
    Label("生硬", "Curt"),
    Label("礼貌", "Polite"),
    Label("热情", "Warm"),
)
"""By level, 0–3."""
RECORDING_STATUSES = {
    "ok": Label("完成", "Done"),
    "failed": Label("失败", "Failed"),
    "skipped": Label("跳过", "Skipped"),
}
TONES = {
    "优秀": "best",
    "可示范": "best",
    "良好": "good",
    "保持": "good",
    "合格": "fair",
    "辅导": "fair",
    "不合格": "poor",
    "重点辅导": "poor",
}
"""Colour of a band by its name; a bank's own names stay without."""
