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
@pytest.mark.parametrize("offset", [1e4, 1e6])
def test_single_precision_keeps_its_digits_far_from_zero(D, K, offset):
    points, weights, centres = case(1100, D, K, np.float32, offset)
    counts, shifts, inertia = _kernels.collect_nearest(points, weights, centres)
    expected = reference.collect_nearest(points.astype(np.float64), weights, centres)
    assert relative_error((counts, inertia), (expected[0], expected[2])) < 1e-5
    scale = np.sqrt(expected[2] * weights.sum())  # what shifts could add up to
    assert np.abs(shifts - expected[1]).max() < 1e-6 * scale


def test_the_shapes_above_take_both_ways():
    sizes = [K * (1 + D) for K in CENTRES for D in FEATURES]
    assert min(sizes) <= joining.FEW_IF_ROUNDED < joining.FEW < max(sizes)


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
    rng = np.random.default_rng(0)
    centres = rng.uniform(0, 1e6, (K, D))
    points = (centres[:, None] + rng.normal(0, 1e-6, (600, D))).reshape(-1, D)
    deviations = points.reshape(K, 600, D) - centres[:, None]  # exact: the numbers are close to each other
    counts, shifts, inertia = _kernels.collect_nearest(points, np.ones(len(points)), centres)
    assert (counts == 600).all()
    np.testing.assert_allclose(shifts, deviations.sum(1), rtol=0, atol=600e-6 * 1e-13)
    np.testing.assert_allclose(inertia, (deviations**2).sum(), rtol=1e-13)


@pytest.mark.parametrize(("D", "K"), [(2, 4), (5, 17)])
def test_numbers_after_the_last_row_are_never_added(D, K):
    """Whole registers are read: they may hold numbers of a block that follows in memory."""
    points, weights, centres = case(1000, D, K)
    followed = np.concatenate([points, np.full((1000, D), np.nan)])[:1000]
    expected = _kernels.collect_nearest(points, weights, centres)
    assert relative_error(_kernels.collect_nearest(followed, weights, centres), expected) == 0


def in_pairs(rng, D, K, apart, offset):
    """Centres in close pairs; rows on centres, and a few just aside of the middle of a pair; which is nearest."""
    centres = offset + rng.normal(0, 1, (2 * K, D))
    centres[K:] = centres[:K] + apart * rng.normal(0, 1, (K, D))
    pair, nearer, is_aside = rng.integers(K, size=1500), rng.integers(2, size=1500), rng.uniform(size=(1500, 1)) < 0.02
    near, far = centres[pair + K * nearer], centres[pair + K * (1 - nearer)]
    return np.where(is_aside, 0.505 * near + 0.495 * far, near), centres, pair + K * nearer


@pytest.mark.parametrize("offset", [0.0, 1e5])
@pytest.mark.parametrize(("D", "K"), [(3, 16), (8, 16), (33, 5)])
def test_rows_that_single_precision_cannot_place_join_the_nearer_centre(D, K, offset):
    for apart in (1e-2, 1e-4, 1e-6):
        points, centres, nearest = in_pairs(np.random.default_rng(0), D, K, apart, offset)
        counts, _, _ = _kernels.collect_nearest(points, np.ones(1500), centres)
        assert counts.tolist() == np.bincount(nearest, minlength=2 * K).tolist()


@pytest.mark.parametrize("scale", [1e-150, 1e-42, 1e-20, 1e17, 1e25, 1e150])
def test_numbers_that_single_precision_cannot_hold_are_joined_too(scale):
    points, weights, centres = case(600, 5, 17)
    counts, shifts, inertia = _kernels.collect_nearest(scale * points, weights, scale * centres)
    expected = reference.collect_nearest(points, weights, centres)
    assert relative_error((counts, shifts / scale, inertia / scale / scale), expected) < 1e-12
