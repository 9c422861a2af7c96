"""Learnt models as files: archives of skops that hold no code, loaded by the SHA-256 of their card."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import yaml

from svcscore.errors import WeightsError

CARD = "card.yaml"
_WHEN = (1980, 1, 1, 0, 0, 0)
"""What every entry of an archive is dated, so that the same model gives the same bytes."""
_ADDRESS = re.compile(r'"__id__": (\d+)')
_REMEDY = "reinstall svcscore"


def archived(content: Any) -> bytes:  # noqa: ANN401 - whatever skops can store
    """`content` as an archive; the same content and library versions give the same bytes."""
    from skops.io import dumps

    return _reproducible(dumps(content))


def read(folder: Path, model: str, what: str) -> tuple[Any, str]:
    """The content of the archive `model` in `folder`, and its SHA-256 in hex.

    Nothing is trusted beyond what skops takes for harmless.

    Raises:
        WeightsError: ``weights.missing``, or ``weights.corrupt`` where the file is not that of the
            card beside it, or holds more than data.
    """
    # imported here: it takes long, and not every command asks a model
    from skops.io import get_untrusted_types, loads

    data, sha256 = verified(folder, model, what)
    if get_untrusted_types(data=data):
        raise corrupt(folder / model, "it holds more than arrays and strings")
    return loads(data, trusted=[]), sha256


def verified(folder: Path, model: str, what: str) -> tuple[bytes, str]:
    """The bytes of the file `model` in `folder`, and their SHA-256 in hex.

    Raises:
        WeightsError: ``weights.missing``, or ``weights.corrupt`` where the file is not that of the
            card beside it.
    """
    try:
        data = (folder / model).read_bytes()
        card = yaml.safe_load((folder / CARD).read_text("utf-8"))
    except OSError as error:
        raise WeightsError(
            "weights.missing", f"no {what}: {error}", _REMEDY, str(folder)
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != card["sha256"]:
        raise corrupt(folder / model, f"its SHA-256 is {sha256}, not that of {CARD}")
    return data, sha256


def corrupt(path: Path, message: str) -> WeightsError:
    """The error of a model's file that is not what it should be."""
    return WeightsError("weights.corrupt", message, _REMEDY, str(path))


def _reproducible(archive: bytes) -> bytes:
    """The same archive with fixed dates, and objects numbered in order, not by memory address."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w") as target:
        schema = source.read("schema.json").decode()
        numbers: dict[str, str] = {}
        for address in _ADDRESS.findall(schema):
            numbers.setdefault(address, str(len(numbers)))

        def numbered(text: str) -> str:
            return re.sub(r"\d{9,}", lambda found: numbers.get(found.group(), found.group()), text)

        for name in sorted(source.namelist(), key=numbered):
            content = numbered(schema).encode() if name == "schema.json" else source.read(name)
            entry = zipfile.ZipInfo(numbered(name), _WHEN)
            target.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()
