"""Standard errors: against normal theory, against each other, and against R's mclust."""

import json
from pathlib import Path

import numpy as np
import pytest

import mixtura
from mixtura import Options, Prior, datasets
from mixtura.errors import DataError, FitError
from mixtura.resampling.parameters import METHODS, aligned
from mixtura.resampling.replicates import original

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust_errors.json").read_text())
FAITHFUL = np.ascontiguousarray(datasets.load("faithful").data)
NAMES = ("weights", "means", "covariances")
TYPES = {"bs": "bootstrap", "wlbs": "weighted", "pb": "parametric"}
ONE = np.random.default_rng(0).multivariate_normal([1.0, -5.0], [[4.0, 1.5], [1.5, 1.0]], 500)


def fit(points, n_components, covariance="VVV", **options):
    how = Options(**({"ridge": 0.0, "tolerance": 1e-8} | options))
    return mixtura.assemble(mixtura.select(points, n_components=[n_components], covariances=[covariance], options=how))


def cases(is_jackknife):
    chosen = [case for case in REFERENCE["cases"] if (case["type"] == "jk") is is_jackknife]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: f"{case['model']} {case['type']}")


@cases(is_jackknife=False)
def test_bootstraps_of_mclust(case):
    """Both have errors of their own: of so many fits each, some five per cent."""
    found = mixtura.uncertainty(
        fit(FAITHFUL, 2, case["model"]), FAITHFUL, method=TYPES[case["type"]], n_replicates=400, n_threads=2
    )
    for name in NAMES:
        np.testing.assert_allclose(found.errors[name], case[name], rtol=0.25)
    ratios = np.concatenate([(found.errors[name] / np.array(case[name])).ravel() for name in NAMES])
    assert abs(np.log(ratios).mean()) < 0.06


@cases(is_jackknife=True)
def test_the_jackknife_of_mclust(case):
    found = mixtura.uncertainty(fit(FAITHFUL, 2, case["model"]), FAITHFUL, method="jackknife")
    assert len(found.replicates["weights"]) == len(FAITHFUL)
    for name in NAMES:
        np.testing.assert_allclose(found.errors[name], case[name], rtol=0.05)  # mclust's fits end early


@pytest.mark.parametrize("scale", ["none", "standard"])
def test_normal_theory_of_one_component(scale):
    """Of n rows with covariance S: S / n for the mean, (S_ij² + S_ii S_jj) / n for S_ij."""
    found = mixtura.uncertainty(fit(ONE, 1, scale=scale), ONE, method="information")
    S, n = np.cov(ONE.T, bias=True), len(ONE)
    np.testing.assert_allclose(found.errors["means"][0], np.sqrt(np.diag(S) / n), rtol=1e-6)
    wanted = np.sqrt((S**2 + np.outer(np.diag(S), np.diag(S))) / n)
    np.testing.assert_allclose(found.errors["covariances"][0], wanted, rtol=1e-6)
    assert found.errors["weights"].tolist() == [0] and found.low["weights"].tolist() == [1]


def test_the_sandwich_of_one_component_is_that_of_moments():
    """Whatever the rows are: the variance of (x_i - m_i)(x_j - m_j) over n, for S_ij."""
    points = np.random.default_rng(1).exponential(size=(400, 2))
    found = mixtura.uncertainty(fit(points, 1), points, method="sandwich")
    away = points - points.mean(0)
    products = away[:, :, None] * away[:, None, :]
    np.testing.assert_allclose(found.errors["means"][0], points.std(0) / 20, rtol=1e-5)
    np.testing.assert_allclose(found.errors["covariances"][0], products.std(0) / 20, rtol=1e-5)


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("EII", "VEI", "VEE", "EVE", "VVE", "VEV")]


@pytest.mark.parametrize("name", ["EVI", "VVI", "EEE", "EEV", "EVV", "VVV", *SLOW])
def test_the_sandwich_is_what_the_jackknife_tends_to(name):
    points = np.ascontiguousarray(FAITHFUL[::3])
    fitted = fit(points, 2, name, scale="none")
    sandwich, jackknife = (mixtura.uncertainty(fitted, points, method=m) for m in ("sandwich", "jackknife"))
    for what in NAMES:
        np.testing.assert_allclose(sandwich.errors[what], jackknife.errors[what], rtol=0.1, atol=1e-9)


@pytest.mark.parametrize("method", ["bootstrap", "sandwich", "information"])
def test_intervals_hold_the_truth_as_often_as_they_say(method):
    """Of 40 samples with known parameters: binomial, so that 95 % may be 31 of them to all."""
    rng, held = np.random.default_rng(3), np.zeros(3)
    for _ in range(40):
        points = np.concatenate([rng.normal(0, 1, (60, 1)), rng.normal(9, 2, (40, 1))])
        fitted = mixtura.GaussianMixture(2, order="means", init_params="kmeans", random_state=0).fit(points).to_fitted()
        found = mixtura.uncertainty(fitted, points, method=method, n_replicates=40)
        truth = {"means": np.array([[0.0], [9.0]]), "covariances": np.array([[[1.0]], [[4.0]]])}
        inside = [(found.low[name] <= value) & (value <= found.high[name]) for name, value in truth.items()]
        held += [inside[0].all(), inside[1][0].all(), inside[1][1].all()]
    assert held.min() >= 28


