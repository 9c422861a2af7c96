"""What the manager's reports say in plain sentences, in both languages; figures carry their intervals."""

from __future__ import annotations

from svcscore.reports.change import Change, Estimate
from svcscore.reports.hours import HourLoad
from svcscore.reports.labels import KINDS, Label
from svcscore.reports.monthly import Headline, Monthly
from svcscore.tracking.staff import MIN_SAMPLE
from svcscore.tracking.tracking_records import Alarm, Board, ChangePoint, Track

_HEADLINES = {
    "mean": Label("平均分", "Mean score"),
    "curt": Label("生硬或粗鲁的发言", "Curt or rude turns"),
    "red": Label("有红线的互动", "Interactions with a red line"),
}
VERDICTS = {
    "more": Label("超出正常波动", "beyond noise"),
    "perhaps": Label("可能有变化，尚不能确定", "perhaps, not sure"),
    "noise": Label("在正常波动范围内", "within noise"),
}
"""Of a change."""
DIRECTIONS = {"down": Label("下降", "down"), "up": Label("上升", "up")}
_BY = {
    "cusum": Label("累积偏差", "cumulative sum"),
    "ewma": Label("平滑水平", "smoothed level"),
    "both": Label("累积偏差和平滑水平", "cumulative sum and smoothed level"),
}


def board_name(board: Board) -> Label:
    """Whom a board compares."""
    kind = KINDS.get(board.kind, Label(board.kind, board.kind))
    if board.branch is None:
        return Label(f"{kind.zh} · 全部网点", f"{kind.en} · all branches")
    return Label(f"{kind.zh} · {board.branch}", f"{kind.en} · {board.branch}")


def headline_name(month: Monthly, name: str) -> Label:
    """What a headline is called; the lowest band by its own name."""
    if name == "lowest":
        return Label(f"“{month.lowest}”占比", f"Share in “{month.lowest}”")
    return _HEADLINES[name]


def figure(headline: Headline, estimate: Estimate) -> str:
    """A headline's value in its unit."""
    return "–" if estimate.value is None else _in_unit(headline, estimate.value)


