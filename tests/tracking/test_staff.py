import pytest
from scipy import stats

from svcscore.tracking.staff import MIN_SAMPLE, Service, mean_interval, staff_table


def services(staff_id, *totals, **fields):
    return [Service(staff_id=staff_id, total=total, **fields) for total in totals]


def test_interval_is_that_of_student():
    values = [70.0, 80.0, 85.0, 91.0]
    mean, low, high = mean_interval(values)
    expected = stats.t.interval(0.9, 3, loc=81.5, scale=stats.sem(values))
    assert mean == 81.5
    assert (low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], (None, None, None)), ([80.0], (80.0, None, None)), ([75.0, 75.0], (75.0, 75.0, 75.0))],
)
def test_few_values(values, expected):
    assert mean_interval(values) == expected


def test_interval_stays_within_the_scale():
    _, low, high = mean_interval([0.0, 100.0])
    assert (low, high) == (0.0, 100.0)


def test_rows_are_by_id_and_count_what_is_not_scored_apart():
    rows = staff_table(
        [
            *services("乙", 60.0, None, red_lines=1, needs_review=True),
            *services("A", 99.0, courtesy=(0, 1, 2, 3)),
        ]
    )
    assert [row.staff_id for row in rows] == ["A", "乙"]
    assert rows[0].courtesy == (0, 1, 2, 3)
    assert (rows[1].interactions, rows[1].scored, rows[1].mean) == (2, 1, 60.0)
    assert (rows[1].red_lines, rows[1].needs_review) == (2, 2)


def test_below_the_least_sample_nothing_is_concluded():
    few, enough = staff_table(
        [*services("A", *[80.0] * (MIN_SAMPLE - 1)), *services("B", *[80.0] * MIN_SAMPLE)]
    )
    assert not few.enough
    assert enough.enough


def test_nobody():
    assert staff_table([]) == ()
