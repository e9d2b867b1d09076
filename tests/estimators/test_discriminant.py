"""Classes as mixtures: as R's MclustDA, and as scikit-learn's classifiers where the models are theirs."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB

from mixtura import MixtureDiscriminant, classify, datasets, load, save
from mixtura.errors import FitError

KNOWN = json.loads((Path(__file__).parents[1] / "references" / "discriminant.json").read_text())
IRIS = datasets.load("iris")
X, Y = IRIS.data, IRIS.target
TRAIN, TEST = slice(0, None, 2), slice(1, None, 2)
STOPS_SHORT = "VVE"  # mclust ends its inner iterations before the optimum


def horseshoes():
    """Two classes of half moons, which one ellipse each cannot tell apart."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, np.pi, (2, 150))
    upper = np.stack([np.cos(angle[0]), np.sin(angle[0])], axis=1)
    lower = np.stack([1 - np.cos(angle[1]), 0.4 - np.sin(angle[1])], axis=1)
    return np.concatenate([upper, lower]) + rng.normal(0, 0.12, (300, 2)), np.repeat(["upper", "lower"], 150)


@pytest.mark.parametrize("case", KNOWN["edda"], ids=lambda case: case["model"])
def test_one_component_a_class_is_mclust_edda(case):
    model = MixtureDiscriminant(covariance_type=case["model"], reg_covar=0.0).fit(X[TRAIN], Y[TRAIN])
    log_likelihood = model.score_samples(X[TRAIN]).sum()
    assert model.n_parameters_ == case["n_free"] + 2  # and the shares of the classes
    if case["model"] == STOPS_SHORT:
        assert log_likelihood > case["log_likelihood"] + 0.1
        return
    assert log_likelihood == pytest.approx(case["log_likelihood"], abs=1e-5)
    np.testing.assert_allclose(model.predict_proba(X[TEST]), case["probabilities"], atol=1e-5)


@pytest.mark.parametrize("case", KNOWN["mixtures"], ids=lambda case: f"{case['model']} {case['n_components']}")
def test_mixtures_of_classes_are_those_of_mclust_or_better(case):
    model = MixtureDiscriminant([case["n_components"]], covariance_type=case["model"], reg_covar=1e-12, random_state=0)
    model.fit(X[TRAIN], Y[TRAIN])
    assert model.score_samples(X[TRAIN]).sum() > case["log_likelihood"] - 1e-4
    assert model.n_parameters_ == case["n_free"] + 2


@pytest.mark.parametrize(
    ("covariance", "known"),
    [
        ("EEE", LinearDiscriminantAnalysis(solver="lsqr")),
        ("VVI", GaussianNB(var_smoothing=0.0)),
        ("VVV", QuadraticDiscriminantAnalysis(reg_param=0.0)),
    ],
    ids=["linear", "naive", "quadratic"],
)
def test_the_classical_ones_are_models_of_it(covariance, known):
    own = MixtureDiscriminant(covariance_type=covariance, reg_covar=0.0).fit(X[TRAIN], Y[TRAIN])
    known.fit(X[TRAIN], Y[TRAIN])
    # quadratic discriminant analysis divides by rows less one
    tolerance = 0.05 if covariance == "VVV" else 1e-6
    np.testing.assert_allclose(own.predict_proba(X[TEST]), known.predict_proba(X[TEST]), atol=tolerance)


def test_bic_chooses_among_models_and_the_table_says_how():
    model = MixtureDiscriminant(random_state=0).fit(X, Y)
    assert len(model.tried_) == 14
    best = min(model.tried_, key=lambda row: row["bic"])
    assert model.bic_ == best["bic"] == pytest.approx(-2 * best["log_likelihood"] + best["n_free"] * np.log(150))
    assert {one["covariance_type"] for one in model.models_} == {best["model"].partition(",")[0]}


def test_the_log_likelihood_is_of_rows_and_classes_together():
    model = MixtureDiscriminant(covariance_type="EEV").fit(X, Y)
    own = np.log(model.predict_proba(X)[np.arange(150), Y]) + model.score_samples(X)
    assert model.log_likelihood_ == pytest.approx(own.sum())


def test_left_out_rows_choose():
    model = MixtureDiscriminant(covariance_type=["EII", "VEV", "VVI"], criterion="cv", random_state=0).fit(X, Y)
    scores = {row["model"]: row for row in model.tried_}
    assert min(scores, key=lambda name: scores[name]["brier"]) == "VEV,1"
    for name, row in scores.items():
        fitted = MixtureDiscriminant(covariance_type=name.partition(",")[0])
        assert 1 - cross_val_score(fitted, X, Y, cv=5).mean() == pytest.approx(row["error"], abs=0.03)


