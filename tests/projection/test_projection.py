"""Directions that tell clusters apart: eigenvalues and bases of R's MclustDR, and laws."""

import json
from pathlib import Path

import numpy as np
import pytest

from drawing.cases import mixture, sample
from mixtura import GaussianMixture, datasets, discriminant_directions
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters

CASES = json.loads((Path(__file__).parents[1] / "references" / "mclust_directions.json").read_text())["cases"]


def typed(case):
    means, covariances = np.array(case["means"]), np.array(case["covariances"])
    parameters = MixtureParameters(np.array(case["weights"]), GaussianParameters(means, covariances))
    features = tuple(f"x{d}" for d in range(means.shape[1]))
    return FittedMixture(Mixture(Gaussian("full")), parameters, features, default_names(len(means)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{len(case['weights'])} {case['lambda']}")
def test_directions_are_those_of_mclust(case):
    found = discriminant_directions(typed(case), shapes=1 - case["lambda"])
    n = min(found.n_directions, np.shape(case["basis"])[1])
    np.testing.assert_allclose(found.eigenvalues[:n], case["eigenvalues"][:n], rtol=1e-4, atol=1e-6)
    known = np.array(case["basis"])[:, :n]
    cosines = (found.matrix[:, :n] / np.linalg.norm(found.matrix[:, :n], axis=0) * known).sum(0)
    np.testing.assert_allclose(np.abs(cosines), 1, atol=1e-4)


def test_means_alone_give_one_direction_less_than_clusters():
    assert discriminant_directions(mixture(3, 6)).n_directions == 2
    assert discriminant_directions(mixture(3, 6), shapes=0.5).n_directions == 6
    assert discriminant_directions(mixture(3, 6), 1).matrix.shape == (6, 1)


def test_coordinates_are_uncorrelated_and_have_variance_one_within():
    fitted = mixture(4, 5)
    found = discriminant_directions(fitted)
    points, origins = sample(fitted, 60_000)
    seen = found.transform(points)
    within = sum((origins == k).mean() * np.cov(seen[origins == k].T) for k in range(4))
    np.testing.assert_allclose(np.diag(within), 1, atol=0.03)
    correlations = np.corrcoef(seen.T)
    np.testing.assert_allclose(correlations, np.eye(found.n_directions), atol=0.03)
    np.testing.assert_allclose(seen.mean(0), 0, atol=0.05)


def test_units_do_not_matter():
    fitted, units = mixture(3, 4), np.array([1e-3, 1.0, 1e4, 7.0])
    means, covariances = fitted.parameters.emission
    case = {
        "weights": fitted.parameters.weights,
        "means": means * units,
        "covariances": covariances * units * units[:, None],
    }
    one, other = (discriminant_directions(f, shapes=0.3) for f in (fitted, typed(case)))
    np.testing.assert_allclose(other.eigenvalues, one.eigenvalues, rtol=1e-6)
    np.testing.assert_allclose(other.matrix * units[:, None], one.matrix, rtol=1e-5, atol=1e-9)


def test_the_part_of_means_is_all_where_shapes_do_not_count():
    found = discriminant_directions(mixture(3, 5))
    np.testing.assert_allclose(found.of_means, found.eigenvalues)
    both = discriminant_directions(mixture(3, 5), shapes=0.5)
    assert np.all(both.of_means <= both.eigenvalues + 1e-9)


def test_estimators_are_taken_and_rows_projected():
    iris = datasets.load("iris").data
    mixture = GaussianMixture(3, random_state=0).fit(iris)
    found = discriminant_directions(mixture, 2)
    np.testing.assert_array_equal(mixture.discriminant_directions(2).matrix, found.matrix)
    again = GaussianMixture(3, random_state=0).fit_predict(found.transform(iris))
    assert (np.bincount(again) > 30).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shapes": 1.5}, "not between 0 and 1"),
        ({"n_directions": 0}, "ask for one at least"),
        ({"shapes": float("nan")}, "not"),
    ],
)
def test_bad_questions(options, said):
    with pytest.raises(ValueError, match=said):
        discriminant_directions(mixture(2, 3), **options)


def test_one_cluster_has_no_directions():
    with pytest.raises(ValueError, match="No direction tells the clusters apart"):
        discriminant_directions(mixture(1, 3))
