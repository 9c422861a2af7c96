"""The numbers of a run for Prometheus: a file for node_exporter's textfile collector, or a registry."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from svcscore.errors import OutputError
from svcscore.reports.lines import RecordingLine
from svcscore.reports.summary import Summary


def registry_of(
    summary: Summary, recordings: Sequence[RecordingLine], wall_seconds: float
) -> CollectorRegistry:
    """Gauges of the run that has just ended; nothing in them tells who or what was said."""
    registry = CollectorRegistry()
    plain = {
        "audio_seconds": ("Seconds of audio of all inputs", summary.audio_seconds),
        "speech_seconds": ("Seconds of speech of all inputs", summary.speech_seconds),
        "interactions": ("Interactions found", summary.interactions),
        "scored_interactions": ("Interactions that have a score", summary.scored),
        "red_line_interactions": ("Interactions with a confirmed red line", summary.red_line),
        "review_interactions": ("Interactions that ask for a review", summary.needs_review),
        "wall_seconds": ("Seconds that the run took", wall_seconds),
        "finished_timestamp_seconds": ("When the run ended, Unix time", time.time()),
    }
    for name, (told, value) in plain.items():
        Gauge(f"svcscore_run_{name}", told, registry=registry).set(value)
    inputs = Gauge("svcscore_run_inputs", "Inputs by status", ["status"], registry=registry)
    for status, count in (
        ("ok", summary.ok),
        ("failed", summary.failed),
        ("skipped", summary.skipped),
    ):
        inputs.labels(status).set(count)
    faults = Gauge("svcscore_run_faults", "Inputs by error code", ["code"], registry=registry)
    for code, count in Counter(line.error.code for line in recordings if line.error).items():
        faults.labels(code).set(count)
    return registry


def write_metrics(
    path: Path, summary: Summary, recordings: Sequence[RecordingLine], wall_seconds: float
) -> None:
    """Write the gauges to `path`, which readers see whole or not at all.

    Raises:
        OutputError: where that is not possible.
    """
    try:
        write_to_textfile(str(path), registry_of(summary, recordings, wall_seconds))
    except OSError as fault:
        raise OutputError(
            "output.unwritable",
            f"the metrics cannot be written ({fault.strerror})",
            "check the folder and its permissions",
            str(path),
        ) from fault
