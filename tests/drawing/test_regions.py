"""Densities over a plane and the regions that hold a share of them."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from drawing.cases import mixture, sample
from mixtura.drawing.planes import along_columns, project
from mixtura.drawing.regions import density_grid, joint_densities, region_levels


@pytest.fixture
def fitted():
    return mixture(3, 2)


def test_densities_are_those_of_scipy(fitted):
    plane = project(fitted, None, along_columns(fitted, [0, 1]))
    weights = fitted.parameters.weights
    places = np.random.default_rng(0).normal(0, 5, (50, 2))
    known = [
        weight * multivariate_normal(mean, covariance).pdf(places)
        for weight, mean, covariance in zip(weights, *fitted.parameters.emission, strict=True)
    ]
    np.testing.assert_allclose(joint_densities(places, plane, weights), np.transpose(known), rtol=1e-10)


def test_the_grid_holds_nearly_everything_and_knows_which_way_is_up(fitted):
    plane = project(fitted, None, along_columns(fitted, [0, 1]))
    grid = density_grid(plane, fitted.parameters.weights)
    total = grid.density.sum() * np.diff(grid.x)[0] * np.diff(grid.y)[0]
    assert total == pytest.approx(1, abs=0.005)
    j, i = 40, 120
    place = np.array([[grid.x[i], grid.y[j]]])
    assert grid.density[j, i] == pytest.approx(joint_densities(place, plane, fitted.parameters.weights).sum())


def test_regions_hold_their_shares_of_rows(fitted):
    plane = project(fitted, None, along_columns(fitted, [0, 1]))
    weights, shares = fitted.parameters.weights, [0.25, 0.5, 0.75, 0.95]
    levels = region_levels(density_grid(plane, weights).density, shares)
    densities = joint_densities(sample(fitted, 40_000)[0], plane, weights).sum(1)
    for share, level in zip(shares, levels, strict=True):
        assert (densities >= level).mean() == pytest.approx(share, abs=0.01)
