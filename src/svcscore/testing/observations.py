"""Made-up observations: a test says only what it is about."""

from __future__ import annotations

from typing import Any

import numpy as np

from svcscore.tracking.observations import Observations


def make_observations(n: int, *, seed: int = 1, **columns: Any) -> Observations:  # noqa: ANN401
    """`n` counter visits, twenty a day from 2 March 2026, of teller T001 in branch B01.

    Args:
        n: rows.
        seed: of the made-up totals (mean 80, standard deviation 10).
        columns: whole columns, or one value for all rows.
    """
    rng = np.random.default_rng(seed)
    total = np.clip(rng.normal(80.0, 10.0, n), 0.0, 100.0)
    position = np.arange(n)
    defaults: dict[str, Any] = {
        "interaction": np.array([f"{i:016x}" for i in position]),
        "staff": "T001",
        "branch": "B01",
        "microphone": "M1",
        "day": np.datetime64("2026-03-02") + position // 20,
        "hour": 9 + position % 20 // 3,
        "kind": "counter",
        "business": "withdrawal",
        "load": 3,
        "snr_db": 20.0,
        "pitch_hz": 200.0,
        "total": total,
        "red_lines": 0,
        "red_lines_in_review": 0,
        "needs_review": False,
        "reviewed": 0,
        "overturned": 0,
        "courtesy": np.tile([0, 0, 5, 1], (n, 1)),
        "names": ("五声服务", "服务流程"),
    }
    filled = defaults | columns
    total = np.broadcast_to(np.asarray(filled["total"], dtype=float), n)
    filled.setdefault("low", total - 4.0)
    filled.setdefault("high", total + 4.0)
    names = filled.pop("names")
    filled.setdefault("dimensions", np.tile(total[:, None], (1, len(names))))
    return Observations(
        names=names,
        **{name: value if np.ndim(value) else np.full(n, value) for name, value in filled.items()},
    )
