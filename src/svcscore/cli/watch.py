"""``svcscore watch``: recordings are scored as they arrive."""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from svcscore.cli.console import Console
from svcscore.cli.running import Chosen, Outcome, reach, run, run_options

if TYPE_CHECKING:
    from svcscore.intake.discover import Plan


_AGAIN = 60.0
"""Seconds after which what could not be read is tried again: a share may have been away."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@run_options
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Seconds that a recording and its sidecar must stand still to count as complete.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds between two looks at the folder.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    help="Serve the numbers of the last round for Prometheus on this port of this machine.",
)
def watch(
    folder: Path,
    settle: float,
    every: float,
    metrics_port: int | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Score the recordings that arrive in FOLDER until it is told to stop (SIGTERM, Ctrl-C).

    Each round scores what has arrived completely, as `svcscore score FOLDER` would, into the same
    --out; what was in work when it is stopped is done by the next call. A folder that is not there,
    or is no more, is waited for. Only a database (--db) keeps what has left the folder.
    """
    chosen = Chosen(**options)
    reach(chosen.url)
    watcher = _Watcher(folder, settle, chosen)
    if metrics_port is not None:
        watcher.serve(metrics_port)
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _stopping(stop))
    try:
        while not stop.is_set():
            watcher.round()
            stop.wait(every)
    except _StoppedError:
        pass
    watcher.tell("stopped", "stopped; the next call goes on from here")


class _StoppedError(BaseException):
    """A signal asked for the end in the middle of a round; no handler of errors may take it."""


def _stopping(stop: threading.Event) -> Any:  # noqa: ANN401
    def handle(signum: int, frame: FrameType | None) -> None:
        signal.signal(signum, signal.SIG_DFL)  # who asks twice does not want to wait
        stop.set()
        # a connection that is being closed at this moment is no fault to tell
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        raise _StoppedError

    return handle


class _Watcher:
    """One folder, what was seen of it, and what was done."""

    def __init__(self, folder: Path, settle: float, chosen: Chosen) -> None:
        from svcscore.intake.arrivals import Arrivals

        self._folder = folder
        self._chosen = chosen
        self._arrivals = Arrivals(settle)
        self._done: object = None
        self._again_at = math.inf
        self._there = True
        self._served: _Served | None = None

    def serve(self, port: int) -> None:
        """Answer Prometheus at 127.0.0.1, with the numbers of the last round."""
        from prometheus_client import start_http_server

        self._served = _Served()
        start_http_server(port, addr="127.0.0.1", registry=self._served)

    def tell(self, event: str, told: str, **fields: object) -> None:
        """A line about the watch itself."""
        Console(quiet=False, log_format=self._chosen.log_format).note(event, told, **fields)

    def round(self) -> None:
        """One look at the folder, and a run if something is new."""
        from svcscore.batch import RETRIED
        from svcscore.intake.discover import Plan, discover

        if not os.access(self._folder, os.R_OK | os.X_OK):
            if self._there:
                self.tell("away", f"{self._folder} is not there or cannot be read; waiting for it")
            self._there = False
            return
        if not self._there:
            self.tell("back", f"{self._folder} is there again")
        self._there = True
        plan = discover([str(self._folder)], self._chosen.manifest, self._chosen.queue)
        whole = self._arrivals.complete(plan.items, time.monotonic())
        failed = tuple(one for one in plan.failed if one.code not in {"input.nothing"})
        state = (self._arrivals.stamps(whole), failed)
        again = time.monotonic() >= self._again_at
        if not (whole or failed) or (state == self._done and not again):
            return
        outcome = self._run(Plan(items=whole, failed=failed))
        self._done = state
        lost = any(line.error and line.error.code in RETRIED for line in outcome.recordings)
        self._again_at = time.monotonic() + _AGAIN if lost else math.inf
        waiting = len(plan.items) - len(whole)
        self.tell(
            "round",
            f"{outcome.fresh} done now, {outcome.summary.ok} in all, "
            f"{outcome.summary.failed} failed, {waiting} still arriving",
            fresh=outcome.fresh,
            ok=outcome.summary.ok,
            failed=outcome.summary.failed,
            arriving=waiting,
        )

    def _run(self, plan: Plan) -> Outcome:
        with Console(quiet=False, log_format=self._chosen.log_format) as console:
            outcome = run(self._chosen, plan, console)
        console.failures(outcome.recordings)
        if self._served is not None:
            self._served.take(outcome)
        return outcome


class _Served:
    """A registry whose numbers change with every round."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry

        self._registry = CollectorRegistry()

    def take(self, outcome: Outcome) -> None:
        """Serve the numbers of `outcome` from now on."""
        from svcscore.reports.metrics import registry_of

        self._registry = registry_of(outcome.summary, outcome.recordings, outcome.wall_seconds)

    def collect(self) -> Any:  # noqa: ANN401
        """What Prometheus reads."""
        return self._registry.collect()
