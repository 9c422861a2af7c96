"""History judged anew, without audio."""

import shutil
from dataclasses import replace

import pytest
from ledger_cases import PROFILES, batch, rubric, visit

from svcscore.decisions import Decision, Review
from svcscore.errors import ConfigError, StoreError
from svcscore.heard import Asked
from svcscore.ledger import rescore as rescore_module
from svcscore.ledger.ingest import ingest
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Severity, Status
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon
from svcscore.scoring.scorecard import scorecard
from svcscore.spans import Span
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.evidence import pack_scorecard
from svcscore.store.reader import Scope
from svcscore.store.tables import AUDIT_LOG
from svcscore.store.upkeep import check, copy, export
from svcscore.testing.tampering import open_log


def stored(database):
    with database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope())))


def run(database, profile="strict", rules=None, *, dry=False, scope=None):
    bench = load_bench(PROFILES / f"{profile}.yaml", rules)
    return list(rescore(database, bench, scope or Scope(), dry=dry))


def test_a_dry_run_tells_and_changes_nothing(database):
    ingest(database, batch(visit(1), visit(2, staff="T002")))
    before = stored(database)
    changes = run(database, dry=True)
    assert [change.staff_id for change in changes] == ["T001", "T002"]
    assert all(change.changed and change.difference < 0 for change in changes)
    assert stored(database) == before


def test_the_new_score_is_what_the_rubric_gives_and_the_old_one_stays(database):
    given = visit(1)
    ingest(database, batch(given))
    (change,) = run(database)
    judged = given.interactions[0]
    expected = scorecard(judged.interaction, judged.findings, judged.courtesy, rubric("strict"))
    (one,) = stored(database)
    assert change.after == one.total == expected.total
    with database.reading() as connection:
        assert reader.scorecard(connection, one.key, 0) == judged.scorecard
        newest = reader.scorecard(connection, one.key, one.number)
    assert pack_scorecard(newest) == pack_scorecard(expected)
    assert list(check(database, deep=True)) == []


def test_rules_count_on_the_days_that_they_name(database, tmp_path):
    ingest(database, batch(visit(1, day=2), visit(2, day=20)))
    rules = shutil.copytree(data_folder("lexicons"), tmp_path / "lexicons")
    (rules / "own.yaml").write_text(
        """
pack: own
title: 试行
version: 1
rules:
  - {id: own.trouble, kind: phrase, code: forbidden.abuse, title: 烦, severity: minor, until: 2026-03-10,
     why: 三月十日以前的口径, source: 测试, phrases: [你烦不烦], examples: [你烦不烦], counter_examples: [您好]}
""",
        encoding="utf-8",
    )
    run(database, rules=rules)
    with database.reading() as connection:
        told = {
            one.day.day: {finding.rule for finding in one.findings}
            for one in reader.stored(connection, reader.keys(connection, Scope()))
        }
    assert "own.trouble" in told[2]
    assert "own.trouble" not in told[20]


def test_many_processes_give_what_one_gives(database, tmp_path, monkeypatch):
    ingest(database, batch(*(visit(number) for number in range(7))))
    export(database, tmp_path / "copy.sqlite")
    one = run(database)
    monkeypatch.setattr("svcscore.ledger.crew._BATCH", 2)
    with Database(str(tmp_path / "copy.sqlite")) as again:
        assert run(again) == one
        assert stored(again) == stored(database)


def test_a_review_that_comes_while_it_is_judged_still_counts(database, monkeypatch):
    ingest(database, batch(visit(1)))
    (one,) = stored(database)
    judged = rescore_module.spread

    def meanwhile(*args):
        for verdicts in judged(*args):
            record(database, [_review(one, Decision.OVERTURN)])
            yield verdicts

    monkeypatch.setattr(rescore_module, "spread", meanwhile)
    (change,) = run(database)
    assert change.red_lines_after == 0
    assert stored(database)[0].red_lines == 0


def test_judging_twice_changes_nothing_more(database):
    ingest(database, batch(visit(1)))
    run(database)
    number = stored(database)[0].number
    assert not any(change.changed for change in run(database))
    assert stored(database)[0].number == number


def test_taking_the_run_in_again_does_not_bring_the_old_judgement_back(database):
    ingest(database, batch(visit(1)))
    run(database)
    total = stored(database)[0].total
    assert ingest(database, batch(visit(1))).same == 1
    assert stored(database)[0].total == total


def test_reviews_go_on_counting_under_another_rubric(database):
    ingest(database, batch(visit(1)))
    (one,) = stored(database)
    record(database, [_review(one, Decision.OVERTURN)])
    run(database)
    (after,) = stored(database)
    assert after.red_lines == 0
    assert after.reviews
    judged = visit(1).interactions[0]
    without = tuple(f for f in judged.findings if f.severity is not Severity.RED_LINE)
    expected = scorecard(judged.interaction, without, judged.courtesy, rubric("strict"))
    assert after.total == pytest.approx(expected.total)


