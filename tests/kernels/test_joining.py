"""The sums of k-means: right on both of their ways, for every shape, and to the last digits."""

import numpy as np
import pytest

from kernels.cases import protected, relative_error
from mixtura import _kernels
from mixtura._kernels import joining, reference

FEATURES, CENTRES = [1, 2, 3, 5, 8, 13, 33], [1, 2, 3, 17]


def case(N, D, K, dtype=np.float64, offset=0.0):
    """Rows around centres, a third of which weigh nothing."""
    rng = np.random.default_rng(1000 * D + K)
    centres = rng.normal(offset, 3, (K, D))
    points = (centres[rng.integers(K, size=N)] + rng.normal(0, 1, (N, D))).astype(dtype)
    return protected((points, rng.uniform(0, 2, N) * (rng.uniform(size=N) > 1 / 3), centres))


@pytest.mark.parametrize("K", CENTRES)
@pytest.mark.parametrize("D", FEATURES)
def test_sums_equal_those_of_the_twin_whatever_the_shape(D, K):
    for N in (1, 31, 497, 513, 1100):
        arguments = case(N, D, K)
        result, expected = _kernels.collect_nearest(*arguments), reference.collect_nearest(*arguments)
        assert relative_error(result, expected) < 1e-12, N


@pytest.mark.parametrize("K", CENTRES)
@pytest.mark.parametrize("D", FEATURES)
def test_single_precision_keeps_its_digits_far_from_zero(D, K):
    points, weights, centres = case(1100, D, K, np.float32, offset=1e4)
    counts, shifts, inertia = _kernels.collect_nearest(points, weights, centres)
    expected = reference.collect_nearest(points.astype(np.float64), weights, centres)
    assert relative_error((counts, inertia), (expected[0], expected[2])) < 1e-5
    scale = np.sqrt(expected[2] * weights.sum())  # what shifts could add up to
    assert np.abs(shifts - expected[1]).max() < 1e-6 * scale


def test_the_shapes_above_take_both_ways():
    sizes = [K * (1 + D) for K in CENTRES for D in FEATURES]
    assert min(sizes) <= joining.FEW < max(sizes)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("D", "K"), [(2, 4), (8, 16)])
def test_the_first_of_equally_near_centres_is_joined(D, K, dtype):
    centres = np.repeat(np.arange(K // 2.0), 2)[:, None] + np.zeros(D)
    points = np.repeat(centres, 300, axis=0).astype(dtype)
    counts, shifts, inertia = _kernels.collect_nearest(points, np.ones(len(points)), centres)
    assert counts.tolist() == [600, 0] * (K // 2)
    assert not shifts.any()
    assert inertia == 0


@pytest.mark.parametrize(("D", "K"), [(2, 4), (8, 16)])
def test_clusters_far_smaller_than_their_distances_lose_no_digits(D, K):
    steps = np.arange(1.0, 601)[:, None] % 7 - 3
    centres = np.arange(K, dtype=float)[:, None] * 2.0**20 + np.zeros(D)
    points = (centres[:, None] + 2.0**-20 * steps).reshape(-1, D)  # which is exact
    counts, shifts, inertia = _kernels.collect_nearest(points, np.ones(len(points)), centres)
    assert (counts == len(steps)).all()
    np.testing.assert_array_equal(shifts, np.full((K, D), 2.0**-20 * steps.sum()))
    assert inertia == 2.0**-40 * D * K * (steps**2).sum()


@pytest.mark.parametrize(("D", "K"), [(2, 4), (8, 16)])
def test_numbers_after_the_last_row_are_never_added(D, K):
    """Whole registers are read: were the block a part of a larger array, they would hold what follows."""
    points, weights, centres = case(1040, D, K)
    some = np.array(points[:1000])
    poisoned = np.concatenate([some, np.full((40, D), np.nan)])[:1000]
    expected = _kernels.collect_nearest(some, weights[:1000], centres)
    assert relative_error(_kernels.collect_nearest(poisoned, weights[:1000], centres), expected) == 0
