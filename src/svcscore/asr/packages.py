"""Weights that lie in installed packages as data; their modules are never imported."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from svcscore.asr.cache import folder_of, install, locked
from svcscore.asr.check import condition, faults
from svcscore.asr.manifest import Model, Part
from svcscore.errors import WeightsError

_BLOCK = 1 << 20


def path_of(part: Part) -> Path | None:
    """Where `part` is installed; None where it is not."""
    try:
        path = Path(str(distribution(part.distribution).locate_file(part.path)))
    except PackageNotFoundError:
        return None
    return path.absolute() if path.is_file() else None


def embedded(model: Model) -> bool:
    """Whether packages with all of the model's files are installed."""
    return all(file.parts and all(map(path_of, file.parts)) for file in model.files)


def embedded_folder(model: Model) -> Path:
    """The folder of an `embedded` model: as it was installed, or joined once into the cache.

    Any number of processes may ask at once: one joins, the others wait. A copy in the cache that
    is not what it should be is made again.

    Raises:
        WeightsError: ``weights.corrupt`` where the packages are damaged, ``weights.cache`` where
            the cache cannot be written.
    """
    installed = _as_installed(model)
    if installed is not None:
        return installed
    folder = folder_of(model.name)
    if condition(model, folder) != "ok":
        with locked(model.name):
            if condition(model, folder) != "ok":  # nobody else made it while we waited
                install(model.name, lambda target: _join(model, target))
    return folder


def _as_installed(model: Model) -> Path | None:
    """The folder that holds every file whole under its own name."""
    paths = [path_of(file.parts[0]) for file in model.files if len(file.parts) == 1]
    folders = {path.parent for path in paths if path is not None}
    names = {path.name for path in paths if path is not None}
    if len(folders) == 1 and names == {file.name for file in model.files}:
        return folders.pop()
    return None


def _join(model: Model, target: Path) -> None:
    for file in model.files:
        with (target / file.name).open("wb") as joined:
            for path in map(path_of, file.parts):
                if path is None:  # uninstalled this moment
                    raise _damaged(model, (file.name,))
                with path.open("rb") as part:
                    shutil.copyfileobj(part, joined, _BLOCK)
            joined.flush()
            os.fsync(
                joined.fileno()
            )  # else a power cut could leave a file of the right size, empty
    wrong = faults(model, target, fresh=True)
    if wrong:
        raise _damaged(model, wrong)


def _damaged(model: Model, names: tuple[str, ...]) -> WeightsError:
    return WeightsError(
        "weights.corrupt",
        f"{', '.join(names)} of {model.name} in the installed packages "
        "differs from the published SHA-256",
        model.remedy,
        str(path_of(model.main.parts[0]) or model.distributions[0]),
    )