def test_only_the_scope_is_judged_anew(database):
    ingest(database, batch(visit(1, day=2), visit(2, day=20)))
    (change,) = run(database, scope=Scope(since=stored(database)[1].day))
    assert change.interaction_id == visit(2).interactions[0].interaction.id


@pytest.fixture
def lexicons(tmp_path):
    """Other rules than those of the run: the same but for a comment."""
    folder = tmp_path / "lexicons"
    shutil.copytree(data_folder("lexicons"), folder)
    with (folder / "gates.yaml").open("a", encoding="utf-8") as file:
        file.write("# ours\n")
    return folder


def test_new_rules_find_the_same_words_again(database, lexicons):
    ingest(database, batch(visit(1)))
    run(database, "default", lexicons)
    (one,) = stored(database)
    assert one.findings != visit(1).interactions[0].findings
    codes = {finding.code for finding in one.findings}
    assert {"forbidden.impatience", "voice.greeting"} <= codes


def test_a_decision_outlives_new_rules_and_the_next_review(database, lexicons):
    ingest(database, batch(visit(1)))
    (one,) = stored(database)
    record(database, [_review(one, Decision.OVERTURN)])
    run(database, "default", lexicons)
    (after,) = stored(database)
    red = next(f for f in after.findings if f.severity is Severity.RED_LINE)
    assert red.id != _review(one, Decision.OVERTURN).finding_id
    other = next(f for f in after.findings if f.code == "voice.greeting")
    record(database, [replace(_review(after, Decision.CONFIRM), finding_id=other.id)])
    (last,) = stored(database)
    assert (last.red_lines, last.red_lines_in_review) == (0, 0)
    with database.reading() as connection:
        assert red.id not in {one.finding_id for one in reader.queue(connection)}


def test_without_the_answer_of_the_second_listen_no_new_phrase_confirms_a_red_line(
    database, lexicons
):
    given = visit(1)
    judged = replace(given.interactions[0], asked=_asked())
    ingest(database, batch(replace(given, interactions=(judged,))))
    run(database, "default", lexicons)
    (one,) = stored(database)
    reds = [f for f in one.findings if f.severity is Severity.RED_LINE]
    assert reds
    assert all(finding.status is not Status.CONFIRMED for finding in reds)


def test_rules_and_rubric_come_back_out_of_the_database(database, tmp_path):
    ingest(database, batch(visit(1)))
    lexicon = load_lexicon(data_folder("lexicons"))
    with database.reading() as connection:
        assert rubric_of(connection, rubric().sha256) == rubric()
        reader.snapshot(connection, lexicon.sha256).unpack(tmp_path / "again")
        with pytest.raises(StoreError, match="snapshot"):
            rubric_of(connection, "0" * 64)
    again = load_lexicon(tmp_path / "again")
    assert (again.sha256, again.rules) == (lexicon.sha256, lexicon.rules)


def test_a_copy_is_equal_and_a_second_one_is_refused(database, tmp_path):
    ingest(database, batch(visit(1), visit(2)))
    record(database, [_review(stored(database)[0], Decision.CONFIRM)])
    export(database, tmp_path / "copy.sqlite")
    with Database(str(tmp_path / "copy.sqlite")) as again:
        assert stored(again) == stored(database)
        assert list(check(again, deep=True)) == []
        with pytest.raises(StoreError, match="empty"):
            copy(database, again)
        ingest(again, batch(visit(3)))
        assert len(stored(again)) == 3


def test_every_change_is_in_the_log_and_an_altered_row_is_found(database):
    ingest(database, batch(visit(1)))
    run(database)
    record(database, [_review(stored(database)[0], Decision.OVERTURN)])
    with database.reading() as connection:
        actions = list(connection.execute(AUDIT_LOG.select()).mappings())
        assert [row["action"] for row in actions] == ["ingest", "rescore", "review"]
        assert audit.broken(connection) is None
    with database.writing() as connection:
        open_log(connection)
        connection.execute(
            AUDIT_LOG.update().where(AUDIT_LOG.c.action == "rescore").values(detail="{}")
        )
    assert any("audit log" in fault for fault in check(database, deep=False))


def test_lexicons_with_faults_stop_before_anything_is_judged(database, lexicons):
    (lexicons / "own.yaml").write_text("pack: own\nrules: [{id: x}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"own\.yaml"):
        run(database, "default", lexicons)


def _review(one, decision):
    return Review(
        interaction_id=one.id,
        finding_id=next(f.id for f in one.findings if f.severity is Severity.RED_LINE),
        decision=decision,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )


def _asked():
    return (Asked(channel=0, span=Span(0.0, 1.0), phrase="别的", heard="别的", score=1.0),)
