"""Each fault of configuration has a file of its own in `tests/faulty`.

The first line of a file says what is told of it; ``# fault`` marks the line that is named. A file called
``gates--…`` or ``taxonomy--…`` stands in the place of that list, every other one is a pack.
"""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.errors import ConfigError
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon

FILES = sorted((Path(__file__).parents[1] / "faulty").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_fault_is_told_with_file_and_line_and_nothing_else_is(path, tmp_path):
    for name in ("taxonomy.yaml", "gates.yaml"):
        shutil.copy(data_folder("lexicons") / name, tmp_path / name)
    shutil.copy(data_folder("lexicons") / "five-voices.yaml", tmp_path / "well.yaml")
    instead, _, _ = path.stem.rpartition("--")
    file = tmp_path / f"{instead or 'faulty'}.yaml"
    shutil.copy(path, file)
    with pytest.raises(ConfigError) as caught:
        load_lexicon(tmp_path)
    (fault,) = [line.strip() for line in caught.value.message.splitlines()[1:]]
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    told = lines[0].removeprefix("# told: ")
    assert fault.startswith(f"{file}:")
    assert told in fault
    marked = [number for number, line in enumerate(lines, 1) if line.endswith("# fault")]
    if marked:
        assert fault.startswith(f"{file}:{marked[0]}: ")


def test_the_command_tells_them_and_exits_with_2(tmp_path):
    for name in ("taxonomy.yaml", "gates.yaml"):
        shutil.copy(data_folder("lexicons") / name, tmp_path / name)
    packs = [path for path in FILES if "--" not in path.stem]
    for path in packs:
        shutil.copy(path, tmp_path / path.name)
    ended = CliRunner().invoke(cli, ["rules", "lint", str(tmp_path)])
    assert ended.exit_code == 2
    for path in packs:
        assert f"{tmp_path / path.name}:" in ended.output
    assert len(packs) > 80
