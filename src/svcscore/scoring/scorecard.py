"""The score of one interaction: a pure function of what was found and of the rubric.

Every point has its line in the account, and the lines add up to the total.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from svcscore.records import SCORED_KINDS, STAFF_ROLES, CourtesyScore, Finding, Interaction
from svcscore.scorecards import DimensionScore, PointsLine, Scorecard
from svcscore.scoring.account import (
    Case,
    Charge,
    Part,
    allot,
    confirmed,
    lay_out,
    most_probable,
    over_ceilings,
)
from svcscore.scoring.profile import TOP, Dimension
from svcscore.scoring.reasons import Asked, red_lines, said
from svcscore.scoring.rubric import Rubric
from svcscore.scoring.telling import most_telling
from svcscore.scoring.uncertainty import interval

DEDUCTIONS = "deductions"
"""The dimension of lines that cost points."""
CANNOT_JUDGE = "无法判定"


def scorecard(
    interaction: Interaction,
    findings: Iterable[Finding],
    courtesy: Iterable[CourtesyScore],
    rubric: Rubric,
    *,
    unsure: tuple[str, ...] = (),
    settled: Collection[str] = frozenset(),
) -> Scorecard:
    """Score one interaction.

    Args:
        interaction: what was said.
        findings: of its rules.
        courtesy: of its staff turns.
        rubric: what is worth what.
        unsure: reasons, in Chinese, why the audio limits the judgement.
        settled: ids of findings that a person has decided about (`final.reviewed`); they ask for no
            review, and where all are settled nothing does.
    """
    case = lay_out(interaction, findings, courtesy, rubric)
    asked = Asked.of(case, unsure, settled)
    if refused := _refusal(interaction):
        return _unscored(case, refused, asked)
    parts = allot(case, most_probable(case))
    within = interval(case)
    if within is None or not any(part.share is not None for part in parts):
        return _unscored(case, f"{CANNOT_JUDGE}：没有可以评分的项目", asked)
    lines = tuple(_lines(case, parts))
    total = min(TOP, max(0.0, sum(line.earned for line in lines)))
    low, high = _limited(case, total, *within)
    reasons = asked.reasons(high - low)
    telling = most_telling(case, settled) if reasons else None
    band = rubric.band_of(total)
    return Scorecard(
        total=total,
        low=low,
        high=high,
        band=band.name,
        red_line=bool(red_lines(case, sure=True)),
        needs_review=bool(reasons),
        reasons=(*reasons, *((said(case, telling),) if telling else ())),
        dimensions=_dimensions(case, parts),
        lines=lines,
        telling=telling.finding.id if telling else None,
        means=band.means,
    )


def _refusal(interaction: Interaction) -> str | None:
    """Why the interaction has no score."""
    if interaction.kind not in SCORED_KINDS:
        return "内部活动或厅堂微沙，不评分"
    if not any(turn.words for turn in interaction.turns):
        return f"{CANNOT_JUDGE}：没有听到说话"
    if not any(turn.words and turn.role in STAFF_ROLES for turn in interaction.turns):
        return f"{CANNOT_JUDGE}：没有听到工作人员说话"
    return None


def _unscored(case: Case, refused: str, asked: Asked) -> Scorecard:
    """No score; red lines and what may be one are told all the same."""
    heard = any(turn.words for turn in case.interaction.turns)
    # speech that ought to be scored and cannot be: its roles may be mistaken
    strange = heard and case.interaction.kind in SCORED_KINDS and not asked.closed
    return Scorecard(
        total=None,
        low=None,
        high=None,
        band=None,
        red_line=bool(red_lines(case, sure=True)),
        needs_review=bool(asked.findings) or strange,
        reasons=(refused, *asked.audio, *asked.findings),
        dimensions=tuple(
            DimensionScore(name=d.name, title=d.title, score=None, weight=_weight(case, d))
            for d in case.rubric.dimensions
        ),
        lines=(),
    )


def _limited(case: Case, total: float, low: float, high: float) -> tuple[float, float]:
    """The interval under the ceiling of red lines; sums of lines may differ in the last digit."""
    ceiling = case.rubric.deductions.red_line.ceiling
    low, high = min(low, total), max(high, total)
    if red_lines(case, sure=True):
        return min(low, ceiling), min(high, ceiling)
    return (min(low, ceiling), high) if red_lines(case, sure=False) else (low, high)


def _dimensions(case: Case, parts: Sequence[Part]) -> tuple[DimensionScore, ...]:
    lost = {dimension.name: points for dimension, points in _over_ceilings(case, parts)}
    scores = []
    for dimension in case.rubric.dimensions:
        mine = [p for p in parts if p.entry.slot.dimension is dimension and p.share is not None]
        possible = sum(part.possible for part in mine)
        earned = sum(part.earned for part in mine) - lost.get(dimension.name, 0.0)
        scores.append(
            DimensionScore(
                name=dimension.name,
                title=dimension.title,
                score=min(TOP, TOP * earned / possible) if mine else None,
                weight=_weight(case, dimension),
            )
        )
    return tuple(scores)


def _weight(case: Case, dimension: Dimension) -> float:
    """Its share of the whole at the post of the interaction."""
    post = case.interaction.kind.value
    return dimension.weight_at(post) / sum(d.weight_at(post) for d in case.rubric.dimensions)


def _over_ceilings(case: Case, parts: Sequence[Part]) -> tuple[tuple[Dimension, float], ...]:
    return tuple(over_ceilings(case, parts)) if red_lines(case, sure=True) else ()


def _lines(case: Case, parts: Sequence[Part]) -> Iterator[PointsLine]:
    subtotal = 0.0
    items = map(_item_line, parts, [len(case.tones)] * len(parts))
    for line in (*items, *_costs(case), *_ceilings(case, parts)):
        subtotal += line.earned
        yield line
    ceiling = case.rubric.deductions.red_line.ceiling
    reds = red_lines(case, sure=True)
    if reds and subtotal > ceiling:
        yield _limit(DEDUCTIONS, "ceiling", "红线封顶", ceiling - subtotal, reds)
    elif subtotal < 0:
        yield _limit(DEDUCTIONS, "floor", "最低零分", -subtotal, ())


def _ceilings(case: Case, parts: Sequence[Part]) -> Iterator[PointsLine]:
    """What a red line takes from single dimensions."""
    reds = red_lines(case, sure=True)
    for dimension, lost in _over_ceilings(case, parts):
        yield _limit(dimension.name, "ceiling", f"红线封顶：{dimension.title}", -lost, reds)


def _item_line(part: Part, turns: int) -> PointsLine:
    slot, entry = part.entry.slot, part.entry
    return PointsLine(
        dimension=slot.dimension.name,
        item=slot.item.id,
        title=slot.item.title,
        earned=part.earned,
        possible=part.possible,
        applicable=part.share is not None,
        finding_ids=tuple(finding.id for finding in entry.findings),
        note=_note(part, turns),
    )


def _note(part: Part, turns: int) -> str:
    entry = part.entry
    if entry.slot.item.courtesy:
        return f"依据 {turns} 段员工发言的态度" if part.share is not None else "没有可判断的发言"
    if entry.slot.item.unless:
        pending = any(not confirmed(breach) for breach in entry.findings)
        return "待复核，暂不扣分" if pending else ""
    if part.share is not None and entry.doubtful:
        return "部分听不清，该部分不计分"
    if part.share is not None:
        return "先后颠倒，只计部分分" if part.share and entry.keeps < 1 else ""
    return "听不清，不计分" if entry.findings else "未触发，不适用"


def _costs(case: Case) -> Iterator[PointsLine]:
    for charge in case.charges:
        count = sum(map(confirmed, charge.breaches))
        left = charge.cost(count)
        for breach in charge.breaches:
            cost = min(charge.rule.points, left) if confirmed(breach) else 0.0
            left -= cost
            yield PointsLine(
                dimension=DEDUCTIONS,
                item=charge.name,
                title=charge.title,
                earned=-cost,
                possible=0.0,
                applicable=confirmed(breach),
                finding_ids=(breach.id,),
                note=_cost_note(charge, breach, cost, count),
            )


def _cost_note(charge: Charge, breach: Finding, cost: float, count: int) -> str:
    if not confirmed(breach):
        return "待复核，暂不扣分"
    if count < charge.rule.repeats:
        return "未重复出现，不扣分"
    return "" if cost == charge.rule.points else f"此类扣分以 {charge.rule.cap:g} 分为限"


def _limit(
    dimension: str, item: str, title: str, points: float, findings: Sequence[Finding]
) -> PointsLine:
    return PointsLine(
        dimension=dimension,
        item=item,
        title=title,
        earned=points,
        possible=0.0,
        applicable=True,
        finding_ids=tuple(finding.id for finding in findings),
        note="",
    )
