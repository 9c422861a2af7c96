"""What is heard of a case: the right seconds, silence where it is personal, nothing from elsewhere."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import replace

import av
import numpy as np
import pytest
from sqlalchemy import update

from svcscore.amendments import Amendment, WordsAre
from svcscore.audio.samples import RATE
from svcscore.desk import clock, unmasking
from svcscore.desk.recordings import Recordings
from svcscore.desk.sounding import Sounds, hearing
from svcscore.desk.viewer import Office, Viewer
from svcscore.errors import InputError, UsageError
from svcscore.records import Role, Word
from svcscore.spans import Span
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.desk import accounts as account_rows
from svcscore.store.desk import amendments
from svcscore.store.evidence import pack_kept
from svcscore.store.reader import Scope
from svcscore.store.tables import EVIDENCE, INTERACTIONS
from svcscore.testing import desks
from svcscore.testing.sounds import found_mark, lay_case, write_marked
from svcscore.text.digits import MASK

PHONE = "162a545074d668d7"
FIRST, SECOND = "b432df1bc838f838", "b3a07e28d2f1ebbd"


@pytest.fixture(scope="module", name="filled")
def filled_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("sounding") / "d.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
        desks.make_staff(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(name="database")
def own_database(filled, tmp_path):
    shutil.copy(filled, tmp_path / "d.sqlite")
    with Database(str(tmp_path / "d.sqlite")) as database:
        yield database


def viewer(database, name="lead"):
    with database.reading() as connection:
        account = account_rows.by_name(connection, name)
    return Viewer(
        key=account.key,
        name=name,
        shown=name,
        office=Office(account.role),
        branch_id=account.branch_id,
        staff_id=account.staff_id,
        language="zh",
    )


def case(connection, interaction_id):
    keys = reader.keys(connection, Scope(interaction_ids=(interaction_id,)))
    return next(reader.stored(connection, keys))


def say_a_number(connection, interaction_id, span=None):
    """Let the customer's first turn of some length be a telephone number, at `span` if one is given."""
    one = case(connection, interaction_id)
    before = one.kept.interaction
    turn = max((t for t in before.turns if t.role is Role.CUSTOMER), key=lambda t: t.span.length)
    span = span or turn.span
    text = "我的手机号是幺三八零零幺三八零二六"
    step = span.length / len(text)
    words = tuple(
        Word(
            text=char,
            span=Span(span.start + n * step, span.start + (n + 1) * step),
            probability=0.9,
        )
        for n, char in enumerate(text)
    )
    said = replace(turn, words=words, span=span)
    turns = tuple(said if t is turn else t for t in before.turns)
    kept = replace(one.kept, interaction=replace(before, turns=turns))
    connection.execute(
        update(EVIDENCE)
        .where(EVIDENCE.c.interaction_key == one.key)
        .values(content=pack_kept(kept))
    )


def heard(database, interaction_id, folder=desks.ROOT, **asked):
    with database.reading() as connection:
        meant = hearing(connection, viewer(database), case(connection, interaction_id), **asked)
    streamed = Sounds(Recordings(folder)).clip(meant)
    with av.open(io.BytesIO(b"".join(streamed.part(0, streamed.size)))) as file:
        return meant, np.concatenate([f.to_ndarray()[0] for f in file.decode(audio=0)])


def level(sound, span, start):
    part = sound[round((span.start - start) * RATE) : round((span.end - start) * RATE)]
    return float(np.sqrt((part**2).mean()))


def test_every_second_is_played_where_it_lies(database, tmp_path):
    write_marked(tmp_path / "day.mp3", 120)
    lay_case(database, PHONE, "day.mp3", tmp_path / "day.mp3", Span(30.0, 100.0))
    for second in (80, 40, 99):
        meant, sound = heard(database, PHONE, tmp_path, start=second - 1.0, end=second + 1.0)
        # the recording itself is up to a frame late (see test_stretch)
        assert abs(found_mark(sound, meant.span.start, second)) < 0.05


def test_no_more_is_heard_than_the_case_and_a_little_around_it(database, tmp_path):
    write_marked(tmp_path / "day.flac", 120)
    lay_case(database, PHONE, "day.flac", tmp_path / "day.flac", Span(30.0, 60.0))
    meant, sound = heard(database, PHONE, tmp_path, start=0.0, end=1e6)
    assert meant.span == Span(25.0, 65.0)
    assert abs(sound.size - 40 * RATE) < 600
    meant, _ = heard(database, PHONE, tmp_path, start=0.0, end=1e6, around=0.0)
    assert meant.span == Span(30.0, 60.0)
    meant, _ = heard(database, PHONE, tmp_path)
    assert meant.span == Span(30.0, 60.0)
    for start, end in ((80.0, 90.0), (0.0, 10.0), (50.0, 40.0)):
        with pytest.raises(UsageError) as told:
            heard(database, PHONE, tmp_path, start=start, end=end)
        assert told.value.code == "desk.stretch"


