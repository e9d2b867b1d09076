"""Every covariance model and equal weights, through the estimator."""

import numpy as np
import pytest

from laws.settings import NAMES
from mixtura import GaussianMixture, load, save
from mixtura.covariance import MODELS
from mixtura.estimators._attributes import shape_of

RNG = np.random.default_rng(4)
GROUPS = ((0, 1, 90), (9, 0.5, 60), (-9, 2, 40))  # centre, spread, rows
X = np.concatenate([RNG.normal(centre, spread, (n, 2)) for centre, spread, n in GROUPS])
K, D = 3, 2


@pytest.mark.parametrize("name", [*NAMES, "tied_spherical", "tied_diag"])
def test_a_fit_answers_all_questions(name, tmp_path):
    mixture = GaussianMixture(K, covariance_type=name, init_params="kmeans", random_state=0).fit(X)
    assert np.bincount(mixture.predict(X)).tolist() == [90, 60, 40]
    for attribute in ("covariances_", "precisions_", "precisions_cholesky_"):
        assert getattr(mixture, attribute).shape == shape_of(name, K, D)
    assert mixture.score(X) == pytest.approx(mixture.lower_bound_, abs=1e-4)
    n_free = K - 1 + K * D + MODELS[name].n_free(K, D)
    assert mixture.bic(X) == pytest.approx(-2 * len(X) * mixture.score(X) + n_free * np.log(len(X)))
    again = GaussianMixture(K, covariance_type=name, init_params="kmeans", random_state=1).fit(X).relabel_to(mixture)
    np.testing.assert_allclose(again.covariances_, mixture.covariances_, rtol=1e-2, atol=1e-2)
    assert mixture.sample(7)[0].shape == (7, D)
    save(mixture, tmp_path / "model")
    assert load(tmp_path / "model").model.emission.covariance == name


@pytest.mark.parametrize("name", NAMES)
def test_precisions_may_be_given(name):
    fitted = GaussianMixture(K, covariance_type=name, init_params="kmeans", random_state=0).fit(X)
    given = {"weights_init": fitted.weights_, "means_init": fitted.means_, "precisions_init": fitted.precisions_}
    again = GaussianMixture(K, covariance_type=name, max_iter=3, tol=1e-6, **given).fit(X)
    np.testing.assert_allclose(again.means_, fitted.means_, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_constant_columns_and_equal_rows_are_no_trouble(name):
    rows = np.column_stack([X, np.ones(len(X))])
    rows[:50] = rows[0]
    mixture = GaussianMixture(K, covariance_type=name, init_params="kmeans", random_state=0).fit(rows)
    assert np.isfinite(mixture.score(rows)) and np.isfinite(mixture.covariances_).all()


@pytest.mark.parametrize("name", ["VVV", "VEE"])
def test_equal_weights_stay_equal_and_are_not_counted(name):
    free, equal = (
        GaussianMixture(K, covariance_type=name, equal_weights=flag, init_params="kmeans", random_state=0).fit(X)
        for flag in (False, True)
    )
    assert equal.weights_.tolist() == [1 / K] * K
    assert free.score(X) > equal.score(X)
    per_number = np.log(len(X))
    numbers = [(m.bic(X) + 2 * len(X) * m.score(X)) / per_number for m in (free, equal)]
    assert numbers[0] - numbers[1] == pytest.approx(K - 1)
    assert equal.to_fitted().model.equal_weights


def test_a_start_has_equal_weights_too():
    mixture = GaussianMixture(K, equal_weights=True, max_iter=0, init_params="kmeans", random_state=0).fit(X)
    assert mixture.weights_.tolist() == [1 / K] * K
