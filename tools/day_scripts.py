"""Scripts for parts of a day at one counter or in one hall, for `make_samples.py` to render.

Usage: python tools/day_scripts.py development|test OUT.yaml

Each recording strings dialogues of benchmarks/standard together, as visits of one member of staff: calls of
the queue machine, pauses, customers who follow each other at once or come back, short answers that fall
into what the other says, silence while work is done, and talk that is no visit (`day_talks.yaml`). Every
second dialogue is for development, the others are for the test, some of them twice by other voices; voices
are drawn apart as well, all of them mixtures of the same five. 5-30 dB, every third recording has two
channels. `python tools/make_samples.py OUT.yaml DIR` renders them, and `python benchmarks/dialogue.py DIR`
measures.
"""

import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import yaml

from standard_scripts import FOLDER, HELDOUT, ROLES, ROOT

TALKS = ROOT / "tools" / "day_talks.yaml"
SEEDS = {"development": 11, "test": 2027}
RECORDINGS = {"development": 6, "test": 8}
VISITS = 7
BASES = ("jf_alpha", "jf_nezumi", "jf_gongitsune", "jf_tebukuro", "jm_kumo")
STAFF = frozenset("柜堂经主安")
SERVES = {"counter": "柜", "lobby": "堂"}
SCENES = {"counter": "window", "lobby": "hall"}
CALL = "请{}号到{}号窗口"
ANSWERS = ("嗯", "好", "对", "哦", "是的")
AT_ONCE, AGAIN, ANSWERED, CUT_IN, WORK = 0.25, 0.08, 0.12, 0.05, 0.06
"""Shares: customers who come without a pause, and who were there before; long turns that are answered
within; turns that begin early, and turns before which somebody works in silence for 8-30 s."""


def main(part: str, out: Path) -> None:
    """Write the scripts of one part."""
    draw = random.Random(SEEDS[part])
    heldout = yaml.safe_load(HELDOUT.read_text("utf-8"))
    dialogues = [
        dialogue
        for path in sorted(FOLDER.glob("*.yaml"))
        for dialogue in yaml.safe_load(path.read_text("utf-8"))["dialogues"]
    ]
    visits = {
        kind: [d for d in dialogues if d["kind"] == kind and all(len(t) == 1 for t in d["turns"])][
            part == "test" :: 2
        ]
        for kind in SERVES
    }
    orders = {kind: _again(draw, own) for kind, own in visits.items()}
    talks = [t for t in yaml.safe_load(TALKS.read_text("utf-8"))["talks"] if t["part"] == part]
    voices: dict[str, dict] = {"machine": heldout["voices"]["machine"]}
    samples = []
    for number in range(RECORDINGS[part]):
        kind = "lobby" if number % 4 == 3 else "counter"
        own = list(islice(orders[kind], VISITS))
        samples.append(_day(draw, part, number, kind, own, talks, voices))
    content = {
        "voices": voices,
        "scenes": heldout["scenes"],
        "babble": [
            [name, text] for name, (_, text) in zip(voices, heldout["babble"], strict=False)
        ],
        "samples": samples,
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    out.write_text(text, "utf-8")


def _again(draw: random.Random, dialogues: list[dict]) -> Iterator[dict]:
    """All of them in some order, and again in another."""
    while True:
        yield from draw.sample(dialogues, len(dialogues))


def _day(
    draw: random.Random,
    part: str,
    number: int,
    kind: str,
    visits: list[dict],
    talks: list[dict],
    voices: dict[str, dict],
) -> dict:
    """One recording: visits of `kind`, and one or two of the talks among them."""
    day = f"{part}{number}"
    cast = {letter: _voice(draw, voices, f"{day}{letter}") for letter in STAFF}
    salons = [t for t in talks if t["kind"] == "salon"]
    meetings = [t for t in talks if t["kind"] == "internal"]
    chosen = [meetings[number % len(meetings)]]
    if kind == "lobby":
        chosen.append(salons[number // 4 % len(salons)])
    blocks = [*visits]
    for talk in chosen:
        blocks.insert(draw.randrange(len(blocks) + 1), talk)
    turns: list[dict] = []
    window = draw.randint(1, 9)
    for place, block in enumerate(blocks):
        letters = dict(cast)
        before = [name for name in voices if name.startswith(f"{day}v")]
        letters["客"] = (
            draw.choice(before)
            if before and draw.random() < AGAIN
            else _voice(draw, voices, f"{day}v{place}")
        )
        visit = block["kind"] not in ("internal", "salon")
        at_once = visit and draw.random() < AT_ONCE
        pause = draw.uniform(2, 5) if at_once else draw.uniform(8, 45)
        told = {"ticket": f"A{place + 1:03}", "kind": block["kind"]}
        if visit and kind == "counter" and not at_once:
            text = CALL.format(f"A{draw.randint(1, 99):03}", window)
            turns.append(
                {"role": "machine", "voice": "machine", "text": text, "gap": pause, **told}
            )
            pause = draw.uniform(3, 9)
        for turn in block["turns"]:
            ((letter, text),) = turn.items()
            # who serves is the same person all day long, whatever a dialogue calls the post
            served = SERVES[kind] if visit and letter in "柜堂经" else letter
            role = ROLES[served]
            gap = round(pause if pause else _gap(draw), 2)
            turns.append({"role": role, "voice": letters[served], "text": text, "gap": gap, **told})
            pause = 0.0
            if len(text) > 18 and draw.random() < ANSWERED and visit:
                other = letters["客"] if served != "客" else letters[SERVES[kind]]
                who = "customer" if served != "客" else ROLES[SERVES[kind]]
                within = -round(draw.uniform(0.8, 2.0), 2)
                turns.append(
                    {
                        "role": who,
                        "voice": other,
                        "text": draw.choice(ANSWERS),
                        "gap": within,
                        **told,
                    }
                )
    sidecar = {"kind": kind}
    if number % 3 == 2:
        sidecar["channels"] = {
            "left": "teller" if kind == "counter" else "lobby_manager",
            "right": "customer",
        }
    return {
        "file": f"{day}.ogg",
        "rate": 16000,
        "scene": SCENES[kind],
        "snr_db": round(draw.uniform(5, 30), 1),
        "babble": 0.4,
        "sidecar": sidecar,
        "visits_untold": True,
        "speech_told": True,
        "rank": 1,
        "turns": turns,
    }


def _gap(draw: random.Random) -> float:
    if draw.random() < CUT_IN:
        return -draw.uniform(0.3, 1.0)
    if draw.random() < WORK:
        return draw.uniform(8.0, 30.0)
    return draw.uniform(0.1, 1.2)


def _voice(draw: random.Random, voices: dict[str, dict], name: str) -> str:
    """A new voice: one base, with a share of another, higher or lower, faster or slower."""
    first, second = draw.sample(BASES, 2)
    share = round(draw.uniform(0.0, 0.45), 2)
    voices[name] = {
        "speed": round(draw.uniform(0.95, 1.15), 2),
        "pitch": round(draw.uniform(0.9, 1.08), 2),
        "mix": {first: round(1 - share, 2), second: share},
    }
    return name


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
