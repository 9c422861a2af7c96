"""Agreement of several judges: the worked examples of the sources, and what is not defined."""

from __future__ import annotations

import pytest

from svcscore.scoring.agreement import Pair, concordance
from svcscore.scoring.agreement_many import Rated, accord

FLEISS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip
"""Fourteen judges of ten subjects: the usual worked example of Fleiss' kappa, 0.210."""


def rated(rows):
    return [Rated(interaction_id=str(n), counts=counts) for n, counts in enumerate(rows)]


def test_kappa_is_that_of_the_worked_example():
    found = accord(rated(FLEISS), 5)
    assert found.raw.value == pytest.approx(0.378, abs=0.001)
    assert found.kappa.value == pytest.approx(0.210, abs=0.001)
    assert found.kappa.low < found.kappa.value < found.kappa.high
    assert (found.items, found.unanimous, found.interactions) == (10, 1, 10)


def test_of_two_judges_ac1_is_that_of_two():
    answers = [(0, 0), (0, 1), (1, 1), (2, 2), (0, 0), (1, 0), (2, 0), (0, 0)]
    pairs = [Pair(interaction_id=str(n), first=a, second=b) for n, (a, b) in enumerate(answers)]
    rows = [tuple([a, b].count(k) for k in range(3)) for a, b in answers]
    two, many = concordance(pairs, 3, ordinal=False), accord(rated(rows), 3)
    assert many.ac1.value == pytest.approx(two.ac1.value)
    assert many.raw.value == pytest.approx(two.raw.value)


def test_what_one_alone_judged_does_not_count():
    found = accord(rated([(1, 0), (2, 0), (1, 1), (0, 0)]), 2)
    assert (found.items, found.interactions) == (2, 2)


def test_one_interaction_says_nothing_of_its_doubt():
    one = [Rated(interaction_id="a", counts=(2, 1)), Rated(interaction_id="a", counts=(3, 0))]
    found = accord(one, 2)
    assert (found.raw, found.kappa, found.ac1) == (None, None, None)
    assert accord([], 2).items == 0


def test_where_all_say_one_and_the_same_kappa_is_not_defined():
    found = accord(rated([(3, 0, 0), (3, 0, 0)]), 3)
    assert found.kappa is None
    assert found.ac1.value == 1.0


def test_counts_of_another_number_are_refused():
    with pytest.raises(ValueError, match="categories"):
        accord(rated([(1, 1)]), 3)
