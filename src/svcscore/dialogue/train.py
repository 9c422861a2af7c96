"""Train the model of sides: ``python -m svcscore.dialogue.train`` writes it and its card.

The same data and library versions give the same bytes. Figures are held out by scene, and by writer:
who wrote the tested turns wrote none of those trained on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from svcscore.dialogue.sidedness import MODEL, SIDES, tokens_of
from svcscore.learnt import CARD, archived
from svcscore.resources import data_folder, digest_of

_PENALTY = 3.0
"""Inverse strength of the ridge (`C` of scikit-learn); this and the weights suit held-out scenes."""
_RUDE, _CLAUSE = 0.3, 0.5
"""Weight of a staff turn of the two lower levels (half of what is written, little of what is said),
and of a clause as compared with its turn."""
_SIDES = {"customer": 2.0, "machine": 1.0, "staff": 1.0}
"""Weight of each side in all; there are fewer customer turns, and more kinds of them."""
_FOLDS = 5
_COLUMNS = 2**15
_SHORTEST_PART = 4
_STOPS = re.compile(r"[，。？！、；,.?!;]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One written turn, or a clause of it."""

    text: str
    side: str
    scene: str
    writer: str
    weight: float = 1.0


def read_lines(models: Path) -> tuple[Line, ...]:
    """All written turns, those of staff in all levels of courtesy included, without repeats."""
    lines: dict[tuple[str, str], Line] = {}
    for folder in ("courtesy", "roles"):
        for path in sorted((models / folder / "data").glob("*.yaml")):
            content = yaml.safe_load(path.read_text("utf-8"))
            for number, (side, text, weight) in enumerate(_sides(content)):
                scene, writer = content["scene"], str(content["writer"])
                if side == "machine":
                    # calls are one template: only their lines can be held out
                    scene = f"{scene}-{number % _FOLDS}"
                line = Line(text, side, scene, writer, weight)
                lines.setdefault((side, _STOPS.sub("", text)), line)
    return tuple(lines.values())


def train(lines: Sequence[Line]) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Fit the model on `lines` and on their clauses (the recogniser cuts turns where it likes)."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    lines = [*lines, *(part for line in lines for part in _clauses(line))]
    sides = np.array([line.side for line in lines])
    weights = np.array([line.weight for line in lines])
    for side, weight in _SIDES.items():
        of_side = sides == side
        weights[of_side] *= weight * len(lines) / 3 / max(weights[of_side].sum(), 1.0)
    model = make_pipeline(
        # hashed, not listed: a stored vocabulary of 40 000 runs takes a second to read
        HashingVectorizer(
            n_features=_COLUMNS,
            lowercase=False,
            token_pattern=r"\S+",
            alternate_sign=False,
            norm=None,
        ),
        TfidfTransformer(sublinear_tf=True),
        LogisticRegression(C=_PENALTY, max_iter=2000),
    )
    texts = [tokens_of(line.text) for line in lines]
    with threadpool_limits(1):  # sums are then made in one order
        return model.fit(texts, sides, logisticregression__sample_weight=weights)


def held_out(lines: Sequence[Line], by: str) -> dict[str, float | int]:
    """Figures on whole turns of scenes (`by` ``scene``) or writers that were not trained on.

    Machine calls have one writer and are left out of the figures by writer.
    """
    groups = sorted({getattr(line, by) for line in lines})
    truth: list[str] = []
    told: list[np.ndarray] = []
    for fold in [groups[i::_FOLDS] for i in range(min(_FOLDS, len(groups)))]:
        tested = [line for line in lines if getattr(line, by) in fold]
        if by == "writer":
            tested = [line for line in tested if line.side != "machine"]
        model = train([line for line in lines if getattr(line, by) not in fold])
        fits = np.full((len(tested), len(SIDES)), 1e-9)
        columns = [SIDES.index(side) for side in model.classes_]
        fits[:, columns] = model.predict_proba([tokens_of(line.text) for line in tested])
        truth += [line.side for line in tested]
        told.append(fits)
    return _figures(truth, np.concatenate(told))


def trained(lines: Sequence[Line]) -> bytes:
    """The model of `lines` as it is stored: the same lines give the same bytes."""
    return archived(train(lines))


def write(folder: Path, lines: Sequence[Line]) -> None:
    """Train on all `lines` and write model and card into `folder`."""
    data = trained(lines)
    (folder / MODEL).write_bytes(data)
    counts = {side: sum(line.side == side for line in lines) for side in SIDES}
    card = {
        "name": "sidedness",
        "what": "probability that staff, a customer or a machine says a turn, from its text",
        "how": "TF-IDF of character and toneless syllable runs of 1-3 and of cues, "
        "multinomial logistic regression",
        "data": {
            "turns": counts,
            "sha256": digest_of(folder / "data", "*.yaml"),
            "origin": "written for svcscore in simplified Chinese, no recordings of people; "
            "staff turns also from models/courtesy/data, all four levels",
        },
        "held_out_by_scene": held_out(lines, "scene"),
        "held_out_by_writer": held_out(lines, "writer"),
        "limits": "written, not transcribed speech; few writers; short turns (嗯, 好的, 再见) are "
        "said by either side and stay unsure; never used alone: roles.py weighs it against voices",
        "licence": "that of svcscore",
        "libraries": {name: version(name) for name in ("scikit-learn", "skops")},
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    text = yaml.safe_dump(card, allow_unicode=True, sort_keys=False, width=100)
    (folder / CARD).write_text(
        "# Written by `python -m svcscore.dialogue.train`.\n" + text, encoding="utf-8"
    )


def _sides(content: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Side, text and weight of every turn of a file of either folder."""
    for side in ("customer", "machine"):
        yield from ((side, text, 1.0) for text in content.get(side, ()))
    for texts in content.get("staff", {}).values():
        yield from (("staff", text, 1.0) for text in texts)
    for level, texts in content.get("turns", {}).items():
        yield from (("staff", text, 1.0 if level >= 2 else _RUDE) for text in texts)


def _clauses(line: Line) -> Iterator[Line]:
    parts = [part for part in _STOPS.split(line.text) if len(part) >= _SHORTEST_PART]
    if len(parts) > 1:
        for part in parts:
            yield replace(line, text=part, weight=line.weight * _CLAUSE)


def _figures(truth: Sequence[str], fits: np.ndarray) -> dict[str, float | int]:
    """Accuracy and recall of each side, and the mean log-loss, all rounded to three places."""
    index = np.array([SIDES.index(side) for side in truth])
    right = fits.argmax(axis=1) == index
    loss = -np.log(np.clip(fits[np.arange(len(index)), index], 1e-9, 1)).mean()
    figures: dict[str, float | int] = {
        "turns": len(index),
        "accuracy": round(float(right.mean()), 3),
    }
    for number, side in enumerate(SIDES):
        of_side = right[index == number]
        if of_side.size:
            figures[f"recall_{side}"] = round(float(of_side.mean()), 3)
    figures["log_loss"] = round(float(loss), 3)
    return figures


if __name__ == "__main__":
    packaged = data_folder("models")
    write(packaged / "roles", read_lines(packaged))
