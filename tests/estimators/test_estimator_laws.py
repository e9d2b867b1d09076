"""Laws of both estimators: weights, threads, orders of rows, units, copies."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from mixtura import GaussianMixture, KMeans, SemiSupervisedMixture, StudentMixture, TrimmedMixture

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(2)
X = np.concatenate([RNG.normal(centre, spread, (90, 2)) for centre, spread in ((0, 1), (4, 0.5), (-3, 2))])
COUNTS = RNG.integers(0, 4, size=len(X))
CENTRES = np.array([[0.0, 0.5], [3.0, 3.0], [-2.0, -2.0]])
COVARIANCES = ["full", "tied", "diag", "spherical"]


def mixture(covariance, **options):
    """A fit whose start does not depend on the rows, stopped after as many iterations for any rows."""
    identity = {"full": [np.eye(2)] * 3, "tied": np.eye(2), "diag": np.ones((3, 2)), "spherical": np.ones(3)}
    given = {"weights_init": np.full(3, 1 / 3), "means_init": CENTRES, "precisions_init": identity[covariance]}
    return GaussianMixture(3, covariance_type=covariance, **({"max_iter": 6, "tol": 0} | given | options))


ESTIMATORS = {covariance: mixture(covariance) for covariance in COVARIANCES} | {"kmeans": KMeans(3, init=CENTRES)}
every_estimator = pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)


def answers(fitted):
    """What a fit found, numbers only."""
    names = ("weights_", "means_", "covariances_") if hasattr(fitted, "means_") else ("cluster_centers_",)
    return [getattr(fitted, name) for name in names]


def assert_same(left, right, rtol=1e-9):
    for a, b in zip(answers(left), answers(right), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("kind", [GaussianMixture, StudentMixture, TrimmedMixture, SemiSupervisedMixture])
def test_to_fit_and_to_label_can_be_one_word(kind):
    two = kind(2, max_iter=3, random_state=0)
    labels = two.fit_predict(X, sample_weight=COUNTS + 1)
    np.testing.assert_array_equal(labels, clone(two).fit(X, sample_weight=COUNTS + 1).predict(X))


@every_estimator
def test_whole_weights_are_repeated_rows_and_zero_is_absence(estimator):
    weighted = clone(estimator).fit(X, sample_weight=COUNTS)
    repeated = np.repeat(X, COUNTS, axis=0)
    assert_same(weighted, clone(estimator).fit(repeated))
    assert weighted.score(X, sample_weight=COUNTS) == pytest.approx(clone(estimator).fit(repeated).score(repeated))


@pytest.mark.parametrize("criterion", ["bic", "aic", "icl"])
def test_criteria_count_weights_as_rows(criterion):
    fitted = mixture("full").fit(X)
    repeated = np.repeat(X, COUNTS, axis=0)
    assert getattr(fitted, criterion)(X, sample_weight=COUNTS) == pytest.approx(getattr(fitted, criterion)(repeated))


@pytest.mark.parametrize("kind", [GaussianMixture, KMeans])
def test_rows_without_weight_do_not_change_what_is_drawn(kind):
    padded, weights = np.concatenate([X, np.full((40, 2), 1e3)]), np.repeat([1.0, 0.0], [len(X), 40])
    left, right = kind(3, random_state=4).fit(padded, sample_weight=weights), kind(3, random_state=4).fit(X)
    for a, b in zip(answers(left), answers(right), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", [GaussianMixture, KMeans])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_any_number_of_threads_gives_the_same_bits(kind, dtype):
    points = np.tile(X, (60, 1)).astype(dtype)  # several blocks
    one, *others = (kind(3, random_state=0, max_iter=3, n_jobs=n_jobs).fit(points) for n_jobs in (None, 1, 2, 5))
    for other in others:
        for a, b in zip(answers(one), answers(other), strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(one.predict(points), other.predict(points))
        np.testing.assert_array_equal(one.transform(points), other.transform(points))


@every_estimator
def test_the_order_of_rows_does_not_matter(estimator):
    assert_same(clone(estimator).fit(X), clone(estimator).fit(X[np.random.default_rng(0).permutation(len(X))]))


@pytest.mark.parametrize("shift", [0.0, 1e4])
@pytest.mark.parametrize("covariance", ["full", "tied", "diag"])
def test_a_change_of_units_changes_the_parameters_alike(covariance, shift):
    units = np.array([1e3, 1e-2])
    precisions = mixture(covariance).precisions_init
    scaled = np.asarray(precisions) / (units**2 if covariance == "diag" else np.outer(units, units))
    there = mixture(covariance, reg_covar=0, means_init=CENTRES * units + shift, precisions_init=scaled)
    there.fit(X * units + shift)
    here = mixture(covariance, reg_covar=0).fit(X)
    np.testing.assert_allclose(there.weights_, here.weights_, rtol=1e-6)
    np.testing.assert_allclose(there.means_, here.means_ * units + shift, rtol=1e-6)
    factor = units**2 if covariance == "diag" else np.outer(units, units)
    np.testing.assert_allclose(there.covariances_, here.covariances_ * factor, rtol=1e-5)


@every_estimator
def test_copies_answer_alike(estimator):
    fitted = clone(estimator).fit(X)
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict(X), fitted.predict(X))
    assert copy.get_params().keys() == fitted.get_params().keys()
    assert type(fitted).__name__ in fitted._repr_html_()


@pytest.mark.parametrize("kind", [GaussianMixture, KMeans])
@pytest.mark.parametrize(
    "layout", [np.asfortranarray, lambda points: points[::-1][::-1], lambda points: points.tolist()]
)
def test_the_layout_of_the_rows_does_not_matter(kind, layout):
    left, right = kind(3, random_state=0).fit(layout(X)), kind(3, random_state=0).fit(X)
    for a, b in zip(answers(left), answers(right), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", [GaussianMixture, KMeans])
def test_data_and_weights_are_left_alone(kind):
    points, weights = X.copy(), COUNTS.astype(float)
    points.flags.writeable = weights.flags.writeable = False
    kind(3, random_state=0).fit(points, sample_weight=weights).predict(points)
    np.testing.assert_array_equal(points, X)


@pytest.mark.parametrize("kind", [GaussianMixture, KMeans])
@pytest.mark.parametrize(("offset", "scale"), [(1e8, 1), (0, 1e12), (1e4, 1e-3)])
def test_far_and_wide_data_are_sorted_as_near_ones(kind, offset, scale):
    groups = np.concatenate([RNG.normal(0, 1, (60, 2)), RNG.normal(20, 1, (40, 2))])
    options = {"reg_covar": 0} if kind is GaussianMixture else {}
    labels = kind(2, random_state=0, **options).fit_predict(groups * scale + offset)
    np.testing.assert_array_equal(labels, np.repeat([0, 1], [60, 40]))
