"""Small folders of rules, and commands on them."""

import shutil

import yaml
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.resources import data_folder

RULE = {
    "id": "test.hurry",
    "kind": "phrase",
    "code": "forbidden.impatience",
    "title": "催促",
    "severity": "major",
    "why": "催促客户",
    "source": "测试",
    "phrases": ["急什么"],
    "examples": ["你急什么"],
    "counter_examples": ["您别着急"],
}


def make_folder(path):
    """The packaged taxonomy and gates, without packs."""
    path.mkdir(exist_ok=True)
    for name in ("taxonomy.yaml", "gates.yaml"):
        shutil.copy(data_folder("lexicons") / name, path / name)
    return path


def write(folder, *specs, name="test"):
    pack = {"pack": name, "title": "测试", "version": 1, "rules": list(specs)}
    text = yaml.safe_dump(pack, allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def call(*args):
    return CliRunner().invoke(cli, ["rules", *(str(arg) for arg in args)])
