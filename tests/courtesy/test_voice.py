import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.courtesy.voice import RUDE, Shift, load_voice
from svcscore.errors import ConfigError
from svcscore.heard import Prosody
from svcscore.resources import data_folder

VOICE = load_voice(data_folder("models") / "courtesy")


def one(turn, *, rate=4.0, loudness_db=-20.0, pitch_hz=220.0, speaker="S1", **fields):
    return Prosody(
        turn=turn,
        speaker=speaker,
        rate=rate,
        loudness_db=loudness_db,
        pitch_hz=pitch_hz,
        **{"above_noise_db": 25.0, "clipped": 0.0, **fields},
    )


def usual(count=7, **fields):
    return [one(turn, **fields) for turn in range(count)]


HASTY = {"rate": 7.0, "loudness_db": -10.0, "pitch_hz": 300.0}


def test_a_hasty_loud_high_turn_shifts_and_says_why():
    shifts = VOICE.shifts([*usual(), one(7, **HASTY)])
    assert list(shifts) == [7]
    assert 0 < shifts[7].log_odds <= VOICE.most_shift
    assert len(shifts[7].reasons) == 3


@pytest.mark.parametrize(
    "prosody",
    [
        [*usual(3), one(3, **HASTY)],  # no baseline
        [*usual(), one(7, **HASTY, speaker="S2")],  # another speaker's baseline
        [*usual(), one(7, **HASTY, above_noise_db=5.0)],  # noise
        [*usual(), one(7, **HASTY, clipped=0.05)],
        [*usual(), one(7, **{**HASTY, "rate": 2.5})],  # loud and slow: somebody hears badly
        [*usual(), Prosody(turn=7, speaker="S1")],  # voiceless or too short
        usual(8),
        [],
    ],
)
def test_the_words_stand_alone(prosody):
    assert VOICE.shifts(prosody) == {}


def test_a_voice_that_is_always_fast_and_high_is_no_fault():
    assert VOICE.shifts(usual(8, **HASTY)) == {}


rows = st.lists(st.floats(1e-6, 1.0), min_size=4, max_size=4).map(
    lambda values: np.array(values) / sum(values)
)


@given(rows, st.floats(0, 1))
def test_a_shift_is_bounded_and_never_makes_a_turn_rude(row, log_odds):
    moved = Shift(log_odds=log_odds, reasons=()).applied(row)
    assert moved.sum() == pytest.approx(1)
    assert moved.min() >= 0
    assert moved[RUDE] == pytest.approx(row[RUDE])
    assert moved[1] >= row[1] - 1e-9
    assert moved.argmax() != RUDE or row.argmax() == RUDE


def test_faults_of_the_settings_are_told(tmp_path):
    (tmp_path / "voice.yaml").write_text("version: 1\nleast_turns: 0\n")
    with pytest.raises(ConfigError, match=r"voice\.yaml"):
        load_voice(tmp_path)
