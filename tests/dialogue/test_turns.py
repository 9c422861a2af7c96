import numpy as np
import pytest
from scenes import said, spoken

from svcscore.dialogue.diarize import VoiceEar
from svcscore.dialogue.segmentation import Activity
from svcscore.dialogue.turns import turns_from_audio
from svcscore.records import Context, Kind, Role, Transcript
from svcscore.spans import Span

VISIT = [
    (0.5, 0, "您好请问您办理什么业务"),
    (3.5, 0, "我想取五千块钱"),
    (5.5, 0, "好的请您出示一下身份证"),
    (8.5, 0, "给你身份证我带了"),
    (11.0, 0, "这是您的现金请当面点清"),
    (14.0, 0, "没错谢谢啊我走了"),
    (16.5, 0, "不客气请慢走再见"),
]
SIDES = [Role.TELLER, Role.CUSTOMER] * 3 + [Role.TELLER]


class Knowing:
    """Knows who speaks from a list of spans and voices, and where voices change and overlap."""

    def __init__(self, voices, activity=Activity()):  # noqa: B008 - frozen
        self._voices = voices
        self._activity = activity
        self.size = 256

    def activity(self, samples, speech):
        return self._activity

    def embed(self, samples, spans):
        vectors = np.zeros((len(spans), 256), np.float32)
        for row, span in enumerate(spans):
            for voice, own in self._voices:
                if span.overlap(own) > 0.5 * span.length:
                    vectors[row, voice] = 1.0
        return vectors


def ear(lines, voices, **activity):
    spans = [(v, Span(s, s + len(t) / 5)) for (s, _, t), v in zip(lines, voices, strict=True)]
    knowing = Knowing(spans, Activity(**activity))
    return VoiceEar(embedder=knowing, segmenter=knowing)


def test_from_what_is_said_alone():
    samples, transcript = spoken(VISIT)
    turns = turns_from_audio(transcript, samples, Context(kind=Kind.COUNTER), None).turns
    assert [turn.text for turn in turns] == [text for _, _, text in VISIT]
    assert [turn.role for turn in turns] == SIDES
    assert [turn.index for turn in turns] == list(range(7))
    for turn in turns:
        assert (turn.staff_probability > 0.6) == (turn.role is Role.TELLER)
        assert turn.role_probability >= 0.6


def test_the_voice_decides_where_words_do_not():
    lines = [*VISIT, (19.0, 0, "好的好的"), (21.0, 0, "好的好的")]
    samples, transcript = spoken(lines)
    voices = [0, 1, 0, 1, 0, 1, 0, 1, 0]
    turns = turns_from_audio(transcript, samples, Context(), ear(lines, voices)).turns
    assert [turn.role for turn in turns] == [*SIDES, Role.CUSTOMER, Role.TELLER]
    assert len({turn.speaker for turn in turns}) == 2


def test_a_customer_may_say_what_a_teller_may_not():
    lines = [*VISIT[:3], (8.5, 0, "你们爱办不办是吧有完没完"), *VISIT[4:]]
    samples, transcript = spoken(lines)
    turns = turns_from_audio(
        transcript, samples, Context(), ear(lines, [0, 1, 0, 1, 0, 1, 0])
    ).turns
    assert turns[3].role is Role.CUSTOMER
    assert turns[3].staff_probability < 0.2


def test_words_may_tell_that_one_voice_is_two():
    """A clustering that takes all for one voice costs its help, but not the roles."""
    samples, transcript = spoken(VISIT)
    turns = turns_from_audio(transcript, samples, Context(), ear(VISIT, [0] * 7)).turns
    assert [turn.role for turn in turns] == SIDES


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (Kind.COUNTER, Role.TELLER),
        (Kind.LOBBY, Role.LOBBY_MANAGER),
        (Kind.MANAGER, Role.ACCOUNT_MANAGER),
        (None, Role.TELLER),
    ],
)
def test_the_post_follows_the_kind(kind, role):
    samples, transcript = spoken(VISIT)
    turns = turns_from_audio(transcript, samples, Context(kind=kind), None).turns
    assert turns[0].role is role


def test_a_channel_map_is_believed():
    lines = [(s, i % 2, "好的好的") for i, (s, _, _) in enumerate(VISIT)]
    samples, transcript = spoken(lines, channels=2, bleed=0.1)
    context = Context(channels=(Role.CUSTOMER, Role.TELLER))
    turns = turns_from_audio(transcript, samples, context, None).turns
    assert [turn.role for turn in turns] == [Role.CUSTOMER, Role.TELLER] * 3 + [Role.CUSTOMER]
    assert all(turn.role_probability >= 0.9 for turn in turns)


def test_a_wrong_channel_map_is_not():
    lines = [(start, i % 2, text) for i, (start, _, text) in enumerate(VISIT)]
    samples, transcript = spoken(lines, channels=2, bleed=0.1)
    context = Context(channels=(Role.CUSTOMER, Role.TELLER))
    turns = turns_from_audio(transcript, samples, context, None).turns
    assert [turn.role for turn in turns] == SIDES


def test_two_channels_without_a_map():
    lines = [(start, i % 2, text) for i, (start, _, text) in enumerate(VISIT)]
    samples, transcript = spoken(lines, channels=2, bleed=0.2)
    turns = turns_from_audio(transcript, samples, Context(), None).turns
    assert [turn.role for turn in turns] == SIDES
    assert [turn.channel for turn in turns] == [0, 1, 0, 1, 0, 1, 0]


def test_unsure_is_unknown():
    samples, transcript = spoken([(0.5, 0, "嗯")])
    (turn,) = turns_from_audio(transcript, samples, Context(), None).turns
    assert turn.role is Role.UNKNOWN
    assert 0.2 < turn.staff_probability < 0.8


def test_words_that_run_on_through_a_pause_are_set_right():
    samples, _ = spoken([(0.5, 0, "您好请坐"), (3.0, 0, "我要取钱")])
    words = [*said("您好请", 0.5), *said("坐", 1.1), *said("我要取钱", 3.0)]
    late = words[3].__class__(text="坐", span=Span(1.1, 3.0), probability=0.9)
    words[3] = late
    turns = turns_from_audio(Transcript(words=tuple(words)), samples, Context(), None).turns
    assert [turn.text for turn in turns] == ["您好请坐", "我要取钱"]
    assert turns[0].span.end == pytest.approx(1.3, abs=0.1)


def test_nobody_speaks():
    samples, _ = spoken([(0.5, 0, "嗯")])
    assert turns_from_audio(Transcript(words=()), samples, Context(), None).turns == ()
