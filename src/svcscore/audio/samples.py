"""What every file of this room means by samples."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from svcscore.spans import Span

RATE = 16_000
"""Hz; every sample past `decode` is at this rate."""

Samples: TypeAlias = npt.NDArray[np.float32]
"""float32, full scale at ±1 (lossy codecs exceed it); ``[n]``, or ``[channels, n]`` where said."""


def cut(samples: Samples, span: Span, rate: int = RATE) -> Samples:
    """The part of `samples` (``[n]`` or ``[channels, n]``) in `span`; a view, not a copy."""
    return samples[..., round(span.start * rate) : round(span.end * rate)]
