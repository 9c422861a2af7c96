"""Finds the weights of a run and tells where they came from.

The order for a model of the manifest, ``base`` where none was asked for:

1. ``SVCSCORE_MODEL_DIR``: a sub-folder of its name, or the folder itself
2. installed packages (joined once into the cache), else what was imported into the cache
3. the Hugging Face cache

A path is taken as it is. The first place that has the model decides: a damaged copy is an error and
never passed over for another, but for svcscore's own cache, which is made again or looked past.
Nothing here reaches a network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from svcscore.asr import packages
from svcscore.asr.cache import folder_of
from svcscore.asr.check import Status, condition, sha256_of
from svcscore.asr.hub import snapshots
from svcscore.asr.manifest import Carried, Kind, Model, load_manifest
from svcscore.errors import WeightsError
from svcscore.resources import data_folder

DEFAULT = "base"
MODEL_DIR = "SVCSCORE_MODEL_DIR"
SPEAKER_ENCODER = "SVCSCORE_SPEAKER_ENCODER"
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_SPEC = (
    b"WhisperSpec"  # how CTranslate2 begins the model.bin of a Whisper, after 6 bytes of numbers
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One model: `path` is what its library loads, `sha256` that of the main file.

    `path` is None where it is missing, and `sha256` then what it should be ("" where nobody knows).
    `source`: ``path``, ``SVCSCORE_MODEL_DIR``, ``packages``, ``cache``, ``hub cache``, ``svcscore``,
    or "" where it is missing.
    """

    name: str
    kind: Kind
    path: Path | None
    sha256: str
    status: Status
    source: str


def find_asr(model: str | Path | None) -> Found:
    """The recogniser to load: a name of the manifest, a folder, or None for the default.

    A word that is a name of the manifest is that name, whatever the working directory holds.

    Raises:
        WeightsError: ``weights.missing``, ``weights.corrupt`` or ``weights.cache``.
    """
    root = _model_dir()
    if model is None:
        if root is not None and (root / "model.bin").is_file():
            return _identify(root, MODEL_DIR)
        model = DEFAULT
    known = load_manifest().find(model) if isinstance(model, str) else None
    if known is not None and known.kind == "asr":
        return usable(known, locate(known))
    for folder, source in ((Path(model), "path"), (root and root / model, MODEL_DIR)):
        if folder is not None and folder.exists():
            return _identify(folder.absolute(), source)
    names = ", ".join(entry.name for entry in load_manifest().models if entry.kind == "asr")
    raise WeightsError(
        "weights.missing",
        "no such folder, and no model of that name",
        f"give a folder of a CTranslate2 Whisper model, or one of: {names}",
        str(model),
    )


def named_speaker_encoder() -> Path | None:
    """The speaker encoder that ``SVCSCORE_SPEAKER_ENCODER`` names; None for the one that is carried.

    Raises:
        WeightsError: ``weights.missing`` where the variable names no file.
    """
    asked = os.environ.get(SPEAKER_ENCODER)
    if not asked:
        return None
    path = Path(asked).expanduser().absolute()
    if not path.is_file():
        raise WeightsError(
            "weights.missing", f"{SPEAKER_ENCODER} names no file", "mend it or unset it", asked
        )
    return path


def list_models() -> tuple[Found, ...]:
    """Every model of the manifest and of ``SVCSCORE_MODEL_DIR``; packages are joined for it.

    Raises:
        WeightsError: ``weights.cache`` where they cannot be; ``weights.missing`` where
            ``SVCSCORE_MODEL_DIR`` names no folder.
    """
    return _survey(fresh=False)


def verify(name: str | None = None) -> tuple[Found, ...]:
    """Read every byte again of the model `name`, or of all that are there.

    Raises:
        WeightsError: as `list_models`; ``weights.missing`` for a name that nobody knows.
    """
    found = _survey(fresh=True) if name is None else (_looked_up(name),)
    return tuple(entry for entry in found if name is not None or entry.status != "missing")


def locate(model: Model, *, fresh: bool = False) -> Found:
    """Where `model` is, if anywhere; `fresh` reads all bytes and makes nothing again.

    Raises:
        WeightsError: ``weights.cache``.
    """
    spoiled = None
    for folder, source in _places(model, fresh):
        status = condition(model, folder, fresh=fresh)
        if status == "missing":
            continue
        path = folder if model.kind == "asr" else folder / model.main.name
        found = _found(model, path, status, source)
        if status == "ok" or source != "cache":
            return found
        spoiled = found
    return spoiled or _found(model, None, "missing", "")


def _found(model: Model, path: Path | None, status: Status, source: str) -> Found:
    return Found(
        name=model.name,
        kind=model.kind,
        path=path,
        sha256=model.main.sha256,
        status=status,
        source=source,
    )