def within(headline: Headline, estimate: Estimate) -> str:
    """Its 90 % interval."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{_in_unit(headline, estimate.low)} – {_in_unit(headline, estimate.high)}"


def moved(headline: Headline, by: Change) -> str:
    """A change with its interval, in points or per cent points: ``-2.1（-3.2 – -1.0）``."""
    size, low, high = (_signed(headline, value) for value in (by.size, by.low, by.high))
    return f"{size}（{low} – {high}）"


def said(month: Monthly, headline: Headline) -> Label:
    """One sentence: where the figure stands, and whether it moved beyond noise."""
    name = headline_name(month, headline.name)
    now = figure(headline, headline.now)
    by = headline.change
    if headline.now.value is None:
        return Label(f"{name.zh}：本月没有数据。", f"{name.en}: nothing this month.")
    if by is None:
        return Label(
            f"{name.zh} {now}；样本不足，不与上月比较。",
            f"{name.en} {now}; too few to compare with the month before.",
        )
    up = by.size > 0
    size = _signed(headline, abs(by.size)).lstrip("+")
    span = f"{_signed(headline, by.low)} 至 {_signed(headline, by.high)}"
    way = ("升" if up else "降", "up" if up else "down")
    unit = ("分", "points") if headline.name == "mean" else ("个百分点", "per cent points")
    verdict = VERDICTS[by.verdict]
    good = ""
    if by.verdict == "more":
        good = "，变好" if headline.better else "，变差"
    return Label(
        f"{name.zh} {now}，比上月{way[0]} {size} {unit[0]}（90% 区间 {span}），{verdict.zh}{good}。",
        f"{name.en} {now}, {way[1]} {size} {unit[1]} on the month before"
        f" (90 %: {span.replace('至', 'to')}), {verdict.en}.",
    )


def summary(month: Monthly) -> tuple[Label, ...]:
    """The month in a few sentences, what matters first."""
    if not month.enough:
        return (
            Label(
                f"本月只有 {month.scored} 个已评分互动（少于 {MIN_SAMPLE} 个），样本不足，不作结论。",
                f"Only {month.scored} scored interactions this month (fewer than {MIN_SAMPLE}): too few.",
            ),
        )
    told = [said(month, headline) for headline in month.headlines if headline.now.value is not None]
    if month.red_lines or month.red_lines_in_review:
        told.append(
            Label(
                f"已确认红线 {month.red_lines} 次，另有 {month.red_lines_in_review} 次待复核；请逐条听取。",
                f"{month.red_lines} red lines confirmed, {month.red_lines_in_review} more to review.",
            )
        )
    tracks = [month.track] if month.track else []
    for track in (*tracks, *month.staff):
        told.extend(in_month(track, month.month))
    return tuple(told)


def in_month(track: Track, month: str) -> tuple[Label, ...]:
    """Alarms and change points of one person or branch that lie in ``2026-03``."""
    return (
        *(alarm_said(track.id, it) for it in track.chart.alarms if it.date.startswith(month)),
        *(change_said(track.id, it) for it in track.change_points if it.date.startswith(month)),
    )


def alarm_said(name: str, alarm: Alarm) -> Label:
    """An alarm of the control chart as a sentence."""
    way, by = DIRECTIONS[alarm.direction], _BY[alarm.by]
    return Label(
        f"{name}：{alarm.date} 控制图预警，水平{way.zh}（{by.zh}超出控制限，约自 {alarm.since} 起）。",
        f"{name}: alarm on {alarm.date}, level {way.en} ({by.en} left its limits, since about {alarm.since}).",
    )


def change_said(name: str, change: ChangePoint) -> Label:
    """A change point as a sentence."""
    size = change.size
    if size.value is None:
        by = ("", "")
    elif size.low is None or size.high is None:
        by = (f" {abs(size.value):.1f} 分", f" {abs(size.value):.1f} points")
    else:
        by = (
            f" {abs(size.value):.1f} 分（90% 区间 {size.low:+z.1f} 至 {size.high:+z.1f}）",
            f" {abs(size.value):.1f} points (90 %: {size.low:+z.1f} to {size.high:+z.1f})",
        )
    way = DIRECTIONS["down" if (size.value or 0.0) < 0 else "up"]
    span = f"{change.earliest} – {change.latest}"
    return Label(
        f"{name}：约从 {change.date} 起（{span}）水平{way.zh}{by[0]}。",
        f"{name}: from about {change.date} ({span}) the level is {way.en}{by[1]}.",
    )


def hours_said(month: Monthly) -> tuple[Label, ...]:
    """Hours worth a look, for whoever makes the roster."""
    told = [line for hour in month.hours if (line := _hour(hour)) is not None]
    if not told and month.hours:
        told.append(
            Label(
                "各时段的来客与在岗人数大致相称，没有明显偏忙或偏闲的时段。",
                "Visits and staff match well at all hours.",
            )
        )
    return tuple(told)


def _hour(hour: HourLoad) -> Label | None:
    if not (hour.busy or hour.idle or hour.harsher):
        return None
    zh, en = [], []
    if hour.per_staff is not None and hour.load is not None and (hour.busy or hour.idle):
        zh.append(
            f"在岗 {hour.staff:.1f} 人，每人每小时接待 {hour.per_staff:.1f} 位，是全天平均的 {hour.load:.1f} 倍"
        )
        en.append(
            f"{hour.staff:.1f} on duty, {hour.per_staff:.1f} visits each, {hour.load:.1f} times the usual"
        )
    if hour.harsher and hour.curt.value is not None and hour.against is not None:
        more = 100 * hour.against.size
        zh.append(
            f"生硬或粗鲁的发言占 {100 * hour.curt.value:.1f}%，比其他时段高 {more:.1f} 个百分点，超出正常波动"
        )
        en.append(
            f"{100 * hour.curt.value:.1f} % of turns curt or rude, {more:.1f} more than else, beyond noise"
        )
    advice = _advice(hour)
    clock = f"{hour.hour}–{hour.hour + 1}"
    return Label(
        f"{clock} 点：{'；'.join(zh)}。{advice.zh}", f"{clock}: {'; '.join(en)}. {advice.en}"
    )


def _advice(hour: HourLoad) -> Label:
    if hour.busy and hour.harsher:
        return Label(
            "又忙又生硬，宜优先增开窗口或错峰排班。", "Busy and curt: add a counter here first."
        )
    if hour.busy:
        return Label(
            "偏忙，服务未见变差；可考虑弹性增岗。", "Busy, no worse for it; consider more staff."
        )
    if hour.idle:
        return Label(
            "偏闲，可安排轮休、培训或支援忙时。",
            "Quiet: time for breaks, training or to help elsewhere.",
        )
    return Label(
        "不忙而生硬，宜听取该时段录音查原因。", "Not busy and yet curt: listen to this hour."
    )


def _in_unit(headline: Headline, value: float) -> str:
    return f"{value:.1f}" if headline.name == "mean" else f"{100 * value:.{_digits(headline)}f}%"


def _signed(headline: Headline, value: float) -> str:
    if headline.name == "mean":
        return f"{value:+z.1f}"
    return f"{100 * value:+z.{_digits(headline)}f}"


def _digits(headline: Headline) -> int:
    return 2 if headline.name == "red" else 1
