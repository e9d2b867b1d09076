"""`partial_fit` of a posterior: what batches raise together is the posterior of all rows, and files keep it."""

import numpy as np
import pytest
from sklearn.base import clone

import mixtura
from laws.posteriors import setting
from mixtura import BayesianGaussianMixture, Schedule
from mixtura.covariance import ALIASES, MODELS

_rng = np.random.default_rng(0)
X = _rng.normal(size=(600, 2)) * [1, 3] + [5, -2]
GROUPS = np.concatenate([X, X + np.array([30, 0])])[_rng.permutation(1200)]
PRIOR = {
    "mean_prior": [0.0, 0.0], "covariance_prior": np.eye(2), "degrees_of_freedom_prior": 4.0,
    "mean_precision_prior": 0.5, "weight_concentration_prior": 1.0,
}  # fmt: skip
ALL = Schedule(power=1)
POSTERIOR = ("weights_", "means_", "covariances_", "mean_precision_", "degrees_of_freedom_")


@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_one_component_is_exact(covariance):
    """The prior is conjugate: the posterior of a batch is the prior of the next."""
    alone = BayesianGaussianMixture(covariance_type=covariance, schedule=ALL, **PRIOR)
    online, whole = clone(alone), clone(alone).fit(X, sample_weight=np.arange(600) % 3)
    for batch, weights in zip(np.split(X, [200, 210]), np.split(np.arange(600) % 3, [200, 210]), strict=True):
        online.partial_fit(batch, sample_weight=weights)
    for name in POSTERIOR:
        np.testing.assert_allclose(getattr(online, name), getattr(whole, name), rtol=1e-10, err_msg=name)
    assert online.n_samples_seen_ == 600


def test_groups_far_apart_are_those_of_all_rows():
    online, whole = (
        BayesianGaussianMixture(n_components=2, random_state=0, schedule=ALL, weight_concentration_prior_type=kind)
        for kind in ["dirichlet_distribution"] * 2
    )
    for batch in np.split(GROUPS, 4):
        online.partial_fit(batch)
    whole.set_params(
        covariance_prior=online.covariance_prior_, mean_prior=online.mean_prior_, degrees_of_freedom_prior=2
    ).fit(GROUPS)
    whole.relabel_to(online)
    np.testing.assert_allclose(online.means_, whole.means_, rtol=1e-6)
    np.testing.assert_allclose(online.covariances_, whole.covariances_, rtol=1e-5, atol=1e-6)


def test_a_file_goes_on_as_the_estimator_does(tmp_path):
    online = BayesianGaussianMixture(n_components="auto", random_state=0).partial_fit(GROUPS[:500])
    online.partial_fit(GROUPS[500:700])
    mixtura.save(online.to_fitted(), tmp_path / "model.safetensors")
    kept = mixtura.update(mixtura.load(tmp_path / "model.safetensors"), GROUPS[700:])
    theirs = online.partial_fit(GROUPS[700:]).to_fitted()
    assert theirs.n_components == 2
    for one, other in zip(kept.parameters.emission, theirs.parameters.emission, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_a_posterior_says_what_it_has_learnt():
    """So `fit`, which keeps no sums, can be gone on from, to what `partial_fit` from the first batch on comes to."""
    begun, fitted = (
        BayesianGaussianMixture(n_components=2, random_state=0, schedule=ALL, covariance_type="tied") for _ in range(2)
    )
    begun.partial_fit(GROUPS[:800]).partial_fit(GROUPS[800:])
    fitted.fit(GROUPS[:800]).partial_fit(GROUPS[800:])
    for name in POSTERIOR:
        np.testing.assert_allclose(getattr(fitted, name), getattr(begun, name), rtol=1e-3, err_msg=name)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ALIASES])
def test_sums_that_are_implied_lead_back(name):
    model, parameters, block = setting(name)
    sums = model.statistics(parameters)(block)
    after = model.maximise(sums, parameters).emission
    implied = model.emission.implied(after.counts, after)
    again = model.emission.maximise(implied, after.counts, after)
    for one, other in zip(again, after, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    if name in ("VVV", "VVI", "VII"):  # where shapes say all that sums do
        told = model.emission.recentre(sums.emission, sums.counts, parameters.emission, after)
        for one, other in zip(implied, told, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8)


def test_components_take_the_numbers_of_an_earlier_posterior():
    fitted = BayesianGaussianMixture(n_components=2, random_state=0).fit(GROUPS)
    labels, means, counts = fitted.predict(GROUPS), fitted.means_.copy(), fitted.mean_precision_.copy()
    fitted.relabel_to(means[::-1])
    np.testing.assert_array_equal(fitted.predict(GROUPS), 1 - labels)
    np.testing.assert_array_equal(fitted.mean_precision_, counts[::-1])
