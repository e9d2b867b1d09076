import numpy as np
import pytest

from mixtura.scaling import choose_scaling
from mixtura.selection import select

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["standard", "robust"])
def test_normal_columns_have_variance_one_afterwards(name):
    points = RNG.normal([5.0, -1e6], [3.0, 1e-3], (20_000, 2))
    scaled = choose_scaling(points, np.ones(len(points)), name).apply(points)
    np.testing.assert_allclose(scaled.std(0), 1, rtol=0.03)
    np.testing.assert_allclose(scaled.mean(0), 0, atol=0.03)


def test_weights_are_repeated_rows():
    points, weights = RNG.normal(size=(50, 2)), RNG.integers(1, 4, 50)
    repeated = np.repeat(points, weights, axis=0)
    for name in ("standard", "robust"):
        a, b = (
            choose_scaling(points, weights.astype(float), name),
            choose_scaling(repeated, np.ones(len(repeated)), name),
        )
        np.testing.assert_allclose(a.scale, b.scale)
        np.testing.assert_allclose(a.centre, b.centre)


def test_constant_columns_are_only_centred():
    scaling = choose_scaling(np.full((9, 1), 7.0), np.ones(9))
    assert (scaling.centre, scaling.scale) == (7.0, 1.0)


def test_one_gross_outlier_does_not_hide_the_groups():
    """Its deviation makes the standard one, in whose units the groups have no width at all."""
    groups = np.concatenate([RNG.normal(m, 1, (130, 2)) for m in ((0, 0), (6, 0), (0, 6))])
    points = np.concatenate([groups, [[1e6, 1e6]]])
    assert choose_scaling(points, np.ones(len(points))).scale.max() < 10
    best = select(points).best
    assert best.setting.n_components == 4
    assert np.sort(best.parameters.weights)[0] == pytest.approx(1 / len(points), rel=0.01)
