import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.text.pinyin import CLOSE, UnitTable, prior_cost, substitution_cost, syllables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好", ("nin", "hao")),
        ("银行行长", ("yin", "hang", "hang", "zhang")),
        ("重新", ("chong", "xin")),
        ("办etc", ("ban", "e", "t", "c")),
        ("\n", ("\n",)),
        ("", ()),
    ],
)
def test_one_unit_a_character(text, expected):
    assert syllables(text) == expected


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_every_text_has_as_many_units_as_characters(text):
    assert len(syllables(text)) == len(text)


@pytest.mark.parametrize(
    ("a", "b"),
    [("zhang", "zang"), ("nan", "lan"), ("hui", "fui"), ("shen", "sheng"), ("yin", "ying")],
)
def test_usual_confusions_are_cheap(a, b):
    assert 0 < substitution_cost(a, b) <= 1.5 * CLOSE
    assert 0 < prior_cost(a, b) <= CLOSE


@pytest.mark.parametrize(("often", "seldom"), [("jiao", "zhai"), ("tuo", "guo"), ("xi", "fi")])
def test_what_this_recogniser_confuses_costs_less_than_what_it_does_not(often, seldom):
    said = {"jiao": "zhao", "tuo": "duo", "xi": "shi"}[often]
    assert substitution_cost(said, often) < substitution_cost(said, seldom)


@pytest.mark.parametrize(("a", "b"), [("ma", "xiong"), ("a", "一"), ("\n", "hao"), ("1", "yi")])
def test_nothing_in_common(a, b):
    assert substitution_cost(a, b) == 1.0


units = st.sampled_from(["zhang", "zang", "ma", "xiong", "ni", "li", "er", "\n", "x", "a"])


@given(units, units)
def test_costs_are_bounded_and_nothing_else_is_free(a, b):
    assert prior_cost(a, b) == prior_cost(b, a)
    assert 0 <= substitution_cost(a, b) <= 1
    assert (substitution_cost(a, b) == 0) == (a == b)


def test_table_grows_and_keeps_its_numbers():
    table = UnitTable()
    first = table.numbers(("ni", "hao"))
    before = table.costs().copy()
    assert list(table.numbers(("hao", "li", "ni"))) == [1, 2, 0]
    assert list(first) == [0, 1]
    costs = table.costs()
    assert costs.shape == (3, 3)
    assert (costs[:2, :2] == before).all()
    assert costs[0, 2] == pytest.approx(substitution_cost("ni", "li"))
