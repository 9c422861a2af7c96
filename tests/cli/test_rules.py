import json
import shutil

import pytest
import yaml
from click.testing import CliRunner

from svcscore.cli.rules import rules
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


@pytest.fixture
def folder(tmp_path):
    for name in ("taxonomy.yaml", "gates.yaml"):
        shutil.copy(data_folder("lexicons") / name, tmp_path / name)
    return tmp_path


def write(folder, *specs, name="test"):
    pack = {"pack": name, "title": "测试", "version": 1, "rules": list(specs)}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(pack, allow_unicode=True), "utf-8")


def call(*args):
    return CliRunner().invoke(rules, [str(arg) for arg in args])


def test_all_is_well(folder):
    write(folder, RULE)
    result = call("test", folder)
    assert result.exit_code == 0, result.output
    assert "1 rules, 2 examples, 0 failures" in result.output


def test_failures_are_told_with_what_was_heard_instead(folder):
    other = {**RULE, "id": "test.calm", "phrases": ["别着急"], "examples": ["别着急"]}
    write(folder, {**RULE, "examples": ["您别着急"]}, {**other, "counter_examples": ["好"]})
    result = call("test", folder)
    assert result.exit_code == 2
    assert "test: test.hurry: example not found: 您别着急" in result.output


def test_faults_are_told_and_the_rest_is_tried(folder):
    write(folder, RULE)
    write(folder, {**RULE, "id": "test.two", "colour": "red"}, name="bad")
    result = call("test", folder)
    assert result.exit_code == 2
    assert "bad.yaml:" in result.output
    assert "1 rules, 2 examples, 0 failures, 1 faults" in result.output


def test_one_pack(folder):
    write(folder, RULE)
    write(folder, {**RULE, "id": "test.two", "examples": ["好"]}, name="bad")
    assert call("test", folder, "--pack", "test").exit_code == 0
    assert call("test", folder, "--pack", "bad").exit_code == 2
    assert call("test", folder, "--pack", "nowhere").exit_code == 2


def test_catalogue(folder):
    write(folder, RULE)
    page = call("catalogue", folder).output
    assert "### 催促 (`test.hurry`)" in page
    assert "急什么" in page
    assert "严重" in page


def test_catalogue_of_the_packaged_lexicon():
    result = call("catalogue")
    assert result.exit_code == 0
    assert "voice.greeting" in result.output


def test_schema_describes_a_pack():
    schema = json.loads(call("schema").output)
    assert schema["title"] == "Pack"
    assert {"PhraseRule", "NearRule", "DutyRule", "EntityRule", "MeasureRule"} <= set(
        schema["$defs"]
    )
