"""Captions, RTTM and TextGrid say what the records say, and come back as they went."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from exchange_cases import CARD, awkward, talk, visit
from hypothesis import given, settings
from hypothesis import strategies as st
from praatio import textgrid as praat

from svcscore.intake.speakers import role_of
from svcscore.intake.transcripts import read_transcript
from svcscore.records import Role, Word
from svcscore.reports.exchange.captions import srt, vtt
from svcscore.reports.exchange.rttm import rttm
from svcscore.reports.exchange.shared import NAMES, lanes, shown, spoken
from svcscore.reports.exchange.textgrid import FINDINGS, WORDS, textgrid
from svcscore.spans import Span
from svcscore.testing.records import make_recording, make_scored, make_turn

CAPTIONS = {".srt": srt, ".vtt": vtt}
FORMATS = {**CAPTIONS, ".TextGrid": textgrid}


def read_back(scored, suffix, folder):
    """Turns as `intake` reads them; the tiers that are nobody's turns are left out."""
    path = folder / f"a{suffix}"
    path.write_text(FORMATS[suffix](scored), encoding="utf-8", newline="")
    turns = read_transcript(path).turns
    return [turn for turn in turns if not re.match(rf"{WORDS}|{FINDINGS}", turn.speaker or "")]


def grid(scored, folder):
    path = folder / "a.TextGrid"
    path.write_text(textgrid(scored), encoding="utf-8")
    return praat.openTextgrid(str(path), includeEmptyIntervals=False)


def labels(tier):
    return [entry.label for entry in tier.entries]


def test_names_of_speakers_are_read_as_the_same_roles():
    assert {role: role_of(name) for role, name in NAMES.items()} == {role: role for role in Role}
    assert role_of("客户 2") is Role.CUSTOMER


@pytest.mark.parametrize("suffix", FORMATS)
def test_turns_come_back(suffix, tmp_path):
    scored = visit()
    said = scored.interactions[0].interaction.turns
    turns = read_back(scored, suffix, tmp_path)
    assert [turn.role for turn in turns] == [turn.role for turn in said]
    assert [turn.text for turn in turns] == [shown(turn.text) for turn in said]
    for turn, was in zip(turns, said, strict=True):
        assert turn.span.start == pytest.approx(was.span.start, abs=0.0005)
        assert turn.span.end == pytest.approx(was.span.end, abs=0.0005)


@pytest.mark.parametrize("suffix", FORMATS)
def test_awkward_turns_come_back(suffix, tmp_path):
    scored = awkward()
    said = [turn for turn in scored.interactions[0].interaction.turns if turn.text]
    turns = read_back(scored, suffix, tmp_path)
    assert [turn.role for turn in turns] == [turn.role for turn in said]
    assert [turn.span.start for turn in turns] == pytest.approx([t.span.start for t in said])
    assert all(turn.span.length >= 0.0009 for turn in turns)
    assert turns[0].text == "您好 请坐"
    assert "item" in turns[3].text
    assert "'x'" in turns[3].text


@pytest.mark.parametrize("suffix", FORMATS)
def test_long_numbers_are_hidden(suffix):
    text = FORMATS[suffix](visit())
    assert CARD[:3] in text
    assert CARD[3:-2] not in re.sub(r"[^\d●]", "", text)
    broken = talk(make_turn("卡号622202\n1234567890123"))
    assert "1234567890" not in FORMATS[suffix](broken)


def test_numbers_are_hidden_over_the_words_of_a_turn(tmp_path):
    words = labels(grid(visit(), tmp_path).getTier(WORDS))
    assert "".join(words).count("●") == len(CARD) - 5


@pytest.mark.parametrize("suffix", CAPTIONS)
def test_nothing_said_is_no_cue(suffix):
    for scored in (make_scored(), talk(make_turn(""))):
        assert "-->" not in CAPTIONS[suffix](scored)


def test_webvtt_tells_role_and_courtesy():
    cues = vtt(visit())
    assert cues.startswith("WEBVTT\n")
    assert "00:00:00.000 --> 00:00:02.000\n<v.teller.warm 柜员>您好" in cues
    assert "<v.customer 客户>" in cues
    assert "<v.teller.rude 柜员>等着吧" in cues
    assert "<v.teller 柜员>说&lt;b&gt;&amp;\"item [2]: --&gt; 'x'" in vtt(awkward())


