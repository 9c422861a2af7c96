"""The sentences of an audit: what differs, how large, how sure, and what to do."""

from __future__ import annotations

from svcscore.tracking.fairness_contrast import Contrast
from svcscore.tracking.fairness_gap import ERROR, Cause, Factor, Gap, Outcome

FACTORS = {
    Factor.MICROPHONE: "麦克风",
    Factor.NOISE: "噪声",
    Factor.HOUR: "时段",
    Factor.PITCH: "音高",
    Factor.BRANCH: "网点",
}
OUTCOMES = {Outcome.TOTAL: "得分", Outcome.OVERTURNED: "复核推翻率"}
CAUSES = {
    Cause.MACHINE: "机器原因",
    Cause.OPEN: "原因待查",
    Cause.PEOPLE: "人员构成",
    Cause.NONE: "无明显差异",
    Cause.TOO_FEW: "数据太少",
}
_CHECKS = {
    Factor.MICROPHONE: "请检查或更换该麦克风；查清之前，不要用这些录音的分数考核个人",
    Factor.NOISE: "请改善拾音或降噪；查清之前，噪声大的录音不要用于考核个人",
    Factor.HOUR: "请抽听该时段的录音，查清机器为何常错；查清之前，不要用该时段的分数考核个人",
    Factor.PITCH: "请抽听这些人的录音，查清机器为何常错；查清之前，不要用分数给他们排名",
    Factor.BRANCH: "请抽听该网点的录音，检查设备与规则；查清之前，不要拿该网点的分数与其他网点比较",
}


def describe(gap: Gap) -> str:
    """One gap in plain Chinese."""
    if gap.contrast is None:
        return (
            f"{_subject(gap)}：数据太少（{gap.rows} {_unit(gap)}，{gap.staff} 人，"
            f"其中 {gap.shared} 人也在其他组），无法判断。"
        )
    what = f"{_subject(gap)}：{_compared(gap.contrast)}，{_difference(gap, gap.contrast)}"
    return f"{what}；{_sure(gap)}。{_advice(gap, gap.contrast)}"


def summary(interactions: int, flagged: int, tested: int) -> str:
    """The audit in one sentence."""
    if not tested:
        return f"共 {interactions} 次互动，各组数据都太少，无法比较。"
    found = (
        f"其中 {flagged} 项差异应归于机器而不是个人，请先处理。"
        if flagged
        else "没有发现应归于机器的差异。"
    )
    return (
        f"共 {interactions} 次互动，比较了 {tested} 项（误报概率合计不超过 {ERROR:.0%}），{found}"
    )


def _subject(gap: Gap) -> str:
    return f"{FACTORS[gap.factor]}「{gap.group}」的{OUTCOMES[gap.outcome]}"


def _unit(gap: Gap) -> str:
    return "次互动" if gap.outcome is Outcome.TOTAL else "条已复核的发现"


def _compared(contrast: Contrast) -> str:
    return "同一柜员自己与自己比" if contrast.within else "与其他柜员相比（不是同一批人）"


def _difference(gap: Gap, contrast: Contrast) -> str:
    unit = "分" if gap.outcome is Outcome.TOTAL else "个百分点"
    word = "高" if contrast.effect > 0 else "低"
    ends = (contrast.low, contrast.high) if contrast.effect > 0 else (-contrast.high, -contrast.low)
    return f"{word} {abs(contrast.effect):.1f} {unit}（90% 区间 {ends[0]:.1f} 至 {ends[1]:.1f}）"


def _sure(gap: Gap) -> str:
    if gap.sure:
        return "校正多重比较后仍可确信有差异"
    return f"校正多重比较后不能确信有差异（p={gap.adjusted:.2f}）"


def _advice(gap: Gap, contrast: Contrast) -> str:
    if gap.cause is Cause.MACHINE:
        why = (
            "人工复核发现机器在这里更常出错"
            if gap.outcome is Outcome.OVERTURNED
            else "人没有变，分数随录音条件变，应归于机器"
        )
        return f"{why}。{_CHECKS[gap.factor]}。"
    if gap.cause is Cause.PEOPLE:
        return (
            f"各组原始平均相差 {abs(gap.plain or 0.0):.1f}，主要因为人员不同，不是录音条件造成的。"
        )
    if gap.cause is Cause.OPEN and gap.outcome is Outcome.OVERTURNED:
        return "机器在这里出错较少，无需处理。"
    if gap.cause is Cause.OPEN:
        return (
            "人没有变，差异来自环境、业务或设备，请抽听后再下结论。"
            if contrast.within
            else "可能是人员不同，也可能是机器原因，请抽听两边的录音后再下结论。"
        )
    return "差异很小，无需处理。" if gap.sure else "目前无需处理。"
