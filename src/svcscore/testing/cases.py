"""Made-up interactions that are like the samples, and real ones from the lines of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from svcscore.records import (
    STAFF_ROLES,
    CourtesyScore,
    Finding,
    Match,
    Polarity,
    Role,
    Severity,
    Status,
    Turn,
    Verdict,
)
from svcscore.reports.lines import InteractionLine
from svcscore.scoring.account import Case, lay_out
from svcscore.scoring.lattice import Sum
from svcscore.scoring.rubric import Rubric
from svcscore.scoring.uncertainty import STEP, distribution, stakes
from svcscore.testing.records import (
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
    make_turn,
)

CREDITS = tuple(
    code
    for pack, steps in {
        "voice": "greeting inquiry answer thanks apology farewell explanation address",
        "flow.teller": "welcome inquire receive process recommend return farewell",
        "rights": "information.duty choice.duty property.duty redress.duty education.duty",
        "complaint": "respond soothe resolve confirm empathy",
        "waiting": "appease",
    }.items()
    for code in (f"{pack}.{step}" for step in steps.split())
)
BREACHES = ("forbidden.impatience", "forbidden.deflection", "rights.choice.breach")


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up interaction and what was found in it."""

    case: Case
    findings: tuple[Finding, ...]
    courtesy: tuple[CourtesyScore, ...]

    @property
    def uncertain(self) -> int:
        """Findings that may be wrong."""
        return sum(0 < stake.chance < 1 for stake in stakes(self.case))

    @property
    def unsure(self) -> bool:
        """Whether the ends are assumed, rather than reckoned."""
        return any(stake.worst != stake.best for stake in stakes(self.case))

    @property
    def spread(self) -> Sum:
        """The distribution of the total by its stated probabilities."""
        held = stakes(self.case)
        return distribution(self.case, held, np.array([[s.chance for s in held]]), STEP)


def made(rng: np.random.Generator, rubric: Rubric, *, unsure: bool, turns: int = 0) -> Made:
    """One interaction: up to 26 items, now and then a breach, one to three voices of staff."""
    number = turns or int(rng.integers(1, 16))
    voices = rng.beta(12, 1, int(rng.integers(1, 4)))
    said = make_dialogue(*[(Role.TELLER, "您好请问办理什么业务爱办不办")] * number)
    owners = rng.integers(len(voices), size=number)
    spoken = tuple(
        replace(turn, speaker=f"S{owner}", staff_probability=float(voices[owner]))
        for turn, owner in zip(said, owners, strict=True)
    )
    interaction = make_interaction(spoken, id=f"{rng.integers(1 << 60):016x}")
    codes = rng.permutation(CREDITS)[: rng.integers(0, len(CREDITS) + 1)]
    sure = rng.random() * 0.5
    findings = [
        _credit(rng, code, spoken[int(rng.integers(number))], certain=rng.random() < sure)
        for code in map(str, codes)
    ]
    if unsure:
        findings[:2] = [replace(f, verdict=Verdict.UNSURE, probability=0.7) for f in findings[:2]]
    findings += _breaches(rng, spoken)
    courtesy = tuple(
        CourtesyScore(turn=at, probabilities=tuple(rng.dirichlet([0.05, 0.15, 1.2, 0.3]).tolist()))
        for at in range(number)
    )
    case = lay_out(interaction, findings, courtesy, rubric)
    return Made(case, tuple(findings), courtesy)


def _credit(rng: np.random.Generator, code: str, turn: Turn, *, certain: bool) -> Finding:
    """Said in `turn`, or said nowhere."""
    met = rng.random() < 0.7
    probability = 1.0 if certain else float(rng.beta(9, 0.9)) * (turn.staff_probability**met)
    evidence = (make_evidence(turn, "您好"),) if met else ()
    return make_finding(
        code,
        *evidence,
        id=code,
        polarity=Polarity.DUTY,
        severity=None,
        verdict=Verdict.MET if met else Verdict.ABSENT,
        probability=probability,
    )


def _breaches(rng: np.random.Generator, turns: Sequence[Turn]) -> Iterator[Finding]:
    for at in range(rng.poisson(0.4)):
        sure = float(rng.uniform(0.2, 1.0))
        yield make_finding(
            str(rng.choice(BREACHES)),
            make_evidence(turns[int(rng.integers(len(turns)))], "爱办不办"),
            id=f"breach-{at}",
            severity=list(Severity)[rng.choice(3, p=[0.3, 0.3, 0.4])],
            probability=sure,
            status=Status.CONFIRMED if sure >= 0.9 else Status.REVIEW,
        )


def of_line(line: InteractionLine, rubric: Rubric) -> Made:
    """An interaction of a run; its line does not hold the certainty of roles, so staff are 0.98."""
    turns = tuple(
        make_turn(
            turn.text or "嗯",
            index=turn.index,
            start=turn.start,
            role=turn.role,
            speaker=turn.speaker,
            staff_probability=0.98 if turn.role in STAFF_ROLES else 0.02,
        )
        for turn in line.turns
    )
    by_index = {turn.index: turn for turn in turns}
    findings = tuple(
        make_finding(
            found.code,
            *(
                (make_evidence(by_index[found.turn], by_index[found.turn].text),)
                if found.turn in by_index and found.match is not Match.ABSENCE
                else ()
            ),
            id=found.id,
            polarity=found.polarity,
            severity=found.severity,
            verdict=found.verdict,
            role=found.role,
            probability=found.probability,
            status=found.status,
            match=found.match,
        )
        for found in line.findings
    )
    courtesy = tuple(
        CourtesyScore(turn=turn.index, probabilities=_whole(turn.courtesy.probabilities))
        for turn in line.turns
        if turn.courtesy is not None
    )
    interaction = make_interaction(turns, id=line.interaction_id, kind=line.kind)
    return Made(lay_out(interaction, findings, courtesy, rubric), findings, courtesy)


def _whole(levels: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Probabilities as they were before they were rounded: they add up to one."""
    rude, curt, polite, warm = (level / sum(levels) for level in levels)
    return rude, curt, polite, warm