def test_bent_classes_take_several_components():
    points, classes = horseshoes()
    one = MixtureDiscriminant().fit(points[TRAIN], classes[TRAIN])
    more = MixtureDiscriminant([1, 2, 3, 4], covariance_type=["VVV", "VVI"], random_state=0)
    more.fit(points[TRAIN], classes[TRAIN])
    assert all(model["n_components"] > 1 for model in more.models_)
    assert more.score(points[TEST], classes[TEST]) > 0.98 > one.score(points[TEST], classes[TEST]) + 0.02
    assert more.bic_ < one.bic_


def test_more_components_by_left_out_rows():
    points, classes = horseshoes()
    model = MixtureDiscriminant([1, 3], covariance_type=["VVI"], criterion="cv", n_folds=3, random_state=0)
    model.fit(points, classes)
    assert len(model.tried_) == 2
    assert max(part["n_components"] for part in model.models_) == 3


def test_integer_weights_are_repeated_rows():
    weights = np.random.default_rng(0).integers(0, 3, 150)
    one = MixtureDiscriminant(covariance_type="VEV").fit(X, Y, weights)
    other = MixtureDiscriminant(covariance_type="VEV").fit(np.repeat(X, weights, axis=0), np.repeat(Y, weights))
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_priors_move_the_border():
    plain = MixtureDiscriminant(covariance_type="EEE").fit(X, Y)
    moved = MixtureDiscriminant(covariance_type="EEE", priors=[0.1, 0.1, 0.8]).fit(X, Y)
    odds = plain.predict_proba(X) * [0.1, 0.1, 0.8]
    np.testing.assert_allclose(moved.predict_proba(X), odds / odds.sum(1, keepdims=True), atol=1e-9)


def test_it_is_a_model_file_whose_clusters_are_the_classes(tmp_path):
    points, classes = horseshoes()
    model = MixtureDiscriminant([1, 2], covariance_type="VVI", random_state=0).fit(points, classes)
    save(model, tmp_path / "model.safetensors")
    kept = load(tmp_path / "model.safetensors")
    assert kept.cluster_names == ("lower", "upper")
    labels = np.array(kept.cluster_names)[classify(kept, points).labels]
    np.testing.assert_array_equal(labels, model.predict(points))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"priors": [0.5, 0.5]}, "priors must be 3 shares"),
        ({"covariance_type": "VVX"}, "'covariance_type' parameter of MixtureDiscriminant must be a str among"),
        ({"n_components": []}, "'n_components' parameter"),
        ({"n_components": 0}, "'n_components' parameter"),
        ({"n_folds": 1}, "'n_folds' parameter"),
    ],
)
def test_bad_options_are_answered(options, said):
    with pytest.raises(ValueError, match=said):
        MixtureDiscriminant(**options).fit(X, Y)


def test_a_class_of_few_rows_takes_few_components():
    rows = [0, 1, *range(50, 100)]
    model = MixtureDiscriminant([1, 2], covariance_type=["EII", "VVI"], random_state=0).fit(X[rows], Y[rows])
    assert model.models_[0]["n_components"] == 1


def test_data_that_cannot_be_classified():
    with pytest.raises(ValueError, match="y holds the one class"):
        MixtureDiscriminant().fit(X, np.zeros(150))
    with pytest.raises(ValueError, match="Unknown label type"):
        MixtureDiscriminant().fit(X, X[:, 0] + 0.01)
    with pytest.raises(ValueError, match="NaN"):
        MixtureDiscriminant().fit(np.where(X > 7, np.nan, X), Y)
    with pytest.raises(ValueError, match="A class has 2 rows, fewer than n_folds=5"):
        MixtureDiscriminant(criterion="cv").fit(X[48:], Y[48:])
    flat = np.zeros((20, 2))
    with pytest.raises(FitError, match="None of the 14 models can be fitted"):
        MixtureDiscriminant(reg_covar=0.0).fit(flat, np.repeat([0, 1], 10))
    with pytest.raises(FitError, match=r"Class 1 of 2 \(10 rows\)"):
        MixtureDiscriminant([1, 2], reg_covar=0.0).fit(flat, np.repeat([0, 1], 10))
