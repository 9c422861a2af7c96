"""Makes a bundle: wheels, their hashes, how to install them, and a bill of materials."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import unquote, urlparse

from packaging.utils import parse_wheel_filename

from svcscore.bundle.needed import ROOT, Package, needed
from svcscore.errors import OutputError, UsageError

WHEELS = "wheels"
PINS = "requirements.txt"
BILL = "sbom.cdx.json"
SUMS = "SHA256SUMS"
_INSTALL = """\
#!/bin/sh
# Installs svcscore from this folder alone. Usage: ./install.sh VENV [PYTHON]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
(cd "$here" && sha256sum --check --quiet SHA256SUMS)
"${2:-python3}" -m venv "$1"
"$1/bin/pip" install --no-index --find-links "$here/wheels" --require-hashes --only-binary :all: \\
    --requirement "$here/requirements.txt"
"$1/bin/svcscore" doctor
"""


def make_bundle(out: Path, extras: Collection[str], wheel: Path | None) -> tuple[Package, ...]:
    """Write a bundle for this platform and this Python into `out`; what it carries.

    pip gets the wheels, from wherever pip is configured to get them; what comes without one is built.

    Args:
        out: a folder that is not there, or empty.
        extras: of svcscore.
        wheel: of svcscore itself; None builds it from the folder it was installed from, or has pip
            get it.

    Raises:
        OutputError: ``output.unwritable`` where `out` holds something or cannot be written.
        UsageError: ``bundle.failed`` where pip cannot get or build something, with what it says.
    """
    packages = needed(extras)
    try:
        (out / WHEELS).mkdir(parents=True)
    except OSError as fault:
        raise OutputError(
            "output.unwritable",
            f"the bundle cannot be written ({fault.strerror})",
            "name a folder that does not exist yet",
            str(out),
        ) from fault
    others = [one.pin for one in packages if one.name != ROOT]
    _pip(out, [_own(wheel, packages), *others])
    complete(out, packages)
    return packages


def complete(out: Path, packages: Sequence[Package]) -> None:
    """Write what goes with the wheels of `packages` that lie in `out`: pins, bill, script and sums."""
    hashes = {_name(path): _sha256(path) for path in sorted((out / WHEELS).iterdir())}
    lines = [f"{one.pin} --hash=sha256:{hashes[one.name]}" for one in packages]
    (out / PINS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (out / BILL).write_text(_bill(packages, hashes), encoding="utf-8")
    script = out / "install.sh"
    script.write_text(_INSTALL, encoding="utf-8")
    script.chmod(0o755)
    (out / SUMS).write_text(sums(out), encoding="utf-8")


def sums(out: Path) -> str:
    """A line of SHA-256 and name for every file of a bundle but the list itself, as `sha256sum` has it."""
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(f"{_sha256(path)}  {path.relative_to(out).as_posix()}\n" for path in files)


def _own(wheel: Path | None, packages: Sequence[Package]) -> str:
    if wheel is not None:
        return str(wheel)
    direct = distribution(ROOT).read_text("direct_url.json")
    url = urlparse(json.loads(direct)["url"]) if direct else None
    if url is not None and url.scheme == "file":
        return unquote(url.path)
    return next(one.pin for one in packages if one.name == ROOT)


def _pip(out: Path, wanted: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    ended = subprocess.run(
        [*command, str(out / WHEELS), *wanted], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        shutil.rmtree(out)
        last = ended.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        raise UsageError(
            "bundle.failed",
            f"pip cannot get all that is needed: {last[0]}",
            "make the bundle on a machine on which `pip wheel` reaches its packages",
        )


def _name(wheel: Path) -> str:
    name, *_ = parse_wheel_filename(wheel.name)
    return str(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bill(packages: Sequence[Package], hashes: dict[str, str]) -> str:
    """CycloneDX 1.6, JSON; the same packages give the same bytes."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from packageurl import PackageURL

    components = {
        one.name: Component(
            type=ComponentType.APPLICATION if one.name == ROOT else ComponentType.LIBRARY,
            name=one.name,
            version=one.version,
            purl=PackageURL("pypi", None, one.name, one.version),
            bom_ref=one.pin,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashes[one.name])],
            licenses=[DisjunctiveLicense(name=one.licence)] if one.licence else None,
        )
        for one in packages
    }
    bill = Bom()
    bill.metadata.component = components.get(ROOT)
    bill.components.update(one for name, one in components.items() if name != ROOT)
    for one in packages:
        bill.register_dependency(components[one.name], [components[name] for name in one.needs])
    written = make_outputter(bill, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    content = json.loads(written)
    # when and as which number it was written says nothing about what it holds
    content.pop("serialNumber", None)
    content["metadata"].pop("timestamp", None)
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
