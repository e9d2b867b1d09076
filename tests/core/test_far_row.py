"""A row that is far from all others has a component to itself, and hides nothing of the others."""

import numpy as np
import pytest

from mixtura import GaussianMixture
from mixtura.spaces import spread

GROUPS = np.random.default_rng(0).normal(size=(200, 4)) + np.repeat([[0.0], [6.0]], 100, axis=0)


@pytest.mark.parametrize("covariance", ["full", "diag", "VEV"])
@pytest.mark.parametrize("far", [1e3, 1e6, 1e9])
def test_it_leaves_the_groups_alone(covariance, far):
    rows = np.vstack([GROUPS, [far, 0, 0, 0]])
    with pytest.warns(UserWarning, match=r"component \d \(1 row\)"):
        mixture = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(rows)
    assert sorted(np.bincount(mixture.predict(rows))) == [1, 100, 100]


def test_it_does_not_make_the_rest_look_flat():
    plain, hidden = spread(GROUPS, np.ones(200)), spread(np.vstack([GROUPS, [1e9, 0, 0, 0]]), np.ones(201))
    np.testing.assert_allclose(hidden.deviations, plain.deviations, rtol=0.2)
    np.testing.assert_allclose(np.linalg.norm(hidden.whitener), np.linalg.norm(plain.whitener), rtol=0.2)
