"""How fast history is judged anew, on real evidence: the interactions of a run, many times over.

    svcscore score samples/ --out report/
    python benchmarks/rescore.py report/ --interactions 3000

Prints interactions a second for a new rubric (dry, and written) and for new rules, on this machine's
cores, and checks that judging by the run's own rules and rubric gives the run's own scores.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from svcscore.ledger.ingest import Batch, folder_snapshots, ingest, read_folder
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.records import Judged, Scored
from svcscore.resources import data_folder
from svcscore.store.database import Database
from svcscore.store.reader import Scope


def copies(recordings: list[Scored], interactions: int) -> Iterator[Scored]:
    """The recordings again and again, each time under ids of its own."""
    made = 0
    while made < interactions:
        for scored in recordings:
            tag = f"{made:x}-"
            yield replace(
                scored,
                seed=f"{tag}{scored.recording.id}"[:32],
                interactions=tuple(_renamed(one, tag) for one in scored.interactions),
            )
            made += len(scored.interactions)


def _renamed(judged: Judged, tag: str) -> Judged:
    interaction = replace(judged.interaction, id=f"{tag}{judged.interaction.id}"[:32])
    return replace(judged, interaction=interaction)


def main() -> None:
    """Ingest, then judge anew."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="output folder of `svcscore score`")
    parser.add_argument("--interactions", type=int, default=3000)
    parser.add_argument("--url", help="database; a SQLite file in a temporary folder by default")
    args = parser.parse_args()
    recordings = list(read_folder(args.folder))
    real = [one for scored in recordings for one in scored.interactions]
    turns = sum(len(one.interaction.turns) for one in real) / len(real)
    found = sum(len(one.findings) for one in real) / len(real)
    print(f"evidence: {len(real)} interactions of {args.folder}, {turns:.0f} turns and")
    print(f"{found:.0f} findings each on average, repeated; {os.cpu_count()} cores, load", end=" ")
    print(f"{os.getloadavg()[0]:.1f} at the start")
    lexicons = data_folder("lexicons")
    with tempfile.TemporaryDirectory() as temporary:
        url = args.url or str(Path(temporary) / "scores.sqlite")
        with Database(url, create=True) as database:
            begun = time.perf_counter()
            batch = Batch(
                recordings=copies(recordings, args.interactions),
                snapshots=folder_snapshots(args.folder),
            )
            count = ingest(database, batch).new
            _tell("ingest", count, begun)
            own = load_bench(lexicons / "profiles" / "default.yaml", None)
            begun = time.perf_counter()
            changed = sum(c.changed for c in rescore(database, own, Scope(), dry=True))
            _tell(f"the run's own rubric, dry: {changed} changed", count, begun)
            strict = load_bench(lexicons / "profiles" / "strict.yaml", None)
            begun = time.perf_counter()
            changed = sum(c.changed for c in rescore(database, strict, Scope(), dry=False))
            _tell(f"another rubric, written: {changed} changed", count, begun)
            rules = load_bench(lexicons / "profiles" / "strict.yaml", lexicons)
            begun = time.perf_counter()
            changed = sum(c.changed for c in rescore(database, rules, Scope(), dry=True))
            _tell(f"the rules too, dry: {changed} changed", count, begun)


def _tell(what: str, count: int, begun: float) -> None:
    seconds = time.perf_counter() - begun
    print(f"{what:<45} {count:>7,} interactions {count / seconds:>8.0f}/s")


if __name__ == "__main__":
    main()
