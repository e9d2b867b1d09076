"""Which columns are drawn, and the moments of a mixture as a whole."""

import numpy as np
import pytest

from drawing.cases import mixture, sample
from mixtura.drawing.columns import chosen_columns, differences, overall_moments
from mixtura.drawing.criterion import criterion_range
from mixtura.errors import DataError


def test_moments_are_those_of_rows():
    fitted = mixture(4, 3)
    points, origins = sample(fitted, 200_000)
    mean, covariance = overall_moments(fitted)
    np.testing.assert_allclose(mean, points.mean(0), atol=0.05)
    np.testing.assert_allclose(covariance, np.cov(points.T), rtol=0.05, atol=0.3)
    found = np.array([(points[origins == k].mean(0) - points.mean(0)) / points.std(0) for k in range(4)])
    np.testing.assert_allclose(differences(fitted), found, atol=0.03)


def test_columns_are_found_by_name_and_position():
    fitted = mixture(2, 5)
    assert chosen_columns(fitted, ["column 4", 0], most=2) == [4, 0]
    assert len(chosen_columns(fitted, None, most=3)) == 3


@pytest.mark.parametrize("column", ["nonsense", 5, -1])
def test_a_column_that_is_not_there_is_named(column):
    with pytest.raises(DataError, match=f"no column '{column}': it has 5 columns, column 0, column 1"):
        chosen_columns(mixture(2, 5), [column], most=2)


def test_far_values_do_not_stretch_the_range_and_alike_ones_fill_it():
    low, high = criterion_range([100.0, 101, 102, 103, 104, 5000])
    assert (low, high < 2000) == (100.0, True)
    assert criterion_range([7.0, 7.0]) == (7.0, 7.0)
    assert criterion_range([1.0, 2.0]) == (1.0, 2.0)
