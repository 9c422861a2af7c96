"""Made-up people at counters, of whom an audit finds nothing unless something is planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from svcscore.testing.observations import make_observations
from svcscore.tracking.observations import Column, Observations

Planted = Callable[[dict[str, Any]], Column]
"""From the columns (microphone, snr_db, …) to what is added to each row, [n]."""


def make_shifts(
    seed: int,
    *,
    people: int = 12,
    days: int = 20,
    a_day: int = 6,
    errors: float = 0.06,
    total: Planted | None = None,
    wrong: Planted | None = None,
) -> Observations:
    """People with levels, good and bad days, voices and branches; microphones change by day.

    Args:
        seed: of everything.
        people: each works every day.
        days: worked.
        a_day: interactions of a person a day.
        errors: share of reviewed findings that people overturn.
        total: points added to totals.
        wrong: probability added to `errors`.
    """
    rng = np.random.default_rng(seed)
    n = people * days * a_day
    person = np.repeat(np.arange(people), days * a_day)
    day = np.tile(np.repeat(np.arange(days), a_day), people)
    shift = person * days + day
    columns: dict[str, Any] = {
        "staff": np.array([f"T{p:02}" for p in person]),
        "branch": np.array([f"B{p % 3}" for p in person]),
        "microphone": np.array([f"M{m}" for m in rng.integers(0, 4, people * days)])[shift],
        "day": np.datetime64("2026-03-02") + day,
        "hour": rng.integers(9, 17, n),
        "snr_db": rng.normal(17, 4, n),
        "pitch_hz": rng.normal(0, 15, n) + np.linspace(120, 260, people)[person],
        "reviewed": rng.binomial(4, 0.5, n),
    }
    level = rng.normal(0, 4, people)[person] + rng.normal(0, 3, people * days)[shift]
    score = 80 + level + rng.normal(0, 8, n) + (total(columns) if total else 0.0)
    chance = errors + (wrong(columns) if wrong else np.zeros(n))
    overturned = rng.binomial(columns["reviewed"], chance)
    return make_observations(n, total=np.clip(score, 0, 100), overturned=overturned, **columns)
