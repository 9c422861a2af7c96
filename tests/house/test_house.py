"""The rules of the house, held by the tools that know them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    "module",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=lambda command: " ".join(command),
)
def test_tools(module):
    ended = ran(sys.executable, "-m", *module)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_layers():
    ended = ran(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_generated_docs_are_true():
    ended = ran(sys.executable, "tools/make_docs.py", "--check")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_file_is_long():
    sources = [
        p for part in ("src", "tests", "tools", "benchmarks") for p in (ROOT / part).rglob("*.py")
    ]
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources
        if (n := len(p.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_help_imports_nothing_heavy():
    script = (
        "import sys; from click.testing import CliRunner; from svcscore.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "heavy = {'numpy', 'faster_whisper', 'sklearn', 'librosa', 'sqlalchemy', 'jieba', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ended = ran(sys.executable, "-c", script)
    assert ended.stdout.strip() == "[]", ended.stderr
