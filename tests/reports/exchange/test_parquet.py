"""The Parquet folder: typed, told, masked, the same bytes, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exchange_cases import AWKWARD_NAME, CARD, awkward, visit

from svcscore.decisions import Decision, Review
from svcscore.records import Context
from svcscore.reports.exchange import parquet
from svcscore.reports.exchange.columns import NAME, TABLES, described
from svcscore.reports.exchange.parquet import ParquetFolder
from svcscore.reports.exchange.rows import ROWS, local, moment
from svcscore.testing.records import make_recording, make_scored

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "exchange.md"
FILES = sorted(f"{table.name}.parquet" for table in TABLES)


def review(scored, decision=Decision.OVERTURN, **fields):
    finding = scored.interactions[0].findings[0]
    return Review(
        interaction_id="visit1",
        finding_id=finding.id,
        decision=decision,
        reviewer="li",
        at="2026-03-04T01:02:03+00:00",
        reason=f"卡号{CARD}",
        **fields,
    )


def write(folder, *recordings, reviews=()):
    with ParquetFolder(folder) as target:
        for number, scored in enumerate(recordings):
            target.add(scored, reviews if number == 0 else ())
    return {table.name: pq.read_table(folder / f"{table.name}.parquet") for table in TABLES}


def interrupted(folder):
    with ParquetFolder(folder) as target:
        target.add(awkward())
        raise KeyboardInterrupt


@pytest.fixture
def tables(tmp_path):
    scored = visit()
    return write(tmp_path / "a" / "b", scored, awkward(), reviews=[review(scored)])


def first(table):
    return table.slice(0, 1).to_pylist()[0]


def test_every_table_has_its_schema_and_its_rows(tables):
    assert set(tables) == set(ROWS)
    for table in TABLES:
        assert tables[table.name].schema.equals(table.schema, check_metadata=True)
    assert {name: table.num_rows for name, table in tables.items()} == {
        "recordings": 2,
        "interactions": 2,
        "turns": 11,
        "words": sum(len(t.words) for s in (visit(), awkward()) for j in s.interactions
                     for t in j.interaction.turns),
        "findings": 5,
        "evidence": 3,
        "asked": 1,
        "account": 2,
        "dimensions": 6,
        "courtesy": 2,
        "reviews": 1,
    }  # fmt: skip


def test_rows_say_what_the_records_say(tables):
    interaction, turn = first(tables["interactions"]), first(tables["turns"])
    assert interaction["started_at"] == datetime(2026, 3, 2, 9, 15)
    assert (interaction["staff_id"], interaction["total"], interaction["turns"]) == ("T001", 86, 3)
    assert (turn["role"], turn["rate"], turn["pauses"]) == ("teller", 4.5, None)
    assert tables["turns"].column("rate").to_pylist()[1] is None
    finding, evidence = first(tables["findings"]), first(tables["evidence"])
    assert finding["code"] == "forbidden.impatience"
    assert (finding["start"], finding["end"]) == (evidence["start"], evidence["end"])
    assert finding["heard"] == evidence["heard"] == "等着吧"
    assert finding["decision"] == "overturn"
    absent = tables["findings"].to_pylist()[2]
    assert (absent["verdict"], absent["start"], absent["decision"]) == ("absent", None, None)
    assert first(tables["courtesy"])["level"] == 3
    assert first(tables["reviews"])["at"] == datetime(2026, 3, 4, 1, 2, 3, tzinfo=UTC)
    assert first(tables["account"])["finding_ids"] == []


def test_words_join_to_the_text_of_their_turn(tables):
    words = tables["words"].to_pylist()
    for turn in tables["turns"].to_pylist():
        of = [
            w["text"]
            for w in words
            if (w["interaction_id"], w["turn"]) == (turn["interaction_id"], turn["turn"])
        ]
        assert "".join(of) == turn["text"]  # fmt: skip


def test_long_numbers_are_hidden_everywhere(tmp_path):
    scored = visit()
    write(tmp_path, scored, reviews=[review(scored)])
    for table in TABLES:
        rows = pq.read_table(tmp_path / f"{table.name}.parquet").to_pylist()
        assert CARD[3:-2] not in str(rows)
        assert CARD[3:-2] not in "".join(str(row.get("text", "")) for row in rows)


def test_names_that_are_no_utf8_are_escaped(tables):
    path = tables["recordings"].column("path").to_pylist()[1]
    assert path == AWKWARD_NAME.encode("utf-8", "backslashreplace").decode()


def test_names_that_repeat_are_dictionaries(tables):
    assert tables["words"].schema.field("interaction_id").type == NAME
    frame = tables["findings"].to_pandas()
    assert str(frame["code"].dtype) == "category"


def test_the_same_records_give_the_same_bytes(tmp_path):
    for name in "ab":
        write(tmp_path / name, visit(), awkward())
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_rows_are_written_in_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP", 7)
    read = write(tmp_path, visit(), awkward())
    words = pq.ParquetFile(tmp_path / "words.parquet")
    assert words.metadata.num_row_groups == -(-read["words"].num_rows // 7)
    assert words.metadata.row_group(0).num_rows == 7
    assert read["words"].column("interaction_id").to_pylist()[0] == "visit1"


def test_nothing_at_all_is_empty_tables(tmp_path):
    read = write(tmp_path)
    assert all(table.num_rows == 0 for table in read.values())
    assert first(write(tmp_path, make_scored())["recordings"])["duration"] == 60.0


def test_a_failure_leaves_the_folder_as_it_was(tmp_path):
    write(tmp_path, visit())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sorted(before) == FILES


def test_rows_that_do_not_fit_leave_the_folder_as_it_was(tmp_path):
    wrong = make_scored(recording=make_recording(sample_rate="fast"))
    with pytest.raises(pa.ArrowInvalid), ParquetFolder(tmp_path) as folder:
        folder.add(wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError), ParquetFolder(tmp_path / "file"):
        pass


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-03-02T09:15:00+08:00", datetime(2026, 3, 2, 9, 15, 2, 500_000)),
        ("2026-03-02T09:15:00Z", datetime(2026, 3, 2, 9, 15, 2, 500_000)),
        ("2026-03-02", datetime(2026, 3, 2, 0, 0, 2, 500_000)),
        ("9999-12-31T23:59:59", None),
        ("gestern", None),
        (None, None),
    ],
)
def test_times_are_the_wall_clock_of_the_branch(given, read):
    assert local(given, 2.5) == read


def test_moments_are_utc():
    at = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)
    assert moment("2026-03-02T09:15:00+08:00") == moment("2026-03-02T01:15:00") == at


def test_a_recording_of_which_nothing_is_known(tmp_path):
    bare = visit(recording=make_recording(context=Context()))
    row = first(write(tmp_path, bare)["interactions"])
    assert (row["staff_id"], row["started_at"], row["branch_id"]) == (None, None, None)


def test_every_column_is_told_in_the_docs():
    page = PAGE.read_text("utf-8")
    told = "\n".join(described()).strip()
    assert told in page, f"put this into {PAGE.name}:\n{told}"
    for table in TABLES:
        for field in table.schema:
            assert field.metadata[b"description"]
