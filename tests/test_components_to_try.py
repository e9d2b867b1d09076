"""No more components than there are different rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixtura.diagnostics import components_to_try, count_distinct_rows
from mixtura.errors import DataError


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60), st.integers(1, 20))
def test_distinct_rows_are_those_of_a_set(rows, enough):
    assert count_distinct_rows(np.array(rows, dtype=float), enough) == min(len(set(rows)), enough)


def test_rows_that_differ_late_are_found():
    points = np.zeros((5000, 1))
    points[-1] = 1.0
    assert count_distinct_rows(points, 3) == 2


def test_by_default_one_to_nine_or_fewer_than_different_rows():
    assert components_to_try(np.arange(30.0)[:, None], None, None) == tuple(range(1, 10))
    assert components_to_try(np.arange(10.0)[:, None], None, None) == tuple(range(1, 10))
    assert components_to_try(np.arange(9.0)[:, None], None, None) == tuple(range(1, 9))
    assert components_to_try(np.zeros((5, 1)), None, None) == (1,)


def test_rows_that_do_not_count_are_not_counted():
    points, weights = np.arange(4.0)[:, None], np.array([1.0, 1.0, 0.0, 0.0])
    assert components_to_try(points, weights, [2]) == (2,)
    with pytest.raises(DataError, match="3 clusters are asked for, but only 2 different rows"):
        components_to_try(points, weights, [1, 2, 3])
