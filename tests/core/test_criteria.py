from math import inf, isnan, log

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture as SklearnMixture

from mixtura import datasets
from mixtura.criteria import OF_SELECTIONS, Evidence, evaluate, write
from mixtura.errors import DataError, FitError
from mixtura.folds import split
from mixtura.options import Options
from mixtura.selection import select

FAITHFUL = np.ascontiguousarray(datasets.load("faithful").data)
EVIDENCE = Evidence(-100.0, 7, 60.0, 2.0, 3.0, -130.0, 210.0, 220.0)


def test_criteria_are_penalties_of_a_deviance():
    told, deviance = evaluate(EVIDENCE), 200.0
    prices = {"aic": 2.0, "bic": log(60), "caic": log(60) + 1, "sabic": log(62 / 24), "aicc": 2 * 60 / (60 - 8)}
    for name, price in prices.items():
        assert told[name] == pytest.approx(deviance + 7 * price), name
    assert told["icl"] == pytest.approx(told["bic"] + 4)
    assert told["nec"] == pytest.approx(3 / 30)
    assert (told["holdout"], told["cv"]) == (210.0, 220.0)


def test_aicc_needs_more_rows_than_parameters():
    assert evaluate(EVIDENCE._replace(n_rows=8.0))["aicc"] == inf
    assert evaluate(EVIDENCE._replace(n_rows=1e9))["aicc"] == pytest.approx(evaluate(EVIDENCE)["aic"])


def test_one_component_has_an_nec_of_one_and_no_gain_is_worse():
    one = EVIDENCE._replace(entropy=0.0, one_log_likelihood=-100.0)
    assert evaluate(one)["nec"] == 1.0
    assert evaluate(one._replace(entropy=0.1))["nec"] == inf


def test_what_nobody_has_looked_for_is_not_told():
    told = evaluate(Evidence(-100.0, 7, 60.0))
    assert told.keys() == {"bic", "icl", "aic", "aicc", "caic", "sabic"}
    assert not any(map(isnan, told.values()))
    assert write("cv", None) == write("aicc", inf) == "–"


@pytest.mark.parametrize("covariance", ["full", "diag", "spherical", "tied"])
def test_nec_is_that_of_scikit_learns_responsibilities(covariance):
    found = select(FAITHFUL, n_components=[1, 2], covariances=[covariance], options=Options(scale="none", ridge=0.0))
    how = {"covariance_type": covariance, "tol": 1e-9, "max_iter": 1000, "reg_covar": 0, "random_state": 0}
    one, two = (SklearnMixture(k, **how).fit(FAITHFUL) for k in (1, 2))
    shares = two.predict_proba(FAITHFUL)
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum()
    gain = (two.score(FAITHFUL) - one.score(FAITHFUL)) * len(FAITHFUL)
    assert found.candidates[0].criteria["nec"] == 1.0
    assert found.candidates[1].criteria["nec"] == pytest.approx(entropy / gain, rel=1e-2)


@pytest.mark.parametrize("scale", ["standard", "none"])
def test_cross_validation_judges_every_row_by_a_fit_to_others(scale):
    """Of one Gaussian, by SciPy."""
    weights = np.random.default_rng(1).uniform(0.5, 2.0, len(FAITHFUL))
    how = {"n_components": [1], "covariances": ["full"], "options": Options(scale=scale, ridge=0.0), "seed": 3}
    found = {name: select(FAITHFUL, weights, criterion=name, **how).best for name in ("cv", "holdout")}
    deviances = []
    for seen, unseen in split(FAITHFUL, weights, 5, np.random.default_rng(3)):
        mean = np.average(seen.points, axis=0, weights=seen.weights)
        covariance = np.cov(seen.points.T, aweights=seen.weights, ddof=0)
        deviances.append(-2 * unseen.weights @ multivariate_normal(mean, covariance).logpdf(unseen.points))
        share = unseen.weights.sum() / weights.sum()
        if len(deviances) == 1:
            assert found["holdout"].criteria["holdout"] == pytest.approx(deviances[0] / share)
            assert "cv" not in found["holdout"].criteria
    assert found["cv"].criteria["cv"] == pytest.approx(sum(deviances))


def test_folds_share_out_the_rows_that_count_by_weight():
    weights = np.random.default_rng(0).exponential(size=200) * (np.arange(200) % 7 > 0)
    folds = split(np.arange(200.0)[:, None], weights, 4, np.random.default_rng(0))
    unseen = np.concatenate([fold.unseen.points[:, 0] for fold in folds])
    assert sorted(unseen) == np.flatnonzero(weights).tolist()
    for fold in folds:
        assert abs(fold.unseen.total_weight - weights.sum() / 4) <= weights.max()
        assert not set(fold.seen.points[:, 0]) & set(fold.unseen.points[:, 0])
        assert fold.seen.n_rows + fold.unseen.n_rows == np.count_nonzero(weights)


def test_a_row_that_outweighs_all_others_is_a_fold():
    for seed in range(5):
        folds = split(np.arange(5.0)[:, None], np.array([1e9, 1e-9, 1e-9, 1e-9, 1e-9]), 2, np.random.default_rng(seed))
        assert [fold.seen.n_rows + fold.unseen.n_rows for fold in folds] == [5, 5]


def test_a_single_row_cannot_be_left_out():
    with pytest.raises(DataError, match="Only one row counts"):
        select(FAITHFUL, np.eye(len(FAITHFUL))[0], n_components=[1], criterion="cv")


def test_components_that_a_fold_has_no_rows_for_are_not_chosen():
    points = np.random.default_rng(0).normal(size=(6, 1))
    found = select(points, n_components=[1, 5, 6], covariances=["tied"], criterion="cv")
    assert found.best.setting.n_components == 1
    assert found.candidates[-1].criteria["cv"] == inf
    with pytest.raises(FitError):
        select(points, n_components=[6], covariances=["tied"], criterion="cv")


@pytest.mark.parametrize("criterion", OF_SELECTIONS)
def test_every_criterion_chooses_and_says_so(criterion):
    how = {"n_components": [1, 2], "covariances": ["tied", "diag"], "criterion": criterion}
    found = select(FAITHFUL, **how, seed=1)
    assert found.best.criteria[criterion] == min(row[criterion] for row in found.table())
    assert found.best.setting.n_components > 1
    again = select(FAITHFUL, **how, seed=1, options=Options(n_threads=3))
    assert [row[criterion] for row in again.table()] == [row[criterion] for row in found.table()]
