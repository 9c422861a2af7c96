"""Models of a few bytes, in all the places where weights may lie."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from svcscore.asr.manifest import Hub, Model, Part, WeightFile, load_manifest
from svcscore.errors import WeightsError

FILES = {
    "model.bin": b"\x06\0\0\0\x0c\0WhisperSpec\0" + bytes(range(256)) * 40,
    "config.json": b"{}",
    "tokenizer.json": b'{"version": "1.0"}',
    "vocabulary.txt": "你\n好\n".encode(),
}
REVISION = "a" * 40
VARIABLES = (
    "SVCSCORE_MODEL_DIR", "SVCSCORE_SPEAKER_ENCODER", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE",
    "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT",
)  # fmt: skip
BASE = load_manifest().named("base")
UNPACKAGED = BASE.model_copy(
    update={"files": tuple(file.model_copy(update={"parts": ()}) for file in BASE.files)}
)
"""The real base as if no package held it."""


def isolate(monkeypatch, folder: Path) -> None:
    """No weights but those of the packages; caches are in `folder`."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SVCSCORE_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("HF_HOME", str(folder / "hf"))


def tiny(name: str = "tiny", *, hub: bool = True, files: dict[str, bytes] = FILES) -> Model:
    return Model(
        name=name,
        kind="asr",
        licence="MIT",
        origin="made up for tests",
        hub=Hub(repo="owner/tiny", revision=REVISION) if hub else None,
        files=tuple(
            WeightFile(name=file, size=len(content), sha256=hashlib.sha256(content).hexdigest())
            for file, content in files.items()
        ),
    )


def write(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def link(folder: Path, files: dict[str, Path]) -> Path:
    """Links to `files` under their names, as the Hugging Face cache has them."""
    folder.mkdir(parents=True)
    for name, path in files.items():
        (folder / name).symlink_to(path)
    return folder


def damage(path: Path) -> None:
    """Turn one bit; the size stays."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


def package(folder: Path, name: str, files: dict[str, bytes]) -> None:
    """An installed package whose module must not be imported."""
    module = name.replace("-", "_")
    (folder / f"{module}-1.0.dist-info").mkdir(parents=True)
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    (folder / f"{module}-1.0.dist-info" / "METADATA").write_text(about)
    write(folder / module, files)
    (folder / module / "__init__.py").write_text("raise AssertionError('imported')")


def packaged(folder: Path) -> Model:
    """`tiny` in two packages in `folder`: model.bin in two parts, the rest in the first."""
    weights, half = FILES["model.bin"], 5000
    others = {name: content for name, content in FILES.items() if name != "model.bin"}
    package(folder, "tiny-part1", {"model.bin.1": weights[:half], **others})
    package(folder, "tiny-part2", {"model.bin.2": weights[half:]})

    def part(number: int, name: str) -> Part:
        return Part(distribution=f"tiny-part{number}", path=f"tiny_part{number}/{name}")

    model = tiny(hub=False)
    parts = {"model.bin": (part(1, "model.bin.1"), part(2, "model.bin.2"))}
    files = [
        file.model_copy(update={"parts": parts.get(file.name, (part(1, file.name),))})
        for file in model.files
    ]
    return model.model_copy(update={"files": tuple(files)})


def refusal(call, *arguments) -> WeightsError:
    """The error that `call` raises."""
    with pytest.raises(WeightsError) as caught:
        call(*arguments)
    return caught.value
