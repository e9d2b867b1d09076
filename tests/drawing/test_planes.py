"""Rows and components in two directions: against R's MclustDR, and scikit-learn where R has nothing to say."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from drawing.cases import mixture, sample
from mixtura.drawing.columns import overall_moments
from mixtura.drawing.planes import along_columns, discriminants, project
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters

CASES = json.loads((Path(__file__).parents[1] / "references" / "mclust_dr.json").read_text())["cases"]


def typed(weights, means, covariances):
    parameters = MixtureParameters(np.array(weights), GaussianParameters(np.array(means), np.array(covariances)))
    features = tuple(f"x{d}" for d in range(parameters.emission.means.shape[1]))
    return FittedMixture(Mixture(Gaussian("full")), parameters, features, default_names(len(weights)))


def angle(left, right):
    """Between two directions, whatever their lengths and signs; in degrees."""
    cosine = abs(left @ right) / np.linalg.norm(left) / np.linalg.norm(right)
    return np.degrees(np.arccos(min(cosine, 1.0)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['weights'])} components")
def test_directions_are_those_of_mclust(case):
    matrix, _, _ = discriminants(typed(case["weights"], case["means"], case["covariances"]))
    for found, known in zip(matrix.T, np.array(case["directions"]).T, strict=True):
        assert angle(found, known) < 0.1


def test_with_one_shape_for_all_they_are_linear_discriminants():
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], 400)
    points = rng.normal(0, 3, (3, 5))[labels] + rng.normal(size=(1200, 5)) @ rng.normal(size=(5, 5))
    means = np.array([points[labels == k].mean(0) for k in range(3)])
    within = sum(np.cov(points[labels == k].T, bias=True) for k in range(3)) / 3
    matrix, _, _ = discriminants(typed([1 / 3] * 3, means, [within] * 3))
    known = LinearDiscriminantAnalysis(solver="eigen").fit(points, labels).scalings_
    for d in range(2):
        assert angle(matrix[:, d], known[:, d]) < 0.1


def test_a_single_component_is_seen_along_its_principal_components():
    covariance = mixture(1, 5).parameters.emission.covariances[0]
    matrix, _, _ = discriminants(typed([1.0], [[0.0] * 5], [covariance]))
    points = np.random.default_rng(0).multivariate_normal(np.zeros(5), covariance, 50)
    points = np.linalg.solve(np.linalg.cholesky(np.cov(points.T)), (points - points.mean(0)).T).T
    standard = points @ np.linalg.cholesky(covariance).T / np.sqrt(np.diag(covariance))  # exactly of this correlation
    known = PCA(2).fit(standard).components_ / np.sqrt(np.diag(covariance))
    for found, other in zip(matrix.T, known, strict=True):
        assert angle(found, other) < 0.1


def test_what_two_alike_clusters_leave_open_is_spread():
    """Of all directions uncorrelated with the first, the second carries most of the standardised columns."""
    means, covariances = mixture(2, 5).parameters.emission
    fitted = typed([0.4, 0.6], means, covariances[[0, 0]])
    first, second = discriminants(fitted).matrix.T
    _, covariance = overall_moments(fitted)
    loads = covariance / np.diag(covariance) @ covariance

    def carried(direction):
        return direction @ loads @ direction / (direction @ covariance @ direction)

    others = np.random.default_rng(0).normal(size=(2000, 5))
    others -= np.outer(others @ covariance @ first / (first @ covariance @ first), first)
    assert abs(first @ covariance @ second) < 1e-6
    assert carried(second) > max(map(carried, others))


def test_directions_are_in_standard_deviations_within_components():
    fitted = mixture(4, 6)
    plane = project(fitted, None, discriminants(fitted))
    within = np.tensordot(fitted.parameters.weights, plane.covariances, 1)
    np.testing.assert_allclose(np.diag(within), 1)


def test_directions_do_not_depend_on_units():
    fitted = mixture(3, 4)
    units = np.array([1e-3, 1.0, 1e4, 7.0])
    means, covariances = fitted.parameters.emission
    other = typed(fitted.parameters.weights, means * units, covariances * units * units[:, None])
    np.testing.assert_allclose(discriminants(other).matrix * units[:, None], discriminants(fitted).matrix, rtol=1e-6)


def test_columns_that_determine_each_other_do_no_harm():
    fitted = mixture(3, 3)
    means, covariances = fitted.parameters.emission
    double = np.concatenate([np.eye(3), np.eye(3)[:1]])
    ridge = 1e-13 * np.eye(4)
    other = typed(fitted.parameters.weights, means @ double.T, double @ covariances @ double.T + ridge)
    found, known = project(other, None, discriminants(other)), project(fitted, None, discriminants(fitted))
    np.testing.assert_allclose(np.abs(np.diff(found.means, axis=0)), np.abs(np.diff(known.means, axis=0)), rtol=1e-3)


def test_projected_gaussians_are_those_of_projected_rows():
    fitted = mixture(3, 6)
    points, origins = sample(fitted, 60_000)
    plane = project(fitted, points, discriminants(fitted))
    for k in range(3):
        mine = plane.points[origins == k]
        np.testing.assert_allclose(mine.mean(0), plane.means[k], atol=0.05)
        np.testing.assert_allclose(np.cov(mine.T), plane.covariances[k], atol=0.06)


def test_columns_are_shown_as_they_are():
    fitted = mixture(2, 5)
    points, _ = sample(fitted, 10)
    plane = project(fitted, points, along_columns(fitted, [3, 1]))
    np.testing.assert_array_equal(plane.points, points[:, [3, 1]])
    np.testing.assert_array_equal(plane.means, fitted.parameters.emission.means[:, [3, 1]])
    np.testing.assert_allclose(plane.covariances[:, 0, 1], fitted.parameters.emission.covariances[:, 3, 1])
    assert plane.names == ("column 3", "column 1")
    assert plane.remark == ""
