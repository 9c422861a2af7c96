"""Why an interaction asks for review, in words for the reviewer, and what a review has settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from svcscore.records import Finding, Severity
from svcscore.scoring.account import Case, confirmed
from svcscore.scoring.telling import Telling
from svcscore.scoring.uncertainty import TAIL
from svcscore.scoring.voices import cast

_KNOWN = 1.0 - TAIL
"""A voice whose role is less sure than this may be wrong within the interval."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is still to be asked of a person about one interaction."""

    findings: tuple[str, ...]
    """Reasons of single findings."""
    doubts: tuple[str, ...]
    """Reasons of items that could not be told."""
    audio: tuple[str, ...]
    """Reasons of the audio."""
    closed: bool
    """Whether a person has decided about every finding that bears on the score."""
    strangers: bool
    """Whether a voice that passes for staff may well be a customer's."""
    review_width: float

    @classmethod
    def of(cls, case: Case, audio: tuple[str, ...], settled: Collection[str]) -> Asked:
        """What is to be asked once the findings of `settled` were reviewed."""
        closed = bool(settled) and all(finding.id in settled for finding in case.findings)
        titles = [
            entry.slot.item.title
            for entry in case.entries
            if any(finding.id not in settled for finding in entry.doubtful)
        ]
        return cls(
            findings=tuple(
                why
                for breach in case.breaches
                if breach.id not in settled
                for why in _of_breach(breach)
            ),
            doubts=(f"听不清，不计分：{'、'.join(titles)}",) if titles else (),
            # who has decided about all of it has listened
            audio=() if closed else audio,
            closed=closed,
            strangers=any(role < _KNOWN for role in cast(case.tones).roles.values()),
            review_width=case.rubric.review_width,
        )

    def reasons(self, width: float) -> tuple[str, ...]:
        """All of them, for a score with an interval of `width` points."""
        wide = width > self.review_width and not self.closed
        why = "（说话人身份不够确定）" if self.strangers else ""
        too_wide = (f"分数区间过宽：{width:.0f} 分{why}",) if wide else ()
        return (*self.findings, *self.doubts, *too_wide, *self.audio)


def said(case: Case, telling: Telling) -> str:
    """Which finding to begin with, and why."""
    what = _named(case, telling.finding)
    return f"建议先复核{what}：预计可使分数区间缩小约 {telling.gain:.0f} 分"


def red_lines(case: Case, *, sure: bool) -> tuple[Finding, ...]:
    """Red lines that are confirmed, or that might be."""
    return tuple(
        breach
        for breach in case.breaches
        if breach.severity is Severity.RED_LINE and confirmed(breach) is sure
    )


def _of_breach(breach: Finding) -> Iterator[str]:
    if breach.severity is Severity.RED_LINE and confirmed(breach):
        yield f"红线须人工复核：{_phrase(breach)}"
    elif breach.severity is not Severity.MINOR and not confirmed(breach):
        what = "红线" if breach.severity is Severity.RED_LINE else "违规"
        yield f"疑似{what}待复核：{_phrase(breach)}（概率 {breach.probability:.0%}）"


def _phrase(finding: Finding) -> str:
    """The rule's phrase, not what was heard: that may hold a part of somebody's number."""
    phrase = finding.evidence[0].phrase if finding.evidence else ""  # deleted words leave none
    return f"「{phrase}」" if phrase else finding.code


def _named(case: Case, finding: Finding) -> str:
    if finding.severity is not None:
        return _phrase(finding)
    entry = next(entry for entry in case.entries if finding in entry.findings)
    return f"“{entry.slot.item.title}”"