def test_srt_is_numbered_and_has_no_tags():
    text = srt(awkward())
    assert text.startswith("1\n00:00:00,000 --> 00:00:01,000\n柜员：您好 请坐\n\n2\n")
    assert "＜b＞" in text
    assert text.count("-->") == 7


def test_rttm_has_one_line_a_turn_and_ten_fields():
    lines = rttm(awkward()).splitlines()
    fields = [line.split(" ") for line in lines]
    assert len(lines) == 8
    assert {len(line) for line in fields} == {10}
    assert fields[0] == [
        "SPEAKER", r"录音_01\udcff", "1", "0.000", "1.000", "<NA>", "<NA>", "S1", "<NA>", "<NA>",
    ]  # fmt: skip
    assert [line[7] for line in fields[-2:]] == ["machine", "S_4"]
    assert fields[4][2] == "2"
    assert min(float(line[4]) for line in fields) == 0.001


def test_rttm_by_role_has_the_roles_probability():
    first = rttm(visit(), roles=True).splitlines()[0]
    assert first == "SPEAKER 录音_01 1 0.000 2.000 <NA> <NA> teller 0.950 <NA>"


def test_rttm_of_a_name_without_letters():
    assert rttm(visit(recording=make_recording(" .wav", id="abc"))).startswith("SPEAKER abc 1")
    assert rttm(visit(recording=make_recording("", id="abc"))).startswith("SPEAKER abc 1")


def test_textgrid_has_tiers_of_roles_words_and_findings(tmp_path):
    read = grid(visit(), tmp_path)
    assert read.tierNames == ("柜员", "客户", WORDS, FINDINGS)
    assert read.maxTimestamp == 60.0
    words = read.getTier(WORDS)
    assert tuple(words.entries[0]) == (0.0, 0.2, "您")
    assert labels(read.getTier(FINDINGS)) == [
        "voice.greeting 做到 已确认 0.97 您好",
        "forbidden.impatience 违反 已确认 0.97 等着吧",
    ]


def test_textgrid_puts_what_overlaps_into_further_tiers(tmp_path):
    read = grid(awkward(), tmp_path)
    assert labels(read.getTier("客户")) == ["我先说"]
    assert labels(read.getTier("客户 2")) == ["我也要说"]
    assert set(read.tierNames) >= {WORDS, f"{WORDS} 2", FINDINGS}
    assert read.maxTimestamp == pytest.approx(9.6)


def test_textgrid_of_silence_can_be_opened(tmp_path):
    read = grid(make_scored(recording=make_recording(duration=0.0)), tmp_path)
    assert read.tierNames == (WORDS, FINDINGS)


def test_words_of_no_length_stay_in_the_tier(tmp_path):
    turn = make_turn("您好")
    flash = Word(text="嗯", span=Span(0.2, 0.2), probability=0.5)
    scored = talk(replace(turn, words=(turn.words[0], flash, turn.words[1])))
    read = grid(scored, tmp_path)
    assert labels(read.getTier(WORDS)) == ["您", "嗯", "好"]
    assert f"{WORDS} 2" not in read.tierNames


times = st.floats(0, 50, allow_nan=False).map(lambda at: round(at, 4))
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair) + 0.001))


@given(st.lists(spans, max_size=30))
def test_lanes_never_overlap_and_lose_nothing(given_spans):
    rows = lanes((span, str(number)) for number, span in enumerate(given_spans))
    for row in rows:
        for (before, _), (after, _) in pairwise(row):
            assert before.end <= after.start
            assert after.length > 0
    kept = sorted(text for row in rows for _, text in row)
    assert kept == sorted(str(number) for number in range(len(given_spans)))


said = st.text(min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(spans, said, st.sampled_from(Role)), max_size=6))
def test_whatever_is_said_can_be_read(tmp_path_factory, turns):
    scored = talk(*(replace(make_turn(text), span=span, role=role) for span, text, role in turns))
    count = sum(bool(one.text) for one in spoken(scored))
    folder = tmp_path_factory.mktemp("said")
    for suffix in CAPTIONS if count else ():
        assert len(read_back(scored, suffix, folder)) <= count
    read = grid(scored, folder)
    tiers = [t for t in read.tiers if not re.match(rf"{WORDS}|{FINDINGS}", t.name)]
    assert sum(len(tier.entries) for tier in tiers) == count
