import shutil

import numpy as np
import pytest

from svcscore.dialogue.sidedness import (
    CUSTOMER,
    MACHINE,
    MODEL,
    STAFF,
    load_sidedness,
    tokens_of,
)
from svcscore.errors import WeightsError
from svcscore.learnt import CARD
from svcscore.resources import data_folder


@pytest.mark.parametrize(
    ("side", "text"),
    [
        (STAFF, "请您出示一下身份证"),
        (STAFF, "您的存折办好了请收好"),
        (STAFF, "没看我正忙着吗一边等着去"),
        (STAFF, "您这个得去开户行办我们这儿不管"),
        (STAFF, "麻烦你在这签个名"),
        (CUSTOMER, "我想把这个月的工资取出来"),
        (CUSTOMER, "你这是什么态度我要投诉你"),
        (CUSTOMER, "我都等了一个多小时了"),
        (CUSTOMER, "怎么还要收手续费啊"),
        (MACHINE, "请B零一八号到六号窗口"),
        (MACHINE, "请A一一二号客户到三号柜台办理业务"),
    ],
)
def test_sides(side, text):
    assert load_sidedness().log_likelihoods([text])[0].argmax() == side


def test_homophones_change_little():
    right, wrong = load_sidedness().log_likelihoods(["请您核对一下回单", "请您和对一下回答"])
    assert right.argmax() == wrong.argmax() == STAFF


def test_nothing_said_says_nothing():
    empty = load_sidedness().log_likelihoods(["", "，。", "嗯"])
    assert np.allclose(empty, np.log(1 / 3))
    assert tokens_of("嗯。") == ""


def test_a_changed_model_is_not_loaded(tmp_path):
    shutil.copytree(data_folder("models") / "roles", tmp_path / "roles")
    data = bytearray((tmp_path / "roles" / MODEL).read_bytes())
    data[100] ^= 1
    (tmp_path / "roles" / MODEL).write_bytes(bytes(data))
    with pytest.raises(WeightsError) as caught:
        load_sidedness(tmp_path / "roles")
    assert caught.value.code == "weights.corrupt"
    (tmp_path / "roles" / CARD).unlink()
    load_sidedness.cache_clear()
    with pytest.raises(WeightsError) as caught:
        load_sidedness(tmp_path / "roles")
    assert caught.value.code == "weights.missing"
