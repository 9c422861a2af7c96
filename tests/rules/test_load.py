import shutil

import pytest
import yaml
from rule_cases import rule

from svcscore.errors import ConfigError
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon, read_lexicon


@pytest.fixture
def folder(tmp_path):
    for name in ("taxonomy.yaml", "gates.yaml"):
        shutil.copy(data_folder("lexicons") / name, tmp_path / name)
    return tmp_path


def write(folder, name, *rules, **fields):
    pack = {"pack": name, "title": "测试", "version": 1, "rules": list(rules), **fields}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(pack, allow_unicode=True), "utf-8")


def faults(folder):
    return [(f.file.name, f.message) for f in read_lexicon(folder)[1]]


def test_all_packs_and_one_digest(folder):
    write(folder, "one", rule("voice.greeting", "您好"))
    write(folder, "two", rule("voice.farewell", "再见"))
    lexicon = load_lexicon(folder)
    assert [pack.pack for pack in lexicon.packs] == ["one", "two"]
    assert len(lexicon.rules) == 2
    before = lexicon.sha256
    write(folder, "two", rule("voice.farewell", "请慢走"))
    assert load_lexicon(folder).sha256 != before


def test_lists_of_other_rooms_are_no_packs(folder):
    write(folder, "one", rule("voice.greeting", "您好"))
    (folder / "dialogue_cues.yaml").write_text("cues: []", "utf-8")
    assert len(load_lexicon(folder).packs) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "voice.greting"}, "did you mean 'voice.greeting'"),
        ({"severity": "major"}, "severity belongs to breaches"),
        ({"phrases": ["(您好"]}, "brackets"),
        ({"phrases": ["，"]}, "nothing that can be heard"),
        ({"phrases": ["您好", "您好"]}, "listed twice"),
        ({"phrases": []}, "at least 1"),
        ({"by": "nobody"}, "Input should be"),
        ({"colour": "red"}, "Extra inputs"),
        ({"opening": {}}, "a window needs"),
        ({"after": {"by": "customer"}}, "a trigger needs phrases or codes"),
        ({"after": {"codes": ["complaint.cue"]}}, "is expected always"),
        ({"suspends": ["voyce.*"]}, "matches no code"),
        ({"business": ["welth"]}, "did you mean 'wealth'"),
        ({"examples": [[{"猫": "喵"}]]}, "a turn is one of"),
    ],
)
def test_faults_of_a_rule(folder, fields, message):
    write(folder, "one", {**rule("voice.greeting", "您好"), **fields})
    ((file, told),) = faults(folder)
    assert file == "one.yaml"
    assert message in told


def test_all_faults_at_once_with_their_lines(folder):
    write(folder, "good", rule("voice.greeting", "您好"))
    bad = rule("forbidden.abuse", "滚", severity=None)
    write(folder, "bad", {**bad, "phrases": ["(滚"]}, {**bad, "id": "test.two", "code": "x"})
    with pytest.raises(ConfigError, match="3 fault") as caught:
        load_lexicon(folder)
    assert "bad.yaml:" in str(caught.value)
    assert [pack.pack for pack in read_lexicon(folder)[0].packs] == ["good"]


def test_ids_are_unique_over_packs(folder):
    write(folder, "one", rule("voice.greeting", "您好"))
    write(folder, "two", rule("voice.greeting", "欢迎"))
    ((file, message),) = faults(folder)
    assert file == "two.yaml"
    assert "already used in one.yaml" in message


def test_triggers_name_codes_that_exist(folder):
    spec = rule("voice.apology", "抱歉", kind="duty", trigger={"codes": ["complain.*"]})
    write(folder, "one", spec)
    ((_, message),) = faults(folder)
    assert "matches no code" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe", "UTF-8"), (b"a: [", "expected"), (b"a: b: c", "mapping values")],
)
def test_files_that_are_no_yaml(folder, content, message):
    (folder / "one.yaml").write_bytes(content)
    ((_, told),) = faults(folder)
    assert message in told


def test_nothing_there(tmp_path, folder):
    with pytest.raises(ConfigError, match="no packs"):
        load_lexicon(folder)
    with pytest.raises(ConfigError, match=r"taxonomy\.yaml:1: file: No such file"):
        load_lexicon(tmp_path / "nowhere")
