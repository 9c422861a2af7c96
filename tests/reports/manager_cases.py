"""Made-up branches for the manager's reports: who served when, how well, and what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from svcscore.records import Polarity, Severity
from svcscore.reports.hours import Wait
from svcscore.reports.monthly import FindingCount, ItemShare, Material
from svcscore.scoring.profile import Band
from svcscore.testing.observations import make_observations
from svcscore.tracking.track import track

HOSTILE = ("<script>alert(1)</script>", '=HYPERLINK("http://x","y")', "张三&$x$\u202e\x00")
BANDS = (
    Band(name="优秀", least=90),
    Band(name="良好", least=80),
    Band(name="合格", least=70),
    Band(name="不合格", least=0),
)
ITEMS = (
    "来有迎声", "主动询问声", "问有答声", "谢声", "歉声", "走有送声", "3 礼貌接", "4 及时办", "服务态度",
    "风险与费用告知", "安全与反诈提示", "一个很长很长很长很长很长的评分项目名称",
)  # fmt: skip
FOUND = (
    ("voice.farewell", "没有道别", Polarity.DUTY, None),
    ("voice.inquiry", "没有主动询问", Polarity.DUTY, None),
    ("rights.property.duty", "未作反诈提示", Polarity.DUTY, None),
    ("forbidden.impatience", "不耐烦用语", Polarity.BREACH, Severity.MAJOR),
    ("forbidden.coldness", "冷漠用语", Polarity.BREACH, Severity.MINOR),
    ("forbidden.abuse", "辱骂客户", Polarity.BREACH, Severity.RED_LINE),
)
_HOURS = np.array([9, 9, 10, 10, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16])


def staff_names(count):
    return tuple(f"T{1001 + n}" for n in range(count))


def observed(names, *, first="2026-01-05", weeks=12, a_day=14, seed=3, drop=True):
    """Working days of everybody; the second person drops in the last three weeks, all are curt at 10."""
    rng = np.random.default_rng(seed)
    start = np.datetime64(first)
    days = np.array([start + 7 * w + d for w in range(weeks) for d in range(5)])
    day = np.repeat(days, len(names) * a_day)
    staff = np.tile(np.repeat(np.array(names), a_day), len(days))
    n = day.size
    hour = rng.choice(_HOURS, n)
    level = 78 + 7 * np.sin(np.arange(len(names)))
    total = level[np.tile(np.repeat(np.arange(len(names)), a_day), len(days))]
    late = day >= days[-min(15, days.size)]
    total = total + rng.normal(0, 9, n) - 2.0 * (hour == 10)
    if drop and len(names) > 1:
        total = total - 6.0 * ((staff == names[1]) & late)
    curt = rng.binomial(6, np.where(hour == 10, 0.16, 0.07))
    warm = rng.binomial(6 - curt, 0.2)
    order = np.lexsort((hour, day))
    columns = {
        "day": day, "hour": hour, "staff": staff, "total": np.clip(total, 0, 100),
        "load": rng.integers(1, 9, n), "red_lines": (rng.random(n) < 0.002).astype(int),
        "red_lines_in_review": (rng.random(n) < 0.004).astype(int),
        "needs_review": rng.random(n) < 0.08,
        "courtesy": np.stack([curt // 4, curt - curt // 4, 6 - curt - warm, warm], axis=1),
    }  # fmt: skip
    return make_observations(n, **{name: column[order] for name, column in columns.items()})


def in_month(seen, month):
    return seen.where(seen.day.astype("datetime64[M]") == np.datetime64(month))


EIGHT = staff_names(8)


def material(names=EIGHT, *, seen=None, month="2026-03", waits=False, seed=5):
    """The month of a branch, with findings and items made for its staff."""
    seen = observed(names) if seen is None else seen
    rng = np.random.default_rng(seed)
    items = [
        ItemShare(item=f"i{i}", title=title, staff_id=name,
                  earned=float(np.clip(rng.normal(0.5 + 0.04 * i, 0.15), 0, 1)),
                  applicable=int(rng.integers(0, 60)))
        for i, title in enumerate(ITEMS) for name in names
    ]  # fmt: skip
    findings = [
        FindingCount(code=code, title=title, staff_id=name, polarity=polarity, severity=severity,
                     count=int(rng.integers(0, 60 // (1 + 3 * i))), applicable=300)
        for i, (code, title, polarity, severity) in enumerate(FOUND) for name in names
    ]  # fmt: skip
    before = str(np.datetime64(month) - 1)
    return Material(
        branch="B01",
        month=month,
        now=in_month(seen, month),
        before=in_month(seen, before),
        tracking=track(seen),
        findings=tuple(findings),
        items=tuple(items),
        bands=BANDS,
        waits=tuple(Wait(hour=h, minutes=6.0 + 4 * (h == 10)) for h in range(9, 17)) if waits else (),
    )  # fmt: skip


NO_TRACKING = track(make_observations(0))


def nothing():
    """A branch of which nothing is known."""
    empty = make_observations(0)
    return Material(branch="B01", month="2026-03", now=empty, before=empty, tracking=NO_TRACKING,
                    findings=(), items=(), bands=BANDS)  # fmt: skip


def unscored(n=60):
    """Interactions without a total, without a time of day, in which nobody is named."""
    seen = make_observations(n, total=np.full(n, np.nan), hour=-1, staff="")
    return replace(nothing(), now=seen)