def test_threads_and_seeds():
    fitted = fit(FAITHFUL, 2)
    one, three, other = (
        mixtura.uncertainty(fitted, FAITHFUL, n_replicates=6, **how)
        for how in ({"n_threads": 1}, {"n_threads": 3}, {"seed": 1})
    )
    for name in NAMES:
        np.testing.assert_array_equal(one.replicates[name], three.replicates[name])
    assert not np.array_equal(one.replicates["means"], other.replicates["means"])


def test_intervals_stay_where_parameters_can_be():
    points = np.concatenate([FAITHFUL[:40], FAITHFUL[:4] + np.array([20.0, 0.0])])
    fitted = fit(points, 2, "VVI", ridge=1e-4)
    for method in METHODS:
        found = mixtura.uncertainty(fitted, points, method=method, n_replicates=20)
        for low, value, high in zip(found.low.values(), found.estimates.values(), found.high.values(), strict=True):
            assert np.isfinite(low).all() and (low <= high).all() and np.isfinite(value).all()
        assert found.low["weights"].min() >= 0 and found.high["weights"].max() <= 1
        assert np.einsum("kdd->kd", found.low["covariances"]).min() > 0


def test_weights_that_count_rows_twice_are_rows_twice():
    counts = np.random.default_rng(0).integers(1, 4, len(FAITHFUL)).astype(float)
    twice = np.repeat(FAITHFUL, counts.astype(int), axis=0)
    fitted = fit(twice, 2)
    weighted = mixtura.uncertainty(fitted, FAITHFUL, counts, method="sandwich")
    repeated = mixtura.uncertainty(fitted, twice, method="sandwich")
    for name in NAMES:
        np.testing.assert_allclose(weighted.errors[name], repeated.errors[name], rtol=1e-8)


@pytest.mark.parametrize("equal_weights", [False, True])
def test_noise_has_an_error_too(equal_weights):
    grid = np.array([[x, y] for x in range(1, 7) for y in range(40, 100, 6)])
    points = np.concatenate([FAITHFUL, grid])
    fitted = fit(points, 2, outliers="uniform", equal_weights=equal_weights)
    sandwich, bootstrap = (
        mixtura.uncertainty(fitted, points, method=m, n_replicates=60) for m in ("sandwich", "bootstrap")
    )
    for name in (*NAMES, "noise_share"):
        np.testing.assert_allclose(sandwich.errors[name], bootstrap.errors[name], rtol=0.5)
    parametric = mixtura.uncertainty(fitted, points, method="parametric", n_replicates=40)
    assert 0.5 < parametric.errors["noise_share"] / bootstrap.errors["noise_share"] < 2


def test_bad_input():
    fitted = fit(FAITHFUL, 2)
    for options, words in (
        ({"method": "some"}, "method='some' is unknown"),
        ({"n_replicates": 1}, "n_replicates is 1; at least two"),
        ({"level": 95}, "level is 95"),
    ):
        with pytest.raises(ValueError, match=words):
            mixtura.uncertainty(fitted, FAITHFUL, **options)
    with pytest.raises(DataError):
        mixtura.uncertainty(fitted, FAITHFUL[:, :1])
    with pytest.raises(ValueError, match='the fit had a prior: use "bootstrap"'):
        mixtura.uncertainty(fit(FAITHFUL, 2, prior=Prior()), FAITHFUL, method="sandwich")


def test_a_fit_that_is_not_at_a_peak_has_no_curvature():
    far = mixtura.GaussianMixture(3, max_iter=1, init_params="random", random_state=0)
    with pytest.warns(UserWarning):
        fitted = far.fit(FAITHFUL).to_fitted()
    with pytest.raises(FitError, match="has no peak where the fit ended"):
        mixtura.uncertainty(fitted, FAITHFUL, method="information")


@pytest.mark.parametrize("method", ["information", "sandwich"])
def test_curvature_is_for_complete_rows(method):
    rows = np.where(np.arange(FAITHFUL.size).reshape(FAITHFUL.shape) == 6, np.nan, FAITHFUL)
    with pytest.raises(DataError, match='cells are missing in 1 of 272: use "bootstrap"'):
        mixtura.uncertainty(fit(FAITHFUL, 2), rows, method=method)


def test_components_of_a_replicate_are_matched_to_those_of_the_fit():
    origin = original(fit(FAITHFUL, 3, "EEE"), FAITHFUL)
    turned = origin.model.reorder(origin.parameters, np.array([2, 0, 1]))
    np.testing.assert_array_equal(aligned(origin, turned).weights, origin.parameters.weights)


@pytest.mark.parametrize(("method", "n_fits"), [("bootstrap", 5), ("information", 0)])
def test_it_is_told_in_a_line_without_its_fits(method, n_fits):
    how = {"n_replicates": 5} if n_fits else {}
    found = mixtura.uncertainty(fit(FAITHFUL, 1), FAITHFUL, method=method, **how)
    assert repr(found) == f"<Uncertainty: {method}, level: 0.95, fits: {n_fits}>"
