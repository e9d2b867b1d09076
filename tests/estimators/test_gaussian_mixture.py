"""What `GaussianMixture` adds to scikit-learn's contract, and what it says to input that cannot be used."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from mixtura import FittedMixture, GaussianMixture, load, save
from mixtura.em import Outcome
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource


def groups(sizes=(200, 50, 100), distance=8.0):
    rng = np.random.default_rng(5)
    return np.concatenate([rng.normal(distance * k, 1, (size, 2)) for k, size in enumerate(sizes)])


X = groups()
ORDERED = {"weight": [0, 2, 1], "means": [0, 1, 2]}  # the groups of `groups`, as the components should name them
GIVEN = {"means_init": [[8, 8], [16, 16], [0, 0]], "weights_init": [0.3, 0.3, 0.4], "precisions_init": [np.eye(2)] * 3}


def centres(mixture):
    return np.round(mixture.means_[:, 0] / 8).astype(int).tolist()


@pytest.mark.parametrize("order", ["weight", "means"])
@pytest.mark.parametrize("seed", range(4))
def test_components_are_numbered_alike_for_every_seed(order, seed):
    assert centres(GaussianMixture(3, order=order, random_state=seed).fit(X)) == ORDERED[order]


def test_a_start_that_is_given_keeps_its_order():
    assert centres(GaussianMixture(3, **GIVEN).fit(X)) == [1, 2, 0]
    assert centres(GaussianMixture(3, means_init=GIVEN["means_init"]).fit(X)) == [1, 2, 0]
    assert centres(GaussianMixture(3, **GIVEN, order="weight").fit(X)) == ORDERED["weight"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_warm_start_goes_on_and_keeps_the_numbers():
    at_once = GaussianMixture(3, **GIVEN, max_iter=4, tol=0).fit(X)
    in_steps = GaussianMixture(3, **GIVEN, max_iter=2, tol=0, warm_start=True).fit(X).fit(X)
    np.testing.assert_allclose(in_steps.means_, at_once.means_, rtol=1e-12)
    assert in_steps.lower_bound_ == pytest.approx(at_once.lower_bound_, rel=1e-12)


def test_a_warm_start_of_another_shape_is_refused():
    mixture = GaussianMixture(3, warm_start=True, random_state=0).fit(X)
    with pytest.raises(ValueError, match="3 components in 2 columns, but 2 in 2 are asked for"):
        mixture.set_params(n_components=2).fit(X)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_relabelling_follows_an_earlier_fit(covariance):
    earlier = GaussianMixture(3, covariance_type=covariance, order="means", random_state=0).fit(X)
    for reference in (earlier, earlier.means_, earlier.to_fitted()):
        later = GaussianMixture(3, covariance_type=covariance, random_state=1).fit(X[::2])
        labels, log_density = later.predict(X), later.score_samples(X)
        assert centres(later.relabel_to(reference)) == ORDERED["means"]
        np.testing.assert_array_equal(later.predict(X), np.array([0, 2, 1])[labels])
        np.testing.assert_allclose(later.score_samples(X), log_density)
        np.testing.assert_allclose(later.to_fitted().parameters.emission.means, later.means_)


def test_a_reference_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"means of shape \(2, 2\), this fit \(3, 2\)"):
        GaussianMixture(3, random_state=0).fit(X).relabel_to(np.zeros((2, 2)))


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_the_value_answers_as_the_estimator_does(covariance):
    mixture = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(X)
    fitted = mixture.to_fitted()
    assert isinstance(fitted, FittedMixture)
    assert fitted.features == ("x0", "x1")
    [(probabilities, log_density)] = Local(1).each(ArraySource(X), fitted.model.posterior(fitted.parameters))
    np.testing.assert_allclose(probabilities, mixture.predict_proba(X), rtol=1e-12)
    np.testing.assert_allclose(log_density, mixture.score_samples(X), rtol=1e-14)
    assert fitted.history["log_likelihood"] == pytest.approx(mixture.score(X) * len(X))
    for name in ("bic", "aic", "icl"):
        assert fitted.history["criteria"][name] == pytest.approx(getattr(mixture, name)(X))


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_a_file_of_a_fit_answers_as_the_estimator_does(covariance, tmp_path):
    frame = pytest.importorskip("pandas").DataFrame(X, columns=["height", "weight"])
    mixture = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(frame)
    for fitted, order in ((mixture.to_fitted(), "weight"), (mixture.relabel_to(mixture).to_fitted(), "none")):
        save(fitted, tmp_path / "model.safetensors")
        loaded = load(tmp_path / "model.safetensors")
        assert loaded.features == ("height", "weight")
        assert loaded.order == order
        [(probabilities, _)] = Local(1).each(ArraySource(X), loaded.model.posterior(loaded.parameters))
        np.testing.assert_allclose(probabilities, mixture.predict_proba(frame), rtol=1e-12)


def test_an_estimator_can_be_saved_as_it_is(tmp_path):
    mixture = GaussianMixture(3, random_state=0).fit(X)
    for name, what in (("a", mixture), ("b", mixture.to_fitted())):
        save(what, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_attributes_set_by_hand_are_what_counts():
    mixture = GaussianMixture(3, random_state=0).fit(X)
    mixture.means_ = mixture.means_[::-1].copy()
    mixture.precisions_cholesky_ = 2 * mixture.precisions_cholesky_
    parameters = mixture.to_fitted().parameters
    np.testing.assert_array_equal(parameters.emission.means, mixture.means_)
    np.testing.assert_allclose(parameters.emission.covariances, mixture.covariances_ / 4)
    rows, labels = mixture.sample(4000)
    np.testing.assert_allclose(np.cov(rows[labels == 0].T), mixture.covariances_[0] / 4, atol=0.05)


def test_icl_is_bic_plus_twice_the_entropy_of_the_labels():
    points = groups(distance=2.0)
    mixture = GaussianMixture(3, random_state=0).fit(points)
    entropy = -np.log(mixture.predict_proba(points).max(1)).sum()
    assert entropy > 1
    assert mixture.icl(points) == pytest.approx(mixture.bic(points) + 2 * entropy)


def test_responsibilities_are_features():
    pytest.importorskip("pandas")
    mixture = GaussianMixture(3, random_state=0).set_output(transform="pandas")
    table = mixture.fit_transform(X)
    assert list(table.columns) == ["gaussianmixture0", "gaussianmixture1", "gaussianmixture2"]
    np.testing.assert_array_equal(table, mixture.predict_proba(X))


def test_every_start_is_on_record():
    mixture = GaussianMixture(3, n_init=3, init_params="random_from_data", random_state=0).fit(X)
    assert [start["kind"] for start in mixture.fit_report_["starts"]] == ["random_from_data"] * 3
    assert mixture.log_likelihoods_.max() == pytest.approx(mixture.lower_bound_ * len(X))
    assert mixture.outcome_ is Outcome.CONVERGED
    assert len(mixture.lower_bounds_) == mixture.n_iter_


def test_callbacks_see_every_iteration():
    seen = []
    mixture = GaussianMixture(3, **GIVEN, callbacks=[lambda step: seen.append(step.trace[-1])]).fit(X)
    np.testing.assert_allclose(np.array(seen) / len(X), mixture.lower_bounds_)


def test_an_interrupt_leaves_the_best_so_far():
    def interrupt(step):
        if len(step.trace) == 2:
            raise KeyboardInterrupt

    mixture = GaussianMixture(3, **GIVEN, tol=0, callbacks=[interrupt])
    with pytest.raises(KeyboardInterrupt):
        mixture.fit(X)
    assert mixture.outcome_ is Outcome.INTERRUPTED
    assert not mixture.converged_
    reached = GaussianMixture(3, **GIVEN, tol=0, max_iter=2)
    with pytest.warns(ConvergenceWarning):
        reached.fit(X)
    np.testing.assert_array_equal(mixture.means_, reached.means_)


def test_verbose_prints_iterations(capsys):
    GaussianMixture(3, **GIVEN, verbose=2, verbose_interval=2).fit(X)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Initialization 0"
    assert lines[1].startswith("  Iteration 2\t time lapse ")
    assert lines[-1] == "Initialization converged."


def test_weights_out_of_range_are_named():
    with pytest.raises(ValueError, match=r"got max value 1\.50000, min value -0\.50000"):
        GaussianMixture(2, weights_init=[1.5, -0.5]).fit(X)
    with pytest.raises(ValueError, match="should be normalized, but got sum"):
        GaussianMixture(2, weights_init=[0.5, 0.4]).fit(X)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_precisions_that_are_given_come_back(covariance):
    precisions = {
        "full": [4 * np.eye(2)] * 3,
        "tied": 4 * np.eye(2),
        "diag": np.full((3, 2), 4.0),
        "spherical": [4.0] * 3,
    }
    given = GIVEN | {"precisions_init": precisions[covariance]}
    mixture = GaussianMixture(3, covariance_type=covariance, max_iter=0, **given).fit(X)
    np.testing.assert_allclose(mixture.precisions_, precisions[covariance])
    np.testing.assert_allclose(mixture.precisions_cholesky_, np.sqrt(precisions[covariance]))
    assert mixture.n_iter_ == 0
    assert not mixture.converged_


def test_components_that_are_accidents_are_named_with_the_remedy():
    points = np.random.default_rng(0).normal(size=(40, 2))
    points[:3] = points[0] + [[0, 0], [1e-9, 0], [0, 1e-9]]
    means = np.array([points[0], [0.0, 0.0]])
    precisions = np.array([np.eye(2) * 1e12, np.eye(2)])
    mixture = GaussianMixture(2, means_init=means, weights_init=[0.1, 0.9], precisions_init=precisions)
    with pytest.warns(ConvergenceWarning, match=r"component 0 \(3 rows\)\. Try fewer than n_components=2"):
        mixture.fit(points)


def test_the_report_says_how_many_runs_agree():
    report = GaussianMixture(3, random_state=0).fit(X).fit_report_
    assert 1 < report["n_agreeing"] <= report["n_runs"]
    assert report["doubt"] == ""
    assert [start["n_rounds"] > 0 for start in report["starts"]] == [True] * len(report["starts"])
