import numpy as np
from scenes import spoken

from svcscore.dialogue.turns import turns_from_audio
from svcscore.records import Context, Role, Speech
from svcscore.spans import Span

LINES = [(0.5, 0, "好的好的好的"), (2.0, 0, "嗯嗯嗯嗯嗯嗯"), (4.0, 0, "对对对对对对")]


def test_speakers_of_another_tool_are_taken_with_their_roles():
    samples, transcript = spoken(LINES)
    speakers = (
        Speech(span=Span(0.4, 1.8), name="柜员", role=Role.TELLER),
        Speech(span=Span(1.9, 3.3), name="甲", role=Role.CUSTOMER),
        Speech(span=Span(3.9, 5.4), name="柜员", role=Role.TELLER),
    )
    turns = turns_from_audio(transcript, samples, Context(speakers=speakers), None).turns
    assert [turn.role for turn in turns] == [Role.TELLER, Role.CUSTOMER, Role.TELLER]
    assert turns[0].speaker == turns[2].speaker != turns[1].speaker


def test_words_without_a_pause_are_parted_where_the_speaker_changes():
    samples, transcript = spoken([(0.5, 0, "你好你好你好我要取钱取钱")])
    speakers = (
        Speech(span=Span(0.5, 1.7), name="A"),
        Speech(span=Span(1.7, 2.9), name="B"),
    )
    turns = turns_from_audio(transcript, samples, Context(speakers=speakers), None).turns
    assert [turn.text for turn in turns] == ["你好你好你好", "我要取钱取钱"]


def test_nobody_where_nobody_was_told():
    samples, transcript = spoken(LINES)
    speakers = (Speech(span=Span(90, 91), name="A"),)
    told = turns_from_audio(transcript, samples, Context(speakers=speakers), None)
    assert "".join(turn.text for turn in told.turns) == "".join(text for _, _, text in LINES)
    assert np.isfinite([turn.staff_probability for turn in told.turns]).all()