def _places(model: Model, fresh: bool) -> Iterator[tuple[Path, str]]:
    root = _model_dir()
    if root is not None:
        yield root / model.name, MODEL_DIR
        if _is_main(model, root / model.main.name):
            yield root, MODEL_DIR
    cached = folder_of(model.name)
    if packages.embedded(model):
        if fresh and condition(model, cached) != "missing":
            yield cached, "packages"  # as it is, so that damage is told before it is mended
        else:
            yield packages.embedded_folder(model), "packages"
    else:
        yield cached, "cache"
    for folder in snapshots(model):
        yield folder, "hub cache"


def _is_main(model: Model, path: Path) -> bool:
    try:
        return path.stat().st_size == model.main.size and sha256_of(path) == model.main.sha256
    except OSError:
        return False


def _model_dir() -> Path | None:
    asked = os.environ.get(MODEL_DIR)
    if not asked:
        return None
    root = Path(asked).expanduser().absolute()
    if not root.is_dir():
        raise WeightsError(
            "weights.missing", f"{MODEL_DIR} names no folder", "mend it or unset it", asked
        )
    return root


def usable(model: Model, found: Found) -> Found:
    """`found`, which is `model` and sound.

    Raises:
        WeightsError: ``weights.missing`` or ``weights.corrupt`` where it is not.
    """
    if found.status == "ok":
        return found
    if found.status == "missing":
        raise WeightsError(
            "weights.missing", f"no weights were found for {model.name}", model.remedy
        )
    raise WeightsError(
        "weights.corrupt",
        f"the files of {model.name} differ from their published SHA-256",
        f"delete them or copy them again; or {model.remedy}",
        str(found.path),
    )


def _identify(folder: Path, source: str) -> Found:
    """A folder that was named, known by its model.bin; other weights than ours are welcome."""
    lacking = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        lacking.append("vocabulary.json or vocabulary.txt")
    if lacking:
        raise WeightsError(
            "weights.missing",
            f"the folder lacks {', '.join(lacking)}",
            "give the folder of a Whisper model that was converted for CTranslate2",
            str(folder),
        )
    main = folder / "model.bin"
    try:
        with main.open("rb") as file:
            head = file.read(64)
        digest = sha256_of(main)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise WeightsError(
            "weights.missing", f"it cannot be read ({reason})", "mend the rights", str(main)
        ) from fault
    if _SPEC not in head:
        raise WeightsError(
            "weights.corrupt",
            "the file is no Whisper model of CTranslate2",
            "copy it again, or convert the model with ct2-transformers-converter",
            str(main),
        )
    models = load_manifest().models
    known = next((model for model in models if condition(model, folder) == "ok"), None)
    name = known.name if known else folder.name
    return Found(name=name, kind="asr", path=folder, sha256=digest, status="ok", source=source)


def _survey(*, fresh: bool) -> tuple[Found, ...]:
    manifest = load_manifest()
    found = [_told(model, fresh) for model in manifest.models]
    found += [_carried(entry) for entry in manifest.carried]
    root = _model_dir()
    if root is not None:
        names = {model.name for model in manifest.models}
        for main in sorted([*root.glob("model.bin"), *root.glob("*/model.bin")]):
            local = _local(main.parent)
            found += [] if local.name in names else [local]
    return tuple(found)


def _local(folder: Path) -> Found:
    """A folder in ``SVCSCORE_MODEL_DIR``, and an unusable one as a status."""
    try:
        return _identify(folder, MODEL_DIR)
    except WeightsError:
        return Found(
            name=folder.name, kind="asr", path=folder, sha256="", status="corrupt", source=MODEL_DIR
        )


def _told(model: Model, fresh: bool) -> Found:
    """`locate`, and damaged packages as a status."""
    try:
        return locate(model, fresh=fresh)
    except WeightsError as error:
        if error.code != "weights.corrupt":
            raise
        return _found(model, None, "corrupt", "packages")


def _looked_up(name: str) -> Found:
    manifest = load_manifest()
    carried = next((entry for entry in manifest.carried if entry.name == name), None)
    return _carried(carried) if carried else _told(manifest.named(name), fresh=True)


def _carried(entry: Carried) -> Found:
    """Weights inside svcscore, held against the digest on their card."""
    folder = data_folder("models")
    path: Path | None = folder / entry.file
    status: Status = "missing"
    sha256 = ""
    try:
        sha256 = str(yaml.safe_load((folder / entry.card).read_text("utf-8"))["sha256"])
        status = "ok" if sha256_of(folder / entry.file) == sha256 else "corrupt"
    except FileNotFoundError:
        path = None
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError):
        status = "corrupt"
    return Found(
        name=entry.name, kind=entry.kind, path=path, sha256=sha256, status=status, source="svcscore"
    )
