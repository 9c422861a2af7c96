import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.text.check_digits import CHECK_X, check_value, has_birth, is_card, is_identity


def digits(number):
    return [CHECK_X if char == "X" else int(char) for char in number]


@pytest.mark.parametrize("number", ["4111111111111111", "6222021234567890128", "79927398713"])
def test_cards(number):
    assert is_card(digits(number)) is (len(number) >= 13)


def test_a_row_of_noughts_is_no_card():
    assert not is_card([0] * 16)


# the example of GB 11643-1999
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_identity_numbers_of_the_standard(number):
    assert is_identity(digits(number))
    assert has_birth(digits(number)[:17]) is (number[6:8] == "19")


@pytest.mark.parametrize(
    "number", ["110105194912310021", "110105194913310024", "11010519491231", "110105491331002"]
)
def test_others_are_none(number):
    assert not is_identity(digits(number))


def test_the_old_ones_are_told_by_the_date():
    assert is_identity(digits("110105491231002"))


@given(st.lists(st.integers(0, 9), min_size=15, max_size=18))
def test_one_changed_digit_breaks_a_card(body):
    whole = next([*body, last] for last in range(10) if is_card([*body, last]) or not any(body))
    if any(body):
        for place in range(len(whole)):
            changed = [*whole[:place], (whole[place] + 1) % 10, *whole[place + 1 :]]
            assert not is_card(changed)


@given(st.lists(st.integers(0, 9), min_size=17, max_size=17), st.integers(0, 16))
def test_one_changed_digit_changes_the_check(body, place):
    changed = [*body[:place], (body[place] + 1) % 10, *body[place + 1 :]]
    assert check_value(changed) != check_value(body)
