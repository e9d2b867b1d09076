import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixtura.errors import DataError
from mixtura.sources.array import ArraySource


@given(n_rows=st.integers(1, 50), block_rows=st.integers(1, 60), weighted=st.booleans())
def test_blocks_cut_anywhere_concatenate_to_the_whole(n_rows, block_rows, weighted):
    points = np.arange(2.0 * n_rows).reshape(n_rows, 2)
    weights = np.arange(n_rows, dtype=float) if weighted else None
    blocks = list(ArraySource(points, weights, block_rows).blocks())
    np.testing.assert_array_equal(np.concatenate([block.points for block in blocks]), points)
    expected = weights if weighted else np.ones(n_rows)
    np.testing.assert_array_equal(np.concatenate([block.weights for block in blocks]), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_are_contiguous_views(dtype):
    source = ArraySource(np.zeros((10_000, 3), dtype=dtype))
    for block in source.blocks():
        assert block.points.flags.c_contiguous
        assert block.points.dtype == dtype
        assert np.shares_memory(block.points, source.points)
        assert block.weights.dtype == np.float64


def test_ones_are_shared_between_blocks():
    first, second = list(ArraySource(np.zeros((20, 1)), block_rows=10).blocks())
    assert np.shares_memory(first.weights, second.weights)


@pytest.mark.parametrize(
    ("n_rows", "n_columns", "size"),
    [
        (1, 1, 1), (5_000, 1, 4_096), (1_000_000, 1, 31_744), (10_000_000, 1, 65_536),  # a 32nd within bounds
        (300_000, 128, 8_192), (300_000, 150, 6_144), (5_000, 200, 4_096), (5_000, 300, 3_072),  # 2^20 numbers at most
        (5_000, 10_000, 2_048),
    ],
)  # fmt: skip
def test_default_blocks_are_for_many_threads_and_short_enough_to_wait_for(n_rows, n_columns, size):
    points = np.zeros((n_rows, n_columns), np.float32)  # which takes no memory as long as nobody looks
    assert len(next(ArraySource(points).blocks()).points) == size


def test_totals():
    points = np.zeros((4, 3))
    assert (ArraySource(points).n_rows, ArraySource(points).n_columns) == (4, 3)
    assert ArraySource(points).total_weight == 4.0
    assert ArraySource(points, np.array([0.0, 1.0, 2.0, 0.5])).total_weight == 3.5


@pytest.mark.parametrize(
    "points",
    [np.zeros(3), np.zeros((3, 2), dtype=int), np.zeros((2, 3)).T, np.zeros((0, 2)), np.zeros((2, 0))],
    ids=["one axis", "integers", "Fortran order", "no rows", "no columns"],
)
def test_unusable_points_are_refused(points):
    with pytest.raises(DataError, match="points"):
        ArraySource(points)


@pytest.mark.parametrize("weights", [np.ones(2), np.ones((3, 1)), np.ones(3, dtype=np.float32)])
def test_unusable_weights_are_refused(weights):
    with pytest.raises(DataError, match="each of the 3 rows"):
        ArraySource(np.zeros((3, 2)), weights)


def test_a_block_needs_a_row():
    with pytest.raises(DataError, match="block_rows is 0"):
        ArraySource(np.zeros((3, 2)), block_rows=0)
