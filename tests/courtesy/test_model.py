import shutil
import zipfile
from collections import Counter

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from svcscore.courtesy.classifier import MODEL, NOTHING_SAID, load_courtesy
from svcscore.courtesy.features import load_cues
from svcscore.courtesy.voice import VOICE
from svcscore.errors import ConfigError, WeightsError
from svcscore.heard import Prosody
from svcscore.learnt import CARD
from svcscore.meaning.features import spoken, words_of
from svcscore.records import STAFF_ROLES, Role
from svcscore.resources import data_folder
from svcscore.testing.records import make_dialogue, make_turn

FOLDER = data_folder("models") / "courtesy"
MODEL_FILE = load_courtesy()


def level(text):
    return int(MODEL_FILE.classify([text])[0].argmax())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好，欢迎光临，请问您办理什么业务？", 2),
        ("感谢您的耐心等候，您慢走，再见。", 2),
        ("请您输入密码，密码不要告诉任何人", 2),
        ("抱歉，这项业务我们网点办不了，需要到开户行办理", 2),
        ("您别着急，我陪您慢慢填，不会写的字我教您", 3),
        ("大爷您慢点，我扶您过去，小心台阶", 3),
        ("不是跟你说过了吗，怎么又来问", 1),
        ("没看我正忙着吗，一边等着", 1),
        ("你脑子有病吧，滚出去", 0),
        ("就你这点钱也好意思来银行", 0),
        ("请您先学会看通知，再来占用我的时间，谢谢", 0),
        # traditional characters and errors of a recogniser
        ("你腦子有病吧，滾出去", 0),
        ("您别找急，我陪您慢慢甜", 3),
    ],
)
def test_levels(text, expected):
    assert level(text) == expected


def test_tone_alone_tells_pairs_apart():
    assert [
        level("今天办不了，抱歉，请您明天再来"),
        level("跟你说了今天办不了，别再问了"),
    ] == [2, 1]


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_has_probabilities(text):
    row = MODEL_FILE.classify([text])[0]
    assert row.shape == (4,)
    assert row.min() >= 0
    assert row.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "text", ["", " ", "。。。", "嗯", "12378", "😀👍", "hello, how are you", "한국어", "\ud800"]
)
def test_what_holds_no_chinese_word_is_level_two_and_not_sure(text):
    assert MODEL_FILE.classify([text])[0] == pytest.approx(NOTHING_SAID)


def test_a_long_text_is_judged():
    assert MODEL_FILE.classify(["您好请坐" * 1250]).shape == (1, 4)


def test_no_texts():
    assert MODEL_FILE.classify([]).shape == (0, 4)
    assert MODEL_FILE.judge((), ()) == ()


def test_words_do_not_depend_on_neighbours():
    texts = ["您慢走", "快点，别磨蹭"]
    together = MODEL_FILE.classify(texts)
    assert together[1] == pytest.approx(MODEL_FILE.classify(texts[1:])[0])


def test_only_staff_are_judged():
    turns = make_dialogue(
        (Role.CUSTOMER, "你怎么这么笨"), (Role.TELLER, "您别着急"), (Role.MACHINE, "请到三号窗口")
    )
    scores = MODEL_FILE.judge(turns, ())
    assert [score.turn for score in scores] == [1]
    for role in STAFF_ROLES:
        assert len(MODEL_FILE.judge([make_turn(role=role)], ())) == 1


def test_reasons_name_words_that_were_said():
    (score,) = MODEL_FILE.judge([make_turn("不是跟你说过了吗，快点签字")], ())
    assert score.level == 1
    assert score.reasons
    for reason in score.reasons:
        tone, _, words = reason.partition("：")
        assert tone == "用语生硬"
        assert words.strip("“”") in spoken("不是跟你说过了吗，快点签字")


def test_what_is_expected_needs_no_reason():
    (score,) = MODEL_FILE.judge([make_turn("请您输入密码")], ())
    assert score.reasons == ()


def voiced(turn, rate):
    return Prosody(
        turn=turn,
        speaker="S1",
        rate=rate,
        loudness_db=-20.0 + rate,
        above_noise_db=25.0,
        pitch_hz=200.0 + 20 * rate,
        pitch_range_st=6.0,
        pauses=0.0,
    )


def test_the_voice_is_told_and_shifts_towards_curt():
    turns = [make_turn("那您在这边填一下", index=i) for i in range(8)]
    prosody = [voiced(i, 4.0) for i in range(7)] + [voiced(7, 8.0)]
    plain = MODEL_FILE.judge(turns, ())
    heard = MODEL_FILE.judge(turns, prosody)
    assert heard[:7] == plain[:7]
    assert heard[7].probabilities[1] > plain[7].probabilities[1]
    assert heard[7].probabilities[0] == plain[7].probabilities[0]
    assert "语速明显快于本人平时" in heard[7].reasons


def copied(tmp_path):
    for name in (MODEL, CARD, VOICE):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    return tmp_path


def test_a_changed_file_is_refused(tmp_path):
    folder = copied(tmp_path)
    with (folder / MODEL).open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsError, match=r"weights\.corrupt"):
        load_courtesy(folder)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WeightsError, match=r"weights\.missing"):
        load_courtesy(tmp_path)


def test_a_file_with_objects_is_refused(tmp_path):
    import hashlib
    import operator

    from skops.io import dumps

    folder = copied(tmp_path)
    data = dumps({"cues": operator.attrgetter("x"), "apart": np.zeros(2)})
    (folder / MODEL).write_bytes(data)
    (folder / CARD).write_text(f"sha256: {hashlib.sha256(data).hexdigest()}\n")
    with pytest.raises(WeightsError, match=r"weights\.corrupt"):
        load_courtesy(folder)


def test_the_file_holds_no_pickle_and_is_small():
    path = FOLDER / MODEL
    assert path.stat().st_size < 5_000_000
    with zipfile.ZipFile(path) as archive:
        names = {name.rpartition(".")[2] for name in archive.namelist()}
    assert names == {"json", "npy"}


def test_faults_of_the_cues_are_told(tmp_path):
    path = tmp_path / "courtesy_cues.yaml"
    path.write_text("version: 1\ngroups: {please: {title: 请, phrases: ['(请']}}\n", "utf-8")
    with pytest.raises(ConfigError, match="brackets"):
        load_cues(path)


def test_words_cover_the_text():
    said = spoken("您好，请问办理什么业务？")
    assert "".join(words_of(said)) == said


def test_the_data_are_balanced():
    levels = Counter()
    for path in (FOLDER / "data").glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        counts = {level: len(texts) for level, texts in content["turns"].items()}
        assert set(counts) == {0, 1, 2, 3}, path.name
        levels.update(counts)
    assert max(levels.values()) < 1.1 * min(levels.values())
