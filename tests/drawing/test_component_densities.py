"""Densities along one column, against SciPy's."""

import numpy as np
import pytest
from scipy.stats import norm

from mixtura.drawing.densities import component_densities


def test_densities_are_those_of_the_components_and_add_up_to_one():
    weights, means, sds = np.array([0.3, 0.7]), np.array([0.0, 4.0]), np.array([0.5, 2.0])
    grid = np.linspace(-10, 20, 3001)
    densities = component_densities(grid, weights, means, sds)
    np.testing.assert_allclose(densities, weights[:, None] * norm.pdf(grid, means[:, None], sds[:, None]), atol=1e-300)
    assert np.trapezoid(densities.sum(0), grid) == pytest.approx(1)