def test_a_number_is_silent_until_somebody_gave_a_reason(database):
    with database.writing() as connection:
        say_a_number(connection, PHONE)
    meant, sound = heard(database, PHONE)
    assert meant.mute
    for span in meant.mute:
        inner = Span(span.start + 0.05, span.end - 0.05)
        assert level(sound, inner, meant.span.start) < 0.003
    lead = viewer(database)
    with database.writing() as connection:
        until = unmasking.unmask(connection, lead, case(connection, PHONE), "客户投诉核对")
    assert until > clock.now()
    meant, sound = heard(database, PHONE)
    assert meant.unmasked
    assert not meant.mute
    with database.reading() as connection:
        one = case(connection, PHONE)
        assert MASK not in "".join(unmasking.shown_turns(connection, lead, one))
        for other in ("reviewer", "boss2"):
            theirs = viewer(database, other)
            assert not unmasking.unmasked(connection, theirs, one.key, clock.now())
            assert unmasking.shown_turns(connection, theirs, one) != tuple(
                turn.text for turn in one.kept.interaction.turns
            )
        late = clock.after(until, seconds=1)
        assert not unmasking.unmasked(connection, lead, one.key, late)
        # another case of the same person stays masked
        assert not unmasking.unmasked(connection, lead, one.key + 1, clock.now())
    with database.writing() as connection:
        unmasking.mask_again(connection, lead, case(connection, PHONE))
    assert not heard(database, PHONE)[0].unmasked


def correct(connection, interaction_id, turn, text):
    one = case(connection, interaction_id)
    amendment = Amendment(
        id=f"{interaction_id}-{turn}",
        interaction_id=interaction_id,
        content=WordsAre(turn=turn, text=text),
        reviewer="reviewer",
        at=clock.now(),
    )
    amendments.add(connection, one.key, amendment)


def test_a_number_that_the_machine_misheard_is_silent_when_it_is_corrected(database):
    with database.writing() as connection:
        turn = next(
            turn
            for turn in case(connection, PHONE).kept.interaction.turns
            if turn.role is Role.CUSTOMER and turn.words
        )
        before = hearing(connection, viewer(database), case(connection, PHONE)).mute
        assert not any(span.start <= turn.span.start < span.end for span in before)
        correct(connection, PHONE, turn.index, "幺三八零零幺三八零二六")
    meant, _ = heard(database, PHONE)
    assert any(span.start <= turn.span.start and turn.span.end <= span.end for span in meant.mute)


def test_a_number_that_is_taken_out_of_the_transcript_stays_silent(database):
    with database.writing() as connection:
        say_a_number(connection, PHONE)
        before = hearing(connection, viewer(database), case(connection, PHONE)).mute
        turns = case(connection, PHONE).kept.interaction.turns
        turn = next(turn for turn in turns if "幺三八" in turn.text)
        correct(connection, PHONE, turn.index, "我的手机号是这个")
        one = case(connection, PHONE)
        assert "幺" not in one.kept.interaction.turns[turns.index(turn)].text
        assert before
        assert hearing(connection, viewer(database), one).mute == before


@pytest.mark.parametrize("reason", ["", "    ", "好的", "   要 看  "])
def test_a_reason_is_needed(database, reason):
    with database.writing() as connection, pytest.raises(UsageError) as told:
        unmasking.unmask(connection, viewer(database), case(connection, PHONE), reason)
    assert told.value.code == "desk.reason"


def test_what_the_neighbour_says_is_silenced_too(database):
    with database.writing() as connection:
        # the next visit comes at once, and begins with a telephone number
        say_a_number(connection, SECOND, Span(43.0, 47.0))
        key = case(connection, SECOND).key
        connection.execute(
            update(INTERACTIONS).where(INTERACTIONS.c.key == key).values(start=43.0, end=80.0)
        )
    with database.reading() as connection:
        lead, one = viewer(database), case(connection, FIRST)
        assert one.kept.interaction.span.end < 43.0
        beyond = hearing(connection, lead, one, start=30.0, end=47.0)
        assert any(span.end > 43.5 for span in beyond.mute)
        assert not hearing(connection, lead, one).mute


def test_only_the_staff_are_heard_where_the_customer_is_silenced(database):
    meant, sound = heard(database, PHONE, mute_customer=True)
    with database.reading() as connection:
        turns = case(connection, PHONE).kept.interaction.turns
    customers = [turn for turn in turns if turn.role is Role.CUSTOMER]
    assert customers
    for turn in customers:
        inner = Span(turn.span.start + 0.05, turn.span.end - 0.05)
        assert level(sound, inner, meant.span.start) < 0.003
    assert max(level(sound, t.span, meant.span.start) for t in turns if t not in customers) > 0.02


