"""Weights carried by hand: a tarball with its own manifest, for banks without internet.

::

    manifest.json    the model's entry of `models/manifest.yaml`: names, sizes, SHA-256, licence
    NAME/FILE ...    its files

An archive may come from anywhere, so nothing is unpacked: each member is read as bytes, and written
under the name that svcscore's own manifest has for it.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from svcscore.asr.cache import install, locked
from svcscore.asr.check import faults
from svcscore.asr.manifest import Model
from svcscore.errors import OutputError, WeightsError

_MANIFEST = "manifest.json"
_MANIFEST_BYTES = 1 << 20
_BLOCK = 1 << 20


def export_model(model: Model, folder: Path, archive: Path) -> None:
    """Write the files of `model` in `folder` to `archive`; the same files give the same bytes.

    Raises:
        WeightsError: ``weights.corrupt`` where a file is not what the manifest says.
        OutputError: ``output.unwritable`` or ``output.disk_full``.
    """
    wrong = faults(model, folder, fresh=True)
    if wrong:
        raise WeightsError(
            "weights.corrupt",
            f"{', '.join(wrong)} of {model.name} differs from its published SHA-256",
            model.remedy,
            str(folder),
        )
    try:
        with tempfile.NamedTemporaryFile(dir=archive.absolute().parent, delete=False) as draft:
            try:
                _write(model, folder, draft.name)
                Path(draft.name).chmod(0o644)
                Path(draft.name).replace(archive)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    except OSError as fault:
        full = fault.errno in {errno.ENOSPC, errno.EDQUOT}
        raise OutputError(
            "output.disk_full" if full else "output.unwritable",
            f"the archive cannot be written ({fault.strerror or fault})",
            "make room or choose another place" if full else "choose a folder that can be written",
            str(archive),
        ) from fault


def _write(model: Model, folder: Path, draft: str) -> None:
    listing = model.model_dump_json(indent=1).encode()
    with tarfile.open(draft, "w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(_MANIFEST)
        entry.size = len(listing)
        tar.addfile(entry, io.BytesIO(listing))
        for file in model.files:
            entry = tarfile.TarInfo(f"{model.name}/{file.name}")
            entry.size = file.size
            with (folder / file.name).open("rb") as content:
                tar.addfile(entry, content)


def import_archive(archive: Path, known: Sequence[Model]) -> Model:
    """Check `archive` and put its model into the cache; a fault anywhere leaves the cache as it was.

    Args:
        archive: a tarball that `export_model` made.
        known: the models of the manifest; no other is taken, and none with other digests.

    Raises:
        WeightsError: ``weights.archive`` with what is wrong, ``weights.cache``.
    """
    try:
        with tarfile.open(archive, "r:") as tar:  # "r:" takes no compression, so no bomb either
            model = _listed(archive, tar, known)
            with locked(model.name):
                install(model.name, lambda target: _read(archive, tar, model, target))
    except (tarfile.TarError, OSError) as fault:
        raise _refused(archive, f"it is no readable tarball ({fault})") from fault
    return model


def _listed(archive: Path, tar: tarfile.TarFile, known: Sequence[Model]) -> Model:
    member = tar.next()
    if member is None or member.name != _MANIFEST or not member.isreg():
        raise _refused(archive, f"it does not begin with {_MANIFEST}")
    content = tar.extractfile(member)
    if content is None or member.size > _MANIFEST_BYTES:
        raise _refused(archive, f"{_MANIFEST} is too large")
    try:
        listed = Model.model_validate_json(content.read())
    except ValidationError as fault:
        raise _refused(
            archive, f"{_MANIFEST} is not valid ({fault.error_count()} faults)"
        ) from None
    model = next((model for model in known if model.name == listed.name), None)
    if model is None:
        raise _refused(archive, f"it holds {listed.name!r}, which this svcscore does not know")
    if _digests(listed) != _digests(model):
        raise _refused(archive, f"its {model.name} is not the one that this svcscore knows")
    return model


def _digests(model: Model) -> set[tuple[str, int, str]]:
    return {(file.name, file.size, file.sha256) for file in model.files}


def _read(archive: Path, tar: tarfile.TarFile, model: Model, target: Path) -> None:
    awaited = {f"{model.name}/{file.name}": file for file in model.files}
    while (member := tar.next()) is not None:
        file = awaited.pop(member.name, None)
        if file is None:
            raise _refused(archive, f"unexpected or repeated member {member.name!r}")
        content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
        if content is None:
            raise _refused(archive, f"{member.name!r} is no plain file")
        if member.size != file.size:
            raise _refused(archive, f"{member.name!r} has {member.size} bytes, not {file.size}")
        with (target / file.name).open("wb") as copy:
            shutil.copyfileobj(content, copy, _BLOCK)
            copy.flush()
            os.fsync(copy.fileno())
    if awaited:
        raise _refused(archive, f"it lacks {', '.join(awaited)}")
    wrong = faults(model, target, fresh=True)
    if wrong:
        raise _refused(archive, f"{', '.join(wrong)} differs from its published SHA-256")


def _refused(archive: Path, what: str) -> WeightsError:
    return WeightsError(
        "weights.archive",
        what,
        "make it again with `svcscore models export NAME FILE.tar` and compare SHA-256 after copying",
        str(archive),
    )
