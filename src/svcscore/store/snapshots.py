"""Rules and rubrics as they were when they judged: without them no score can be reckoned again."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

from svcscore.resources import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The texts of a lexicon's files, or of a rubric."""

    sha256: str
    kind: str
    """``lexicon`` or ``rubric``."""
    name: str
    content: bytes
    """JSON of file names and texts, compressed; the same texts give the same bytes."""

    def texts(self) -> dict[str, str]:
        """Texts by file name."""
        texts: dict[str, str] = json.loads(zlib.decompress(self.content))
        return texts

    def unpack(self, folder: Path) -> None:
        """Write the files into `folder`."""
        for name, text in self.texts().items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"a snapshot must not write {name!r}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


def lexicon_snapshot(folder: Path) -> Snapshot:
    """The YAML files of a lexicon; `sha256` is that of `rules.load.Lexicon`."""
    files = sorted(folder.rglob("*.yaml"))
    texts = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}
    return Snapshot(
        sha256=digest_of(folder, "*.yaml"), kind="lexicon", name=folder.name, content=_packed(texts)
    )


def rubric_snapshot(name: str, sha256: str, source: str) -> Snapshot:
    """A rubric's own text (`Rubric.source`)."""
    return Snapshot(
        sha256=sha256, kind="rubric", name=name, content=_packed({f"{name}.yaml": source})
    )


def _packed(texts: dict[str, str]) -> bytes:
    return zlib.compress(json.dumps(texts, ensure_ascii=True, sort_keys=True).encode(), 9)
