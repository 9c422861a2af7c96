import json

import pytest
from ledger_cases import batch, visit
from rule_folders import RULE, call, make_folder, write

from svcscore.errors import StoreError, UsageError
from svcscore.ledger.ingest import ingest
from svcscore.resources import data_folder
from svcscore.store.database import Database

CREDIT = {
    **{key: value for key, value in RULE.items() if key != "severity"},
    "id": "test.greeting",
    "code": "voice.greeting",
    "phrases": ["您好", "早上好"],
    "examples": ["您好"],
    "counter_examples": ["再见"],
}


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "own")


def doubts(folder, *args):
    """Check, rule and level of every doubt."""
    result = call("lint", folder, "--json", *args)
    told = json.loads(result.output)
    assert result.exit_code == (2 if any(d["level"] == "fault" for d in told["doubts"]) else 0)
    return [(d["check"], d["rule"], d["level"]) for d in told["doubts"]]


def test_rules_that_are_well_leave_no_doubt(folder):
    write(folder, RULE, CREDIT)
    result = call("lint", folder)
    assert result.exit_code == 0
    assert result.output == "2 rules: 0 faults, 0 warnings\n"


def test_the_line_tells_file_line_rule_what_and_remedy(folder):
    write(folder, {**RULE, "phrases": ["急什么", "别磨蹭", "(你)别磨蹭", "别磨蹭啊"]})
    result = call("lint", folder)
    assert result.exit_code == 0
    lines = (folder / "test.yaml").read_text("utf-8").splitlines()
    at = lines.index("  - 别磨蹭啊") + 1
    (line, summary) = result.output.splitlines()
    assert line.startswith(
        f"{folder / 'test.yaml'}:{at}: test.hurry: “别磨蹭啊” is all in “别磨蹭”"
    )
    assert line.endswith(": take it out")
    assert summary == "1 rules: 0 faults, 1 warnings"


def test_a_phrase_of_two_rules_of_one_code(folder):
    other = {**RULE, "id": "test.other", "phrases": ["(你)急什么"]}
    write(folder, RULE)
    write(folder, other, name="second")
    assert doubts(folder) == [("duplicate", "test.hurry", "warning")]
    # under other conditions it says something else
    write(folder, {**other, "whole_turn": True}, name="second")
    assert doubts(folder) == []


def test_a_phrase_of_a_breach_and_of_another_code_collides_in_words_and_in_sound(folder):
    write(folder, RULE, {**RULE, "id": "test.two", "code": "forbidden.command"})
    assert doubts(folder) == [("collision", "test.two", "warning")]
    sounding = {**CREDIT, "phrases": ["及什么"], "examples": ["及什么"]}
    write(folder, RULE, sounding)
    result = call("lint", folder)
    assert "“及什么” sounds like “急什么”, is also in test.hurry (test.yaml:5)" in result.output
    write(folder, RULE, {**sounding, "kinds": ["salon"]})
    assert "collision" not in {check for check, _, _ in doubts(folder)}


def test_what_a_customer_says_collides_with_nothing_of_the_staff(folder):
    cue = {**CREDIT, "code": "complaint.cue", "by": "customer", "phrases": ["急什么"]}
    write(folder, RULE, cue)
    assert doubts(folder) == []


def test_a_phrase_that_its_own_exclusion_undoes(folder):
    write(folder, {**RULE, "phrases": ["急什么", "你别急什么"], "unless": ["别急"]})
    assert doubts(folder) == [("undone", "test.hurry", "warning")]
    # where none is left the rule says nothing at all
    write(folder, {**RULE, "unless_turn": ["急"]})
    assert doubts(folder) == [("undone", "test.hurry", "fault")]


def test_an_exclusion_of_the_same_sounds_undoes_the_very_words(folder):
    spoken = {**RULE, "unless": ["寄什么"], "counter_examples": ["您要寄什么材料"]}
    write(folder, spoken)
    assert doubts(folder) == [("undone", "test.hurry", "fault")]
    assert "example not found: 你急什么" in call("test", folder).output


