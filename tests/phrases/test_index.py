"""The fast search against an alignment of everything with everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcscore.phrases.align import DELETION, INSERTION
from svcscore.phrases.index import RECOGNISED, STATED, PhraseIndex
from svcscore.phrases.seeds import LARGEST, cuts
from svcscore.text.normalise import normalise
from svcscore.text.pinyin import substitution_cost, syllables

ALPHABET = "请您慢走再见不知道办什么业务急爱谢保本宝报只能张章里理"
texts = st.text(alphabet=ALPHABET, max_size=20)
needles = st.text(alphabet=ALPHABET, min_size=1, max_size=9).map(lambda text: normalise(text).text)


def slow_costs(needle, text):
    """Least cost per syllable of `needle` ending at each character of `text` (Sellers 1980)."""
    want, have = syllables(needle), syllables(text)
    row = [0.0] * (len(have) + 1)
    for unit in want:
        new = [row[0] + DELETION]
        for j, other in enumerate(have, 1):
            new.append(
                min(
                    row[j - 1] + substitution_cost(unit, other),
                    row[j] + DELETION,
                    new[j - 1] + INSERTION,
                )
            )
        row = new
    return [cost / len(want) for cost in row[1:]]


def limit_of(needle, limits):
    return limits[min(len(needle), len(limits) - 1)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(needles.filter(bool), min_size=1, max_size=12),
    st.lists(texts, max_size=4),
    st.sampled_from([RECOGNISED, STATED]),
)
def test_nothing_is_lost_and_nothing_invented(wanted, turns, limits):
    turns = [
        normalise(text) for text in [*turns, wanted[0], wanted[-1][:2] + "好" + wanted[-1][2:]]
    ]
    found = PhraseIndex(wanted).search(turns, limits)
    for needle in set(wanted):
        hits = found.get(needle, ())
        for hit in hits:
            assert 0 <= hit.start < hit.end <= len(turns[hit.turn].text)
            if hit.exact:
                assert turns[hit.turn].text[hit.start : hit.end] == needle
            else:
                ends = slow_costs(needle, turns[hit.turn].text)
                assert hit.cost == pytest.approx(ends[hit.end - 1], abs=1e-4)
        if len(needle) < 2:
            continue
        for number, turn in enumerate(turns):
            costs = slow_costs(needle, turn.text)
            if min(costs, default=1.0) <= limit_of(needle, limits) - 1e-6:
                assert any(hit.turn == number for hit in hits), (needle, turn.text)


@pytest.mark.parametrize("length", range(2, 30))
def test_seeds_cover_the_needle(length):
    assert sum(cuts(length)) == length
    assert all(2 <= size <= LARGEST for size in cuts(length))
    limit = RECOGNISED[min(length, len(RECOGNISED) - 1)]
    assert max(cuts(length)) * limit < min(INSERTION, DELETION)


def search(needle, *turns, limits=RECOGNISED):
    found = PhraseIndex([needle]).search([normalise(turn) for turn in turns], limits)
    return found.get(needle, ())


def test_text_goes_before_sound():
    (hit,) = search("请慢走", "好的，请慢走。")
    assert (hit.turn, hit.start, hit.end, hit.exact, hit.cost) == (0, 2, 5, True, 0.0)


@pytest.mark.parametrize("text", ["请漫走", "轻慢走", "请慢奏"])
def test_the_same_sound_or_nearly(text):
    (hit,) = search("请慢走", text)
    assert not hit.exact
    assert hit.cost < 0.05


def test_hits_do_not_cross_turns():
    assert not search("请问您办理什么业务", "请问您办理", "什么业务")


def test_every_place_is_found_in_order():
    hits = search("再见", "再见再见", "好", "再见")
    assert [(hit.turn, hit.start) for hit in hits] == [(0, 0), (0, 2), (2, 0)]


def test_single_characters_match_by_text_only():
    assert search("喂", "喂你过来")
    assert not search("喂", "为你服务")


def test_two_characters_need_the_very_sounds():
    assert search("保本", "宝本")
    assert not search("保本", "报喷")


def test_stated_text_is_matched_more_strictly():
    assert search("急什么", "记什么", limits=STATED)
    assert not search("急什么", "是什么", limits=STATED)
    assert not search("急什么", "是什么", limits=RECOGNISED)


def test_one_syllable_of_seven_may_be_lost_or_added():
    assert search("请问您办什么业务", "请问办什么业务")
    assert search("请问您办什么业务", "请问您要办什么业务")


def test_nothing_to_search():
    assert PhraseIndex(["请慢走"]).search([]) == {}
    assert PhraseIndex(["请慢走"]).search([normalise("，")]) == {}
    assert PhraseIndex([]).search([normalise("请慢走")]) == {}
    assert not search("请慢走", "走")


def test_long_texts_are_looked_at_in_blocks(monkeypatch):
    import svcscore.phrases.seeds as seeds

    monkeypatch.setattr(seeds, "_BLOCK", 50)
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list(ALPHABET), 6)) for _ in range(30)]
    found = PhraseIndex([normalise(w).text for w in words]).search([normalise("".join(words))])
    assert len(found) == len({normalise(w).text for w in words})
