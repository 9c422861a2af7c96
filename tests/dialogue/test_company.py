"""Who may be at a counter beside one teller and one customer, and what may be wrong with a recording."""

from itertools import chain

import numpy as np
import pytest
from scenes import spoken
from test_turns import SIDES, VISIT, ear

from svcscore.audio.samples import RATE
from svcscore.dialogue.embeddings import Embedder
from svcscore.dialogue.interactions import interactions
from svcscore.dialogue.roles import post_of
from svcscore.dialogue.segmentation import Activity, Segmenter
from svcscore.dialogue.turns import turns_from_audio
from svcscore.errors import WeightsError
from svcscore.records import Context, Kind, Role, Speech
from svcscore.spans import Span
from svcscore.testing.records import make_turn

T, C = Role.TELLER, Role.CUSTOMER


def heard(lines, voices, context=Context(), **activity):  # noqa: B008 - frozen
    samples, transcript = spoken(lines)
    return turns_from_audio(transcript, samples, context, ear(lines, voices, **activity))


def visit(start, customer, *, companion=None, colleague=None):
    """Turns of one visit; what a companion or a colleague says is put between."""
    lines = [(T, "您好请问您办理什么业务", "S1"), (C, "我想取五千块钱", customer)]
    if companion:
        lines.append((C, "顺便把我的存折也打一下", companion))
    if colleague:
        lines.append((T, "小刘主任叫你一会儿过去一趟", colleague))
    lines += [(T, "好的请您输入密码", "S1"), (C, "输好了", customer), (T, "请收好请慢走再见", "S1")]
    return [(start + 3 * i, *line) for i, line in enumerate(lines)]


def parted(*visits):
    turns = tuple(
        make_turn(text, start=start, index=i, role=role, speaker=speaker)
        for i, (start, role, text, speaker) in enumerate(chain(*visits))
    )
    return interactions("r", turns, Context(kind=Kind.COUNTER), turns[-1].span.end + 1, ())


def test_a_customer_who_comes_back_has_a_visit_of_his_own():
    found = parted(visit(0, "C1"), visit(40, "C2"), visit(80, "C1"))
    assert [len(one.turns) for one in found] == [5, 5, 5]
    assert all(0.4 <= one.opened_probability < 1 for one in found[1:])
    assert [one.closed_by for one in found] == ["farewell", "farewell", "end"]


def test_a_companion_and_two_at_once_are_one_visit():
    (one,) = parted(visit(0, "C1", companion="C2"))
    assert {turn.speaker for turn in one.turns} == {"S1", "C1", "C2"}


def test_a_colleague_who_leans_in_parts_nothing():
    (one,) = parted(visit(0, "C1", colleague="S9"))
    assert one.kind is Kind.COUNTER


def test_a_supervisor_and_a_guard_are_told_by_what_they_say():
    assert post_of(["您好我是网点的值班经理"], T) is Role.SUPERVISOR
    assert post_of(["厅里不能抽烟", "请把烟掐了"], T) is Role.GUARD
    assert post_of(["请您出示身份证"], T) is T


def test_a_second_voice_of_staff_has_its_own_post():
    named = (
        Speech(span=Span(0, 3), name="teller", role=T),
        Speech(span=Span(4, 8), name="boss", role=Role.SUPERVISOR),
    )
    lines = [(0.5, 0, "好的请您输入密码再签字"), (4.5, 0, "您好我是网点的值班经理我来处理")]
    samples, transcript = spoken(lines)
    turns = turns_from_audio(transcript, samples, Context(speakers=named), None).turns
    assert [turn.role for turn in turns] == [T, Role.SUPERVISOR]


def test_one_speaker_alone():
    lines = [line for line, side in zip(VISIT, SIDES, strict=True) if side is T]
    turns = heard(lines, [0] * len(lines)).turns
    assert {turn.role for turn in turns} == {T}
    assert len({turn.speaker for turn in turns}) == 1


def test_ten_speakers():
    lines = [
        (4.0 * i, 0, "好的请您出示身份证" if i % 2 == 0 else "我要取五千块钱") for i in range(18)
    ]
    voices = [0 if i % 2 == 0 else 1 + i // 2 for i in range(18)]
    turns = heard(lines, voices).turns
    assert len({turn.speaker for turn in turns}) == 10
    assert [turn.role for turn in turns] == [T, C] * 9


def test_a_channel_map_the_wrong_way_round_is_told_and_not_followed():
    samples, transcript = spoken(
        [
            (start, int(side is C), text)
            for (start, _, text), side in zip(VISIT, SIDES, strict=True)
        ],
        channels=2,
    )
    swapped = turns_from_audio(transcript, samples, Context(channels=(C, T)), None)
    assert [remark.code for remark in swapped.remarks] == ["audio.channel_map"]
    assert [turn.role for turn in swapped.turns] == SIDES
    right = turns_from_audio(transcript, samples, Context(channels=(T, C)), None)
    assert right.remarks == ()


def test_what_two_say_at_once_is_marked():
    both = Span(2.6, 3.6)
    told = heard(VISIT, [0, 1, 0, 1, 0, 1, 0], overlaps=(both,))
    assert told.turns[0].overlapped > 0
    assert sum(turn.overlapped for turn in told.turns[2:]) == 0


def test_music_holds_no_two_at_once():
    time = np.arange(12 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * f * time) for f in (220.0, 277.2, 329.6)) / 6
    beat = (chord * (np.sin(2 * np.pi * 2 * time) > 0)).astype(np.float32)
    activity = Segmenter().activity(beat, [Span(0, 12)])
    assert sum(span.length for span in activity.overlaps) < 1.0
    assert isinstance(activity, Activity)


@pytest.mark.parametrize("content", [b"", b"no network at all"])
def test_an_encoder_that_is_none(tmp_path, content):
    path = tmp_path / "own.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        Embedder(path)
    assert caught.value.code == "weights.corrupt"
    assert str(path) in str(caught.value)


def test_an_encoder_for_other_features_is_told():
    """The segmentation network takes sound, not bands: a file mixed up must not fail at the first recording."""
    from svcscore.resources import data_folder

    with pytest.raises(WeightsError) as caught:
        Embedder(data_folder("models") / "segmentation" / "segmentation.onnx")
    assert caught.value.code == "weights.corrupt"


def test_two_microphones_mark_nothing_for_they_hear_each_other():
    lines = [
        (start, int(side is C), text) for (start, _, text), side in zip(VISIT, SIDES, strict=True)
    ]
    samples, transcript = spoken(lines, channels=2, bleed=0.2)
    knowing = ear(lines, [0, 1, 0, 1, 0, 1, 0], overlaps=(Span(2.6, 3.6),))
    turns = turns_from_audio(transcript, samples, Context(channels=(T, C)), knowing).turns
    assert [turn.overlapped for turn in turns] == [0.0] * len(turns)
    assert [turn.role for turn in turns] == SIDES
