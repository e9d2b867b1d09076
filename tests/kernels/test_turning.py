import numpy as np
import pytest

from mixtura._kernels import turned


@pytest.mark.parametrize("shape", [(1, 1), (31, 3), (64, 4), (65, 7)])
def test_rows_lie_on_their_side_about_their_mean_and_added_ones_weigh_nothing(shape):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(1e3, 1, shape), rng.uniform(size=shape[0])
    (N, D), found = shape, turned(points, weights)
    np.testing.assert_allclose(found.points[:D, :N].T + found.centre[:D], points, rtol=1e-12)
    assert abs(found.points[:, :N].mean(1)).max() < 1e-10
    np.testing.assert_array_equal(found.points[:D, N : found.n].T - found.points[:D, N - 1], 0)
    assert not found.points[D:].any() and not found.centre[D:].any() and len(found.points) % 4 == 0
    assert (found.weights[:N] == weights).all() and not found.weights[N:].any()
    assert found.points.ctypes.data % 64 == 0 and found.points.strides[0] % 64 == 0
