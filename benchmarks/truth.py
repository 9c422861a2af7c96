"""How often audits raise false alarms, and how often intervals of reviews hold the truth; simulated.

Usage: python benchmarks/truth.py [--seed 1000] [--runs 400]
"""

import click
import numpy as np

from svcscore.scoring.agreement_bootstrap import weighted_share
from svcscore.testing.shifts import make_shifts
from svcscore.tracking.fairness import audit

LOSS = -4.0


@click.command()
@click.option("--seed", default=1000, show_default=True)
@click.option(
    "--runs", default=400, show_default=True, help="Audits of each line; five times as many shares."
)
def main(seed: int, runs: int) -> None:
    """Print the figures of docs/explanation/agreement.md and fairness.md."""
    click.echo(f"seeds {seed}–{seed + runs - 1}")
    click.echo("audits in which nothing differs: people, days, wrong findings → sure, flagged")
    for errors in (0.01, 0.06):
        for people, days in ((12, 12), (40, 6), (4, 40)):
            sure, flagged = _false_alarms(seed, runs, people, days, errors)
            click.echo(f"  {people:3} {days:3} {errors:4.0%}  {sure:6.2%} {flagged:6.2%}")
    click.echo(
        f"90 % interval of {LOSS} points at one microphone holds it: {_planted(seed, runs):.1%}"
    )
    click.echo(
        "90 % interval of a share of wrong findings holds it: interactions, share → coverage"
    )
    for size in (8, 15, 30, 100):
        for share in (0.1, 0.3):
            click.echo(f"  {size:4} {share:4.0%}  {_covered(seed, 5 * runs, size, share):.1%}")


def _false_alarms(
    seed: int, runs: int, people: int, days: int, errors: float
) -> tuple[float, float]:
    gaps = [
        audit(make_shifts(seed + run, people=people, days=days, a_day=5, errors=errors)).gaps
        for run in range(runs)
    ]
    sure = np.mean([any(gap.sure for gap in one) for one in gaps])
    return float(sure), float(np.mean([any(gap.flagged for gap in one) for one in gaps]))


def _planted(seed: int, runs: int) -> float:
    inside = []
    for run in range(runs):
        shifts = make_shifts(seed + run, days=12, total=lambda c: LOSS * (c["microphone"] == "M2"))
        (gap,) = [g for g in audit(shifts).gaps if (g.group, g.outcome) == ("M2", "total")]
        assert gap.contrast is not None
        inside.append(gap.contrast.low <= LOSS <= gap.contrast.high)
    return float(np.mean(inside))


def _covered(seed: int, runs: int, size: int, share: float) -> float:
    """One to three findings an interaction, that are wrong together; weights from 1 to 4."""
    rng = np.random.default_rng(seed)
    inside = []
    for run in range(runs):
        findings = rng.integers(1, 4, size)
        wrong = rng.binomial(findings, rng.beta(share * 4, (1 - share) * 4, size))
        weights = rng.uniform(1, 4, size)
        found = weighted_share(weights, wrong.astype(float), findings.astype(float), run, "share")
        assert found is not None
        inside.append(found.low <= share <= found.high)
    return float(np.mean(inside))


if __name__ == "__main__":
    main()
