"""`GaussianMixture` where the number of components or the covariance type is to be chosen."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mixtura import GaussianMixture, Options, datasets, load, save, select

FAITHFUL = datasets.load("faithful").data
IRIS = datasets.load("iris").data


@pytest.fixture(scope="module")
def chosen():
    return GaussianMixture("auto", covariance_type="auto", random_state=0).fit(FAITHFUL)


def test_the_choice_on_old_faithful_is_the_published_one(chosen):
    """EEE with three components, BIC 2314.316 in the manual of mclust."""
    assert (chosen.n_components_, chosen.covariance_type_) == (3, "tied")
    assert chosen.bic(FAITHFUL) == pytest.approx(2314.316, abs=0.05)
    assert chosen.selection_.best.criteria["bic"] == pytest.approx(chosen.bic(FAITHFUL), abs=1e-3)
    assert len(chosen.selection_.table()) == 36
    runner_up = chosen.selection_.runner_up
    assert chosen.selection_.difference == runner_up.criteria["bic"] - chosen.selection_.best.criteria["bic"] > 0


def test_what_was_chosen_answers_as_a_fit_of_that_kind(chosen):
    alone = GaussianMixture(3, covariance_type="tied", random_state=0).fit(FAITHFUL)
    assert chosen.covariances_.shape == alone.covariances_.shape == (2, 2)
    np.testing.assert_allclose(chosen.means_, alone.means_, rtol=1e-2)
    assert (chosen.predict(FAITHFUL) == alone.predict(FAITHFUL)).mean() > 0.99
    assert chosen.predict_proba(FAITHFUL).shape == (272, 3)
    assert chosen.sample(5)[0].shape == (5, 2)
    assert (alone.n_components_, alone.covariance_type_) == (3, "tied") and not hasattr(alone, "selection_")


def test_parameters_stay_as_they_were_given(chosen):
    numbers, names = range(2, 4), ["EEE", "VVV"]
    mixture = GaussianMixture(numbers, covariance_type=names, random_state=1)
    copy = clone(mixture)
    assert mixture.n_components is numbers and mixture.covariance_type is names
    assert copy.get_params()["covariance_type"] == names
    copy.fit(FAITHFUL)
    assert [c.setting for c in copy.selection_.candidates] == [(k, name) for name in names for k in numbers]
    assert chosen.get_params()["n_components"] == "auto"


def test_every_fit_keeps_its_parameters_and_a_frame_has_a_row_of_each(chosen):
    frame = chosen.selection_.to_frame()
    assert isinstance(frame, pd.DataFrame) and len(frame) == 36
    best = frame.loc[frame["bic"].where(frame["remark"] == "").idxmin()]
    assert (best["n_components"], best["covariance"]) == (3, "tied")
    for candidate in chosen.selection_.candidates:
        assert candidate.parameters.emission.means.shape == (candidate.setting.n_components, 2)
    with pytest.raises(ValueError, match="choose one of pandas, polars, pyarrow"):
        chosen.selection_.to_frame("csv")


@pytest.mark.parametrize("numbers", [[1, 2, 4], (1, 2, 4), np.array([1, 2, 4])], ids=["list", "tuple", "array"])
def test_numbers_come_in_any_container(numbers):
    mixture = GaussianMixture(numbers, covariance_type="diag", random_state=0).fit(FAITHFUL)
    assert sorted({row["n_components"] for row in mixture.selection_.table()}) == [1, 2, 4]


def test_the_criterion_and_the_weights_count():
    how = {"n_components": [1, 2, 3], "covariance_type": ["full", "tied"], "random_state": 0}
    weights = np.repeat([1.0, 0.0], [200, 72])
    weighted = GaussianMixture(**how, criterion="icl").fit(FAITHFUL, sample_weight=weights)
    some = GaussianMixture(**how, criterion="icl").fit(FAITHFUL[:200])
    assert weighted.selection_.criterion == "icl"
    np.testing.assert_allclose(weighted.means_, some.means_)
    asked = select(FAITHFUL[:200], n_components=[1, 2, 3], covariances=["full", "tied"], criterion="icl")
    assert some.n_components_ == asked.best.setting.n_components


def test_options_of_a_fit_hold_for_every_fit():
    how = {"n_components": [2, 3], "covariance_type": ["diag"], "random_state": 0}
    heavy = GaussianMixture(**how, reg_covar=1.0, equal_weights=True, tol=1e-9).fit(FAITHFUL)
    assert heavy.covariances_.min() > 1.0
    assert len(set(heavy.weights_)) == 1
    asked = select(
        FAITHFUL, n_components=[2, 3], covariances=["diag"],
        options=Options(scale="none", ridge=1.0, equal_weights=True, tolerance=1e-9),
    )  # fmt: skip
    assert heavy.bic(FAITHFUL) == pytest.approx(asked.best.criteria["bic"], abs=1e-3)


def test_verbose_tells_of_every_fit_while_choosing(capsys):
    mixture = GaussianMixture([1, 2, 3], covariance_type=["tied", "diag"], random_state=0, verbose=1).fit(FAITHFUL)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 component, tied: BIC 2,607.6"
    assert re.fullmatch(r"2 components, tied: BIC 2,32\d\.\d, at a first look", lines[1])
    searched = {c.setting for c in mixture.selection_.candidates if c.sketched}
    again = {line.partition(":")[0] for line in lines[6:]}  # the winner may be searched twice
    assert again == {f"{k} components, {covariance}" for k, covariance in searched}
    best = mixture.selection_.best
    assert f"3 components, tied: BIC {best.criteria['bic']:,.1f}" in lines[6:]


def test_same_seed_same_choice_for_any_number_of_threads():
    points = np.random.default_rng(0).normal(size=(5000, 2)) * [1, 3]
    how = {"n_components": [1, 2, 3], "covariance_type": ["tied", "diag"], "max_iter": 5, "tol": 1e9}
    one, three = (GaussianMixture(**how, random_state=4, n_jobs=n).fit(points) for n in (1, 3))
    assert one.n_components_ == three.n_components_
    np.testing.assert_array_equal(one.means_, three.means_)


def test_it_works_inside_of_scikit_learn(chosen):
    pipeline = make_pipeline(StandardScaler(), GaussianMixture([2, 3], covariance_type=["tied"], random_state=0))
    assert len(set(pipeline.fit_predict(FAITHFUL))) == 3
    grid = GridSearchCV(
        GaussianMixture(covariance_type=["tied", "diag"], random_state=0), {"n_components": [1, [1, 2]]}, cv=2
    ).fit(FAITHFUL[np.random.default_rng(0).permutation(272)])
    assert grid.best_params_ == {"n_components": [1, 2]}
    again = pickle.loads(pickle.dumps(chosen))
    np.testing.assert_array_equal(again.predict(FAITHFUL), chosen.predict(FAITHFUL))


def test_a_saved_choice_keeps_its_record(chosen, tmp_path):
    save(chosen, tmp_path / "model.safetensors")
    fitted = load(tmp_path / "model.safetensors")
    assert len(fitted.history["selection"]) == 36 and fitted.history["criterion"] == "bic"


def test_a_fit_after_a_choice_forgets_it():
    mixture = GaussianMixture([1, 2], covariance_type="full", random_state=0).fit(FAITHFUL)
    mixture.set_params(n_components=2, covariance_type="spherical").fit(FAITHFUL)
    assert not hasattr(mixture, "selection_") and mixture.covariance_type_ == "spherical"
    assert mixture.covariances_.shape == (2,)


def test_single_precision_stays():
    mixture = GaussianMixture([1, 2], random_state=0).fit(FAITHFUL.astype(np.float32))
    assert mixture.means_.dtype == mixture.predict_proba(FAITHFUL.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": []}, "'n_components' parameter of GaussianMixture must be"),
        ({"n_components": [0, 1]}, "'n_components' parameter of GaussianMixture must be"),
        ({"n_components": "all"}, "'n_components' parameter of GaussianMixture must be"),
        ({"covariance_type": ["full", "VVX"]}, "'covariance_type' parameter of GaussianMixture must be"),
        ({"criterion": "gini"}, "'criterion' parameter of GaussianMixture must be"),
        ({"n_components": [1, 500]}, "500 clusters are asked for, but only 256 different rows count"),
        ({"n_components": "auto", "n_init": 5}, "n_init is of a single fit"),
        ({"n_components": "auto", "warm_start": True}, "warm_start is of a single fit"),
        ({"n_components": "auto", "means_init": np.zeros((2, 2))}, "means_init is of a single fit"),
    ],
)
def test_what_cannot_be_chosen_is_said(parameters, message):
    mixture = GaussianMixture(**parameters)
    with pytest.raises(ValueError, match=message):
        mixture.fit(FAITHFUL)
    with pytest.raises(NotFittedError):
        GaussianMixture(**parameters).predict(FAITHFUL)


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_few_rows_have_few_components(n_rows):
    mixture = GaussianMixture("auto", random_state=0)
    if n_rows == 1:
        with pytest.raises(ValueError, match="minimum of 2 is required"):
            mixture.fit(IRIS[:1])
    else:
        assert mixture.fit(IRIS[:n_rows, :1]).n_components_ == 1
