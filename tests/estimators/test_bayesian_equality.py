"""From the same responsibilities, scikit-learn's posterior after any number of iterations; it is run beside ours."""

import numpy as np
import pytest
import sklearn.mixture
from scipy.special import betaln, gammaln, multigammaln

from mixtura import BayesianGaussianMixture

COVARIANCES = ["full", "tied", "diag", "spherical"]
PRIORS = ["dirichlet_process", "dirichlet_distribution"]
ATTRIBUTES = [
    "weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_", "weight_concentration_",
    "mean_precision_", "degrees_of_freedom_", "mean_prior_", "covariance_prior_", "degrees_of_freedom_prior_",
]  # fmt: skip
SIZES = (200, 120, 60)  # largest first, which is the order of the sticks here; there it is that of the components
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

_rng = np.random.default_rng(3)
ROWS = np.concatenate([_rng.normal(m, s, (n, 3)) for m, s, n in zip((0, 2.5, -2), (1, 0.7, 1.6), SIZES, strict=True)])
SHARES = np.eye(3)[np.repeat([0, 1, 2], SIZES)] * 0.7 + 0.1


class Theirs(sklearn.mixture.BayesianGaussianMixture):
    def _initialize_parameters(self, X, random_state, xp=None):
        self._initialize(X, SHARES)


def both(rows=ROWS, **options):
    options = {"n_components": 3, "reg_covar": 1e-6, "tol": 1e-9} | options
    return BayesianGaussianMixture(responsibilities_init=SHARES, **options).fit(rows), Theirs(**options).fit(rows)


def constant_of(theirs):
    """What scikit-learn leaves out of its bound: what does not change in a fit."""
    N, D, K = len(ROWS), ROWS.shape[1], theirs.n_components
    scale, dof, gamma = theirs.covariance_prior_, theirs.degrees_of_freedom_prior_, theirs.weight_concentration_prior_
    matrix = scale * np.eye(D) if np.ndim(scale) < 2 else scale
    of_a_wishart = dof / 2 * np.linalg.slogdet(matrix)[1] - dof * D / 2 * np.log(2) - multigammaln(dof / 2, D)
    is_process = theirs.weight_concentration_prior_type == "dirichlet_process"
    of_weights = -K * betaln(1, gamma) if is_process else gammaln(K * gamma) - K * gammaln(gamma)
    of_volumes = D * (D - 1) / 4 * np.log(np.pi)  # their log of a multivariate gamma function lacks it
    of_means = D / 2 * np.log(theirs.mean_precision_prior_)
    return -N * D / 2 * np.log(2 * np.pi) + of_weights + K * (of_a_wishart + of_volumes + of_means)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("max_iter", [1, 5, 300])
def test_a_posterior_is_theirs(covariance, prior, max_iter):
    ours, theirs = both(max_iter=max_iter, covariance_type=covariance, weight_concentration_prior_type=prior)
    if max_iter == 300:  # their bounds are half a step ahead, so the rule may stop one of the two a step earlier
        assert abs(ours.n_iter_ - theirs.n_iter_) <= 1
    rtol = 1e-8 if max_iter < 300 else 1e-5
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=rtol, atol=rtol, err_msg=name)
    np.testing.assert_allclose(ours.predict_proba(ROWS), theirs.predict_proba(ROWS), atol=10 * rtol)
    np.testing.assert_allclose(ours.score_samples(ROWS), theirs.score_samples(ROWS), rtol=10 * rtol)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("prior", PRIORS)
def test_the_bound_is_theirs_and_a_constant(covariance, prior):
    """For tied components theirs is an array for which no meaning is documented; its first entry is the sum here."""
    kind = {"covariance_type": covariance, "weight_concentration_prior_type": prior}
    ours, theirs = both(max_iter=1000, reg_covar=0.0, **kind)
    assert isinstance(ours.lower_bound_, float)
    expected = np.ravel(theirs.lower_bound_)[0] + constant_of(theirs)
    assert ours.lower_bound_ == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("covariance_type", COVARIANCES)
def test_a_prior_that_is_given_is_theirs(covariance_type):
    scale = {"full": np.diag([1.0, 2, 3]), "tied": np.diag([1.0, 2, 3]), "diag": [1.0, 2, 3], "spherical": 2.0}
    prior = {
        "weight_concentration_prior": 0.7, "mean_precision_prior": 0.3, "mean_prior": [1.0, 2.0, 3.0],
        "degrees_of_freedom_prior": 4.5, "covariance_prior": scale[covariance_type],
    }  # fmt: skip
    ours, theirs = both(max_iter=7, covariance_type=covariance_type, **prior)
    for name in ATTRIBUTES:
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-9, err_msg=name)


def test_the_order_of_components_does_not_matter():
    """scikit-learn's sticks are in the order of the components, and so is its bound."""
    backwards = SHARES[:, ::-1]
    ours = [BayesianGaussianMixture(n_components=3, responsibilities_init=r).fit(ROWS) for r in (SHARES, backwards)]
    np.testing.assert_allclose(ours[0].lower_bounds_, ours[1].lower_bounds_, rtol=1e-12)
    np.testing.assert_allclose(ours[0].means_, ours[1].means_[::-1], rtol=1e-9)


def test_single_precision_gives_nearly_the_same():
    ours = [
        BayesianGaussianMixture(n_components=3, responsibilities_init=SHARES, max_iter=5).fit(ROWS.astype(dtype))
        for dtype in (np.float32, np.float64)
    ]
    assert ours[0].means_.dtype == np.float32
    np.testing.assert_allclose(ours[0].covariances_, ours[1].covariances_, rtol=1e-4, atol=1e-4)
