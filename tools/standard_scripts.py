"""Scripts for speech of the held-out dialogues of the standard, for `make_samples.py` to render.

Usage: python tools/standard_scripts.py OUT.yaml [EVERY]

Writes every EVERYth (2) dialogue of benchmarks/standard as a script: voices, rooms and noise (12-28 dB)
are drawn from the name of each dialogue, with the voices of the held-out set, which the samples do not
use. `python tools/make_samples.py OUT.yaml DIR` renders them, `svcscore score DIR --out RUN` hears
them, and `python benchmarks/standard.py --heard RUN` tells what was found of what was meant.
"""

import random
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks" / "standard"
HELDOUT = ROOT / "tools" / "heldout_scripts.yaml"
ROLES = {
    "柜": "teller",
    "堂": "lobby_manager",
    "经": "account_manager",
    "主": "supervisor",
    "安": "guard",
    "客": "customer",
}
SCENES = {"counter": "window", "lobby": "hall", "manager": "room"}
QUIETEST_DB, LOUDEST_DB = 12, 28


def main(out: Path, every: int) -> None:
    """Write the scripts."""
    heldout = yaml.safe_load(HELDOUT.read_text("utf-8"))
    dialogues = [
        dialogue
        for path in sorted(FOLDER.glob("*.yaml"))
        for dialogue in yaml.safe_load(path.read_text("utf-8"))["dialogues"]
        if dialogue["kind"] in SCENES
    ]
    voices = [name for name in heldout["voices"] if name != "machine"]
    content = {
        **{name: heldout[name] for name in ("voices", "scenes", "babble")},
        "samples": [_sample(dialogue, voices) for dialogue in dialogues[::every]],
    }
    out.write_text(
        yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000), "utf-8"
    )


def _sample(dialogue: dict, voices: list[str]) -> dict:
    draw = random.Random(dialogue["id"])
    cast: dict[str, str] = {}
    free = draw.sample(voices, len(voices))
    turns = []
    for turn in dialogue["turns"]:
        ((role, text),) = turn.items()
        cast.setdefault(role, free[len(cast)])
        gap = round(draw.uniform(0.3, 1.2), 2)
        turns.append({"role": ROLES[role], "voice": cast[role], "text": text, "gap": gap})
    return {
        "file": f"{dialogue['id']}.ogg",
        "rate": 16000,
        "scene": SCENES[dialogue["kind"]],
        "snr_db": round(draw.uniform(QUIETEST_DB, LOUDEST_DB), 1),
        "babble": 0.4,
        "sidecar": {"kind": dialogue["kind"]},
        "rank": 1,
        "turns": turns,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2)