def test_a_group_without_phrases_that_count_silences_the_rule(folder):
    near = {key: value for key, value in RULE.items() if key != "phrases"} | {
        "kind": "near",
        "groups": [["必须买", "不买"], ["保险"]],
        "unless": ["保险"],
        "examples": ["必须买保险"],
    }
    write(folder, near)
    assert doubts(folder) == [("undone", "test.hurry", "fault")]


def test_a_counter_example_that_holds_the_phrase(folder):
    write(folder, {**RULE, "counter_examples": ["客户急什么我们就办什么"]})
    assert doubts(folder) == [("unguarded", "test.hurry", "warning")]
    write(folder, {**RULE, "counter_examples": ["他说你急什么"]})
    assert doubts(folder) == []  # a gate is what keeps it out
    write(folder, {**RULE, "counter_examples": [[{"客": "急什么"}, {"柜": "好"}]]})
    assert doubts(folder) == []  # and here the speaker


def test_rules_that_can_never_apply(folder):
    step = {**CREDIT, "id": "test.step", "code": "flow.teller.welcome"}
    write(
        folder,
        {**step, "kinds": ["lobby"]},
        {**step, "id": "test.post", "by": "guard"},
        {**RULE, "by": "customer"},
    )
    found = set(doubts(folder))
    rules = ("test.step", "test.post", "test.hurry")
    assert {("unreachable", rule, "fault") for rule in rules} <= found
    assert "let `kinds` hold counter" in call("lint", folder).output


def test_a_duty_whose_trigger_no_rule_finds(folder):
    duty = {
        **{key: value for key, value in CREDIT.items() if key != "phrases"},
        "id": "test.soothe",
        "kind": "duty",
        "code": "complaint.soothe",
        "trigger": {"codes": ["complaint.cue"]},
        "phrases": ["抱歉"],
        "examples": ["抱歉"],
    }
    write(folder, duty)
    (fault,) = doubts(folder)
    assert fault == ("unreachable", "test.soothe", "fault")
    assert (
        "no rule finds trigger code complaint.cue, so nothing ever calls for it"
        in call("lint", folder).output
    )
    cue = {**CREDIT, "id": "test.cue", "code": "complaint.cue", "by": "customer"}
    write(folder, duty, {**cue, "phrases": ["我要投诉"], "examples": ["我要投诉"]})
    assert doubts(folder) == []


def test_fewer_counter_examples_than_examples(folder):
    write(folder, {**RULE, "examples": ["你急什么", "急什么啊"]})
    assert "1 counter-examples for 2 examples" in call("lint", folder).output


def test_one_syllable_is_no_safe_phrase(folder):
    write(folder, {**RULE, "phrases": ["(快)滚"], "examples": ["快滚"]})
    assert doubts(folder) == [("short", "test.hurry", "warning")]
    write(folder, {**RULE, "phrases": ["滚"], "examples": ["滚"], "whole_turn": True})
    assert doubts(folder) == []


def test_a_phrase_that_sounds_like_what_others_say(folder):
    said = ["一万块钱", "这块钱您收好", "两块钱", "您先签字"]
    talk = {**CREDIT, "examples": said[:1], "counter_examples": said[1:]}
    write(folder, {**RULE, "phrases": ["快签"], "examples": ["快签"]}, talk)
    assert "“快签” sounds like 块钱 in 3 of 6 example sentences" in call("lint", folder).output


def test_faults_of_files_are_all_told_and_the_other_packs_are_looked_at(folder):
    write(folder, {**RULE, "phrases": ["(快)滚"]})
    write(
        folder,
        {**RULE, "id": "test.a", "colour": "red"},
        {**RULE, "id": "b", "code": "forbiden"},
        name="bad",
    )
    result = call("lint", folder)
    assert result.exit_code == 2
    assert "bad.yaml" in result.output
    assert "colour" in result.output
    assert "one syllable" in result.output


