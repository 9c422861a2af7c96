"""Transcripts of four formats to turns; times that make no sense stop the transcript."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.errors import InputError
from svcscore.intake.captions import read_srt, read_vtt
from svcscore.intake.encoding import NotUtf8Error
from svcscore.intake.speakers import role_of
from svcscore.intake.transcripts import read_transcript
from svcscore.intake.turns import MalformedError, TimesError
from svcscore.records import Context, Kind, Role

SRT = """1
00:00:00,500 --> 00:00:02,000
柜员：您好请坐

2
00:00:02,500 --> 00:00:04,500
客户：我取钱
柜员：好的
"""
VTT = """WEBVTT

NOTE 备注

00:00.500 --> 00:02.000 align:left
<v 大堂经理>您好&amp;欢迎</v>

intro
00:00:02.500 --> 00:00:04.500
<v S2>我取<b>号</b>
"""
TEXTGRID = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "柜员"
        xmin = 0
        xmax = 5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 2
            text = "您好""请坐"""
        intervals [2]:
            xmin = 2
            xmax = 5
            text = ""
    item [2]:
        class = "IntervalTier"
        name = "客户"
        xmin = 0
        xmax = 5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = ""
        intervals [2]:
            xmin = 2.5
            xmax = 5
            text = "我取钱"
'''


@pytest.fixture
def read(tmp_path):
    def reader(name: str, content: str | bytes, context: Context | None = None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_transcript(path, context)

    return reader


def said(stored):
    return [(t.span.start, t.span.end, t.role, t.text) for t in stored.turns]


def test_json(read):
    stored = read(
        "a.json",
        json.dumps({
            "recording_id": "r1", "staff_id": "T1", "kind": "lobby", "other": 1,
            "turns": [
                {"start": 2, "end": 3, "speaker": "S2", "text": "我取号"},
                {"start": 0, "end": 1.5, "role": "lobby_manager", "text": " 您好 ", "words": []},
                {"start": 4, "end": 5, "speaker": "客户1", "text": "谢谢"},
                {"start": 6, "end": 7, "role": "teller", "text": "  "},
            ],
        }),
    )  # fmt: skip
    assert said(stored) == [
        (0, 1.5, Role.LOBBY_MANAGER, "您好"),
        (2, 3, None, "我取号"),
        (4, 5, Role.CUSTOMER, "谢谢"),
    ]
    assert stored.turns[1].speaker == "S2"
    assert (stored.recording_id, stored.duration) == ("r1", 5)
    assert stored.context == Context(staff_id="T1", kind=Kind.LOBBY)


def test_what_the_sidecar_says_goes_first(read):
    content = json.dumps({"staff_id": "T1", "branch_id": "B1", "turns": []})
    stored = read("a.json", content, Context(staff_id="T2"))
    assert (stored.context.staff_id, stored.context.branch_id) == ("T2", "B1")


def test_srt(read):
    assert said(read("a.srt", SRT)) == [
        (0.5, 2.0, Role.TELLER, "您好请坐"),
        (2.5, 3.7, Role.CUSTOMER, "我取钱"),
        (3.7, 4.5, Role.TELLER, "好的"),
    ]


def test_vtt(read):
    stored = read("a.vtt", VTT)
    assert said(stored) == [
        (0.5, 2.0, Role.LOBBY_MANAGER, "您好&欢迎"),
        (2.5, 4.5, None, "我取号"),
    ]
    assert stored.turns[1].speaker == "S2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_textgrid(read, encoding):
    assert said(read("a.TextGrid", TEXTGRID.encode(encoding))) == [
        (0, 2, Role.TELLER, '您好"请坐"'),
        (2.5, 5, Role.CUSTOMER, "我取钱"),
    ]


def test_overlap_is_kept_and_told(read):
    turns = [
        {"start": 0, "end": 5, "role": "teller", "text": "您好"},
        {"start": 3, "end": 4, "role": "customer", "text": "嗯"},
    ]
    stored = read("a.json", json.dumps({"turns": turns}))
    assert len(stored.turns) == 2
    assert [remark.code for remark in stored.remarks] == ["transcript.overlap"]


def test_no_words_cannot_be_judged(read):
    assert [r.code for r in read("a.json", '{"turns": []}').remarks] == ["audio.silent"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", '{"turns": [{"start": 3, "end": 1, "text": "x"}]}', "transcript.times"),
        ("a.json", '{"turns": [{"start": -3, "end": 1, "text": "x"}]}', "transcript.times"),
        ("a.json", '{"turns": [{"start": "0", "end": 1, "text": "x"}]}', "transcript.invalid"),
        ("a.json", '{"turns": [{"start": NaN, "end": 1, "text": "x"}]}', "transcript.invalid"),
        ("a.json", '{"turns": [{"end": 1, "text": "x"}]}', "transcript.invalid"),
        ("a.json", '{"turns": [{"start": 0, "end": 1, "role": "cashier", "text": "x"}]}',
         "transcript.invalid"),
        ("a.json", "[" * 100_000, "transcript.invalid"),
        ("a.json", '{"turns": "x"', "transcript.invalid"),
        ("a.json", "", "input.empty"),
        ("a.srt", SRT.replace("02,000", "00,100"), "transcript.times"),
        ("a.srt", SRT.replace("00:00:02,000", "soon"), "transcript.invalid"),
        ("a.srt", "hello", "transcript.invalid"),
        ("a.vtt", "00:01.000 --> 00:02.000\nx\n", "transcript.invalid"),
        ("a.vtt", VTT.replace("00:02.000", "00:00.100"), "transcript.times"),
        ("a.TextGrid", TEXTGRID[:300], "transcript.invalid"),
        ("a.TextGrid", "rubbish", "transcript.invalid"),
        ("a.TextGrid", TEXTGRID.replace("xmin = 2.5", "xmin = x"), "transcript.invalid"),
        ("a.srt", SRT.encode("gb18030"), "transcript.invalid"),
    ],
)  # fmt: skip
def test_faults(read, name, content, code):
    with pytest.raises(InputError) as caught:
        read(name, content)
    assert caught.value.code == code
    assert caught.value.path is not None


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("柜员", Role.TELLER),
        ("客户2", Role.CUSTOMER),
        ("Lobby Manager", Role.LOBBY_MANAGER),
        ("客户经理", Role.ACCOUNT_MANAGER),
        ("S1", None),
        ("王芳", None),
    ],
)
def test_roles_of_names(name, role):
    assert role_of(name) is role


@given(st.text(max_size=200))
def test_captions_never_crash(text):
    for reader in (read_srt, read_vtt):
        with contextlib.suppress(MalformedError, TimesError, NotUtf8Error):
            reader(text.encode("utf-8", "surrogatepass"))


@given(
    st.lists(
        st.tuples(st.floats(0, 1e4), st.floats(0, 100), st.text("您好abc", min_size=1)), min_size=1
    )
)
def test_every_cue_comes_back(cues):
    def stamp(seconds: float) -> str:
        milliseconds = round(seconds * 1000)
        whole, part = divmod(milliseconds, 1000)
        return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{part:03}"

    text = "".join(
        f"{number}\n{stamp(start)} --> {stamp(start + length)}\n{words}\n\n"
        for number, (start, length, words) in enumerate(cues, 1)
    )
    assert [turn.text for turn in read_srt(text.encode())] == [words for *_, words in cues]
