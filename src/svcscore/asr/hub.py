"""The Hugging Face cache, read as it lies on disk, and the hub itself, only when asked.

Looking needs no library: ``models--OWNER--NAME/snapshots/REVISION/`` holds the files (as links). The
hub's client is imported for a download and for nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from svcscore.asr.check import condition, faults
from svcscore.asr.manifest import Model
from svcscore.errors import WeightsError

_TRUE = {"1", "ON", "YES", "TRUE"}  # as huggingface_hub reads them


def hub_cache() -> Path:
    """``HF_HUB_CACHE``, else `hub` in ``HF_HOME``, else where huggingface_hub keeps it."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := os.environ.get(variable):
            return _folder(folder)
    if home := os.environ.get("HF_HOME"):
        return _folder(home) / "hub"
    return _folder(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def _folder(text: str) -> Path:
    return Path(os.path.expandvars(text)).expanduser().absolute()


def offline() -> bool:
    """Whether the environment forbids the network to the hub's client."""
    value = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in _TRUE


def snapshots(model: Model) -> Iterator[Path]:
    """Folders that may hold `model`: the pinned revision, then others with the very same files."""
    if model.hub is None:
        return
    root = hub_cache() / f"models--{model.hub.repo.replace('/', '--')}" / "snapshots"
    yield root / model.hub.revision
    try:
        others = sorted(path for path in root.iterdir() if path.name != model.hub.revision)
    except OSError:
        return
    yield from (path for path in others if not faults(model, path))


def fetch(model: Model) -> Path:
    """Download `model` at its pinned revision into the Hugging Face cache, and check it.

    Returns:
        The folder of the snapshot.

    Raises:
        WeightsError: ``weights.download`` where the hub does not have it, may not be asked, or
            does not answer; ``weights.corrupt`` where other bytes came than were published.
    """
    if model.hub is None:
        raise WeightsError("weights.download", f"{model.name} is on no hub", model.remedy)
    if offline():
        raise WeightsError(
            "weights.download",
            f"{model.name} was not downloaded: HF_HUB_OFFLINE is set",
            f"unset it; or {_carry(model)}",
        )
    from huggingface_hub import snapshot_download

    damaged = condition(model, next(snapshots(model))) == "corrupt"
    try:
        folder = Path(
            snapshot_download(
                model.hub.repo,
                revision=model.hub.revision,
                allow_patterns=[file.name for file in model.files],
                cache_dir=hub_cache(),
                force_download=damaged,  # else the client takes what it has, damaged or not
            )
        )
    except Exception as fault:  # the client lets errors of several libraries through
        reason = next(
            iter(str(fault).splitlines()), type(fault).__name__
        )  # the client tells a page
        raise WeightsError(
            "weights.download",
            f"{model.name} could not be downloaded ({reason})",
            f"check the network and HF_ENDPOINT; or {_carry(model)}",
        ) from fault
    wrong = faults(model, folder, fresh=True)
    if wrong:
        raise WeightsError(
            "weights.corrupt",
            f"{', '.join(wrong)} of {model.name} came with other bytes than were published",
            "fetch it again; where it stays so, ask who runs the mirror",
            str(folder),
        )
    return folder


def _carry(model: Model) -> str:
    return (
        f"carry it: `svcscore models export {model.name} FILE.tar` where there is internet, "
        "`svcscore models import FILE.tar` here"
    )
