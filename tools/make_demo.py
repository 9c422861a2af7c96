"""Score the samples and keep the result beside them, for `svcscore review demo` and the tests of the desk.

    python tools/make_demo.py [--out samples/scored.sqlite.xz]

Writes a SQLite database, packed by xz. Two runs on one machine with the same weights and lexicons differ
only in when the samples were judged and taken in (columns `judged_at` and `ingested_at`, UTC), and so
in their bytes. Other weights, lexicons or another release may hear and find otherwise.
"""

from __future__ import annotations

import argparse
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path

from svcscore.desk.demo import PACKED, recordings_of
from svcscore.store.database import Database
from svcscore.store.upkeep import export

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Score, pack, and see that it is of these recordings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "samples" / PACKED)
    out: Path = parser.parse_args().out.absolute()
    with tempfile.TemporaryDirectory(prefix="svcscore-") as folder:
        scored, copied = Path(folder) / "scored.sqlite", Path(folder) / "copied.sqlite"
        run = (
            "score", "samples", "--out", str(Path(folder) / "report"), "--db", str(scored),
        )  # fmt: skip
        # paths are kept as they are given: from the folder above samples/
        subprocess.run([sys.executable, "-m", "svcscore", *run], cwd=ROOT, check=True)
        with Database(str(scored)) as database:
            export(database, copied)
            found = recordings_of(database)
        out.write_bytes(lzma.compress(copied.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{out}: {len(found)} recordings, {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