@pytest.mark.parametrize(
    "path",
    [
        "../outside.wav",
        "a/../../outside.wav",
        "link.wav",
        "folder/outside.wav",
        "/etc/passwd",
        "",
        ".",
        "inside\0.wav",
        "loop.wav",
        "x" * 5000,
        "pipe.wav",
        "missing.wav",
    ],
)
def test_nothing_outside_of_the_folder_is_opened(tmp_path, path):
    below = tmp_path / "recordings"
    below.mkdir()
    outside = tmp_path / "outside.wav"
    outside.write_bytes(b"x")
    (below / "link.wav").symlink_to(outside)
    (below / "folder").symlink_to(tmp_path)
    (below / "loop.wav").symlink_to(below / "loop.wav")
    os.mkfifo(below / "pipe.wav")
    with pytest.raises(InputError) as told:
        Recordings(below).locate(path)
    assert told.value.code == "desk.no_recording"
    assert str(tmp_path) not in str(told.value)


def test_a_path_from_the_root_is_taken_where_it_lies_below(tmp_path):
    below = tmp_path / "real"
    below.mkdir()
    (tmp_path / "name").symlink_to(below)
    (below / "a.wav").write_bytes(b"x")
    found = Recordings(tmp_path / "name").locate(str(tmp_path / "name" / "a.wav"))
    assert found == below / "a.wav"


def test_a_recording_that_was_changed_moved_or_broken_is_told(database, tmp_path):
    write_marked(tmp_path / "day.wav", 60)
    lay_case(database, PHONE, "day.wav", tmp_path / "day.wav", Span(5.0, 50.0))
    sounds = Sounds(Recordings(tmp_path))
    with database.reading() as connection:
        meant = hearing(connection, viewer(database), case(connection, PHONE))
    assert b"".join(sounds.clip(meant).part(0, 100))
    # one byte is another: an open recording is not played on
    content = bytearray((tmp_path / "day.wav").read_bytes())
    content[-5] ^= 1
    (tmp_path / "day.wav").write_bytes(content)
    with pytest.raises(InputError) as told:
        sounds.clip(meant)
    assert told.value.code == "desk.other_recording"
    (tmp_path / "day.wav").unlink()
    with pytest.raises(InputError) as told:
        sounds.clip(meant)
    assert told.value.code == "desk.no_recording"
    assert "svcscore review serve" in told.value.remedy


def test_a_waveform_shows_what_is_played(database, tmp_path):
    write_marked(tmp_path / "day.flac", 400)
    lay_case(database, PHONE, "day.flac", tmp_path / "day.flac", Span(20.0, 380.0))
    sounds = Sounds(Recordings(tmp_path))
    with database.reading() as connection:
        one, lead = case(connection, PHONE), viewer(database)
        whole = hearing(connection, lead, one, start=15.0, end=385.0)
        for start, end, bins in ((20.0, 380.0, 1440), (100.0, 110.0, 800), (250.5, 310.5, 240)):
            meant = hearing(connection, lead, one, start=start, end=end)
            found = sounds.peaks(meant, whole, bins)
            assert (found.start, found.end) == (start, end)
            assert len(found.peaks) == bins
            width = (end - start) / bins
            opened = sounds.clip(meant).sound
            for place in (0, bins // 3, bins - 1):
                low = start + place * width
                part = opened(Span(low, low + width))
                slack = 0.03 if width < 0.05 else 0.15
                near = opened(Span(max(start, low - 0.03), min(end, low + width + 0.03)))
                assert found.peaks[place][1] >= part.max() * (1 - slack) - 0.002
                assert found.peaks[place][1] <= near.max() + 0.002
        for span in whole.mute[:3]:
            if span.length > 1.0 and span.start > 20.0:
                meant = hearing(connection, lead, one, start=span.start, end=span.end)
                flat = sounds.peaks(meant, whole, 10).peaks[2:8]
                assert all(low == high == 0.0 for low, high in flat)


def test_a_stretch_is_logged_once_however_many_parts_a_player_takes(database):
    sounds = Sounds(Recordings(desks.ROOT))
    lead, other = viewer(database), viewer(database, "reviewer")
    with database.reading() as connection:
        one = case(connection, PHONE)
        short = hearing(connection, lead, one, start=3.0, end=9.0)
        whole = hearing(connection, lead, one)
    for meant, who in ((short, lead), (short, lead), (whole, lead), (short, other), (short, lead)):
        sounds.tell(database, who, meant)
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT actor, detail FROM audit_log WHERE action = 'hear' ORDER BY key"
        ).all()
    assert [row.actor for row in rows] == ["lead", "lead", "reviewer"]
    assert f'"interaction": "{PHONE}"' in rows[0].detail
    assert '"start": 3.0' in rows[0].detail
