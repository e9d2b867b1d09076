"""From the same start, scikit-learn's numbers after any number of iterations; scikit-learn is run beside ours."""

import warnings

import numpy as np
import pytest
import sklearn.cluster
import sklearn.mixture
from sklearn.exceptions import ConvergenceWarning

from mixtura import GaussianMixture, KMeans

COVARIANCES = ["full", "tied", "diag", "spherical"]
OPTIONS = {"reg_covar": 1e-6}  # theirs by default; ours is relative to the data
ATTRIBUTES = ["weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_"]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def rows(dtype=np.float64):
    rng = np.random.default_rng(3)
    groups = [rng.normal(centre, spread, (120, 3)) for centre, spread in ((0, 1), (2.5, 0.7), (-2, 1.6))]
    return np.concatenate(groups).astype(dtype)


def start(covariance, dtype):
    """Far enough from the optimum that five iterations do not end the fit."""
    precisions = {
        "full": np.array([[[1, 0.2, 0], [0.2, 1, 0.1], [0, 0.1, 2]]] * 3),
        "tied": np.array([[1, 0.2, 0], [0.2, 1, 0.1], [0, 0.1, 2]]),
        "diag": np.array([[1, 0.5, 2]] * 3),
        "spherical": np.array([1, 0.5, 2]),
    }
    means = np.array([[0.5, 0, 0], [1, 1, 0], [-1, 0, 1]])
    given = {"weights_init": [0.3, 0.3, 0.4], "means_init": means, "precisions_init": precisions[covariance]}
    return {name: np.array(value, dtype) for name, value in given.items()}


def both(covariance, points, **options):
    options = OPTIONS | options | {"n_components": 3, "covariance_type": covariance} | start(covariance, points.dtype)
    return [kind(**options).fit(points) for kind in (GaussianMixture, sklearn.mixture.GaussianMixture)]


def assert_same_fit(ours, theirs, rtol):
    for name in ATTRIBUTES:
        own, other = getattr(ours, name), getattr(theirs, name)
        assert own.shape == other.shape
        assert own.dtype == other.dtype
        np.testing.assert_allclose(own, other, rtol=rtol, atol=rtol * np.abs(other).max(), err_msg=name)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.converged_ == theirs.converged_
    np.testing.assert_allclose(ours.lower_bounds_, theirs.lower_bounds_, rtol=rtol)
    assert ours.lower_bound_ == pytest.approx(theirs.lower_bound_, rel=rtol)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("max_iter", [1, 5, 200])
@pytest.mark.parametrize("reg_covar", [1e-6, 0.1])
def test_a_fit_is_theirs(covariance, max_iter, reg_covar):
    assert_same_fit(*both(covariance, rows(), max_iter=max_iter, reg_covar=reg_covar, tol=1e-4), rtol=1e-8)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("max_iter", [1, 5])
def test_a_fit_in_single_precision_is_theirs(covariance, max_iter):
    assert_same_fit(*both(covariance, rows(np.float32), max_iter=max_iter, tol=1e-4), rtol=2e-4)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_answers_are_theirs(covariance):
    points = rows()
    ours, theirs = both(covariance, points, max_iter=7, tol=1e-4)
    np.testing.assert_array_equal(ours.predict(points), theirs.predict(points))
    for question in ("predict_proba", "score_samples", "score", "bic", "aic"):
        np.testing.assert_allclose(getattr(ours, question)(points), getattr(theirs, question)(points), rtol=1e-8)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_a_start_given_in_part_is_completed_as_theirs(covariance):
    """With one component there is only one partition, so the part that is drawn is no matter of chance."""
    options = {"means_init": [[1.0, 2.0, 3.0]], "covariance_type": covariance, "max_iter": 0, "init_params": "kmeans"}
    options |= OPTIONS
    ours, theirs = (kind(**options).fit(rows()) for kind in (GaussianMixture, sklearn.mixture.GaussianMixture))
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-8)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_a_kmeans_start_is_theirs(covariance):
    """Groups so far apart that every k-means finds them; the order of the parts is all that chance decides."""
    points = rows() + np.repeat([[0], [60], [150]], 120, axis=0)
    options = OPTIONS | {"covariance_type": covariance, "max_iter": 0, "init_params": "kmeans", "random_state": 0}
    ours = GaussianMixture(3, order="means", **options).fit(points)
    theirs = sklearn.mixture.GaussianMixture(3, **options).fit(points)
    by = theirs.means_[:, 0].argsort()
    np.testing.assert_allclose(ours.means_, theirs.means_[by])
    np.testing.assert_allclose(ours.weights_, theirs.weights_[by])
    covariances = theirs.covariances_ if covariance == "tied" else theirs.covariances_[by]
    np.testing.assert_allclose(ours.covariances_, covariances, rtol=1e-6)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_attributes_that_are_moved_over_give_their_answers(covariance):
    theirs = sklearn.mixture.GaussianMixture(3, covariance_type=covariance, random_state=0).fit(rows())
    ours = GaussianMixture(covariance_type=covariance)
    for name in ("weights_", "means_", "precisions_cholesky_"):
        setattr(ours, name, getattr(theirs, name))
    np.testing.assert_allclose(ours.predict_proba(rows()), theirs.predict_proba(rows()), atol=1e-10)
    np.testing.assert_allclose(ours.bic(rows()), theirs.bic(rows()))


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_default_finds_no_worse_optimum(covariance):
    ours = GaussianMixture(4, covariance_type=covariance, random_state=0).fit(rows())
    theirs = sklearn.mixture.GaussianMixture(4, covariance_type=covariance, random_state=0, tol=1e-7, max_iter=2000)
    assert ours.score(rows()) >= theirs.fit(rows()).score(rows()) - 1e-4


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("far", [1, 40], ids=["among the rows", "some centres without rows"])
def test_kmeans_from_the_same_centres_is_theirs(dtype, far):
    points = rows(dtype)
    centres = points[:5] * far
    ours, theirs = (kind(5, init=centres, n_init=1).fit(points) for kind in (KMeans, sklearn.cluster.KMeans))
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-5, atol=1e-5)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-5)
    np.testing.assert_allclose(ours.transform(points), theirs.transform(points), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("tol", [0, 1e-4, 1e-1])
def test_kmeans_with_weights_stops_where_theirs_does(tol):
    points, weights = rows(), np.random.default_rng(0).uniform(size=360)
    ours, theirs = (kind(4, init=points[:4], n_init=1, tol=tol) for kind in (KMeans, sklearn.cluster.KMeans))
    ours.fit(points, sample_weight=weights)
    theirs.fit(points, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)


def test_a_fit_cut_short_warns_in_their_words():
    messages = []
    for kind in (GaussianMixture, sklearn.mixture.GaussianMixture):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kind(3, max_iter=1, tol=1e-9, init_params="random", random_state=0).fit(rows())
        assert [warning.category for warning in caught] == [ConvergenceWarning]
        messages.append(str(caught[0].message))
    assert messages[0].startswith(messages[1])
