import pytest

from svcscore.dialogue.stored import turns_from_transcript
from svcscore.intake.transcripts import StoredTranscript
from svcscore.intake.turns import StoredTurn
from svcscore.records import Context, Kind, Role
from svcscore.spans import Span

LINES = ["您好请问您办理什么业务", "我想取两万块钱", "好的请出示身份证", "给你"]


def stored(*heads, texts=LINES, kind=Kind.COUNTER):
    turns = tuple(
        StoredTurn(span=Span(3.0 * i, 3.0 * i + 2), role=role, speaker=speaker, text=text)
        for i, ((role, speaker), text) in enumerate(zip(heads, texts, strict=True))
    )
    return StoredTranscript(
        recording_id=None, context=Context(kind=kind), turns=turns, duration=12.0
    )


def test_stated_roles_are_taken():
    heads = [(Role.CUSTOMER, None), (Role.LOBBY_MANAGER, None)] * 2
    turns = turns_from_transcript(stored(*heads))
    assert [t.role for t in turns] == [role for role, _ in heads]
    assert {t.role_probability for t in turns} == {0.99}
    assert turns[0].staff_probability == pytest.approx(0.01)


def test_named_speakers_get_roles_from_all_that_they_say():
    turns = turns_from_transcript(stored(*[(None, "甲"), (None, "乙")] * 2))
    assert [t.role for t in turns] == [Role.TELLER, Role.CUSTOMER] * 2
    assert [t.speaker for t in turns] == ["甲", "乙"] * 2


def test_nobody_named():
    turns = turns_from_transcript(stored(*[(None, None)] * 4, kind=Kind.LOBBY))
    assert [t.role for t in turns] == [Role.LOBBY_MANAGER, Role.CUSTOMER] * 2
    assert turns[0].speaker == turns[2].speaker != turns[1].speaker


def test_stated_as_unknown_stays_unknown():
    heads = [
        (Role.UNKNOWN, None),
        (Role.CUSTOMER, None),
        (Role.TELLER, None),
        (Role.CUSTOMER, None),
    ]
    first = turns_from_transcript(stored(*heads))[0]
    assert first.role is Role.UNKNOWN
    assert first.staff_probability > 0.5


def test_characters_are_words_with_times():
    turn = turns_from_transcript(stored((Role.TELLER, None), texts=["您好 请坐"]))[0]
    assert [w.text for w in turn.words] == ["您", "好", "请", "坐"]
    assert turn.words[1].span == Span(0.5, 1.0)
    assert turn.words[0].probability == 1.0


def test_nothing():
    assert turns_from_transcript(stored(texts=[])) == ()