def test_the_packaged_lexicon_has_no_faults():
    result = call("lint")
    assert result.exit_code == 0, result.output
    assert "0 faults" in result.output


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Six visits in which the teller greets and is rude; enough of them to speak of."""
    path = tmp_path / "stored.sqlite"
    with Database(str(path), create=True) as database:
        ingest(database, batch(*(visit(number) for number in range(6))))
    monkeypatch.setattr("svcscore.ledger.firing.ENOUGH", 5)
    return path


def test_rules_that_never_or_always_fire_on_what_is_stored(folder, stored, monkeypatch):
    monkeypatch.setattr("svcscore.ledger.crew._BATCH", 2)
    write(
        folder,
        RULE,
        CREDIT,
        {**CREDIT, "id": "test.salon", "kinds": ["counter", "lobby"], "phrases": ["晚安"]},
    )
    result = call("lint", folder, "--db", stored)
    assert result.exit_code == 0, result.output
    assert "test.hurry: fires in 0 of 6 stored interactions (0.0%)" in result.output
    assert "test.greeting: fires in 6 of 6 stored interactions (100.0%)" in result.output
    assert "tried on up to 6 stored interactions" in result.output


def test_too_few_interactions_say_nothing_of_how_often(folder, stored, monkeypatch):
    monkeypatch.setattr("svcscore.ledger.firing.ENOUGH", 50)
    write(folder, RULE)
    result = call("lint", folder, "--db", stored)
    assert "fires" not in result.output.replace("rules fire)", "")
    assert "under 50 nothing is said" in result.output


def test_an_empty_database_is_told(folder, tmp_path):
    Database(str(tmp_path / "empty.sqlite"), create=True).close()
    write(folder, RULE)
    result = call("lint", folder, "--db", tmp_path / "empty.sqlite")
    assert isinstance(result.exception, StoreError)
    assert result.exception.code == "store.empty"


def test_lint_reads_what_it_is_given(tmp_path):
    assert call("lint", tmp_path / "nowhere").exit_code == 2
    assert call("lint", data_folder("lexicons") / "profiles").exit_code != 0


def test_a_credit_that_waits_for_what_no_rule_finds(folder):
    credit = {**CREDIT, "code": "waiting.appease", "after": {"codes": ["complaint.cue"]}}
    write(folder, credit)
    assert ("unreachable", "test.greeting", "fault") in doubts(folder)


def write_table(path, *rows):
    path.mkdir(exist_ok=True)
    lines = ["phrase,said,by_text,found,heard", *rows]
    (path / "phrases.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_phrase_that_is_hardly_ever_written_down(folder, tmp_path):
    write(folder, {**RULE, "phrases": ["余额不足", "别磨蹭", "快点走"], "examples": ["别磨蹭"]})
    heard = write_table(
        tmp_path / "heard", "余额不足,6,0,1,鱼饿不足|以下不足", "别磨蹭,6,2,5,", "快点走,2,0,0,"
    )
    result = call("lint", folder, "--heard", heard)
    lines = (folder / "test.yaml").read_text("utf-8").splitlines()
    at = lines.index("  - 余额不足") + 1
    (line, summary) = result.output.splitlines()  # two times of the third prove nothing
    assert line.startswith(
        f"{folder / 'test.yaml'}:{at}: test.hurry: “余额不足” was found 1 of the 6"
    )
    assert "heard as 鱼饿不足、以下不足" in line
    assert summary == "1 rules: 0 faults, 1 warnings"


@pytest.mark.parametrize(
    "table", [None, "a,b\n1,2\n", "phrase,said,by_text,found,heard\n急什么,x,0,0,\n"]
)
def test_what_is_no_table_of_hearing_is_told(folder, tmp_path, table):
    write(folder, RULE)
    heard = tmp_path / "heard"
    heard.mkdir()
    if table is not None:
        (heard / "phrases.csv").write_text(table, "utf-8")
    error = call("lint", folder, "--heard", heard).exception
    assert isinstance(error, UsageError)
    assert "phrases robustness --save" in str(error)
