"""What asks of a fitted mixture asks of estimators too, and of nothing else."""

from inspect import isfunction
from pathlib import Path

import numpy as np
import pytest

import mixtura
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of

X = mixtura.datasets.load("faithful").data
QUESTIONS = {
    "classify": lambda fitted, folder: mixtura.classify(fitted, X).labels,
    "combine": lambda fitted, folder: mixtura.combine(fitted, X).mixture(1).parameters.weights,
    "compare": lambda fitted, folder: mixtura.compare(fitted, fitted, X).flow,
    "describe": lambda fitted, folder: mixtura.describe(fitted, X).headline,
    "discriminant_directions": lambda fitted, folder: mixtura.discriminant_directions(fitted).matrix,
    "drift_test": lambda fitted, folder: mixtura.drift_test(fitted, X[:150], X[150:], n_draws=9).p_value,
    "explain_row": lambda fitted, folder: mixtura.explain_row(fitted, X[0]).sentence,
    "impute": lambda fitted, folder: mixtura.impute(fitted, np.where(X > 80, np.nan, X)),
    "outlier_p_values": lambda fitted, folder: mixtura.outlier_p_values(fitted, X, n_draws=99),
    "sample": lambda fitted, folder: mixtura.sample(fitted, 5),
    "save": lambda fitted, folder: bytes_of(mixtura.save(fitted, folder / "written"), folder / "written"),
    "stability": lambda fitted, folder: mixtura.stability(fitted, X, n_replicates=2).means,
    "uncertainty": lambda fitted, folder: mixtura.uncertainty(fitted, X, method="information").errors["means"],
    "update": lambda fitted, folder: mixtura.update(fitted, X).parameters.weights,
    "write_report": lambda fitted, folder: bytes_of(
        mixtura.write_report(folder / "written", fitted, X, show_rows=False), folder / "written"
    ),
}


def bytes_of(nothing: None, path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture(scope="module")
def estimator():
    return mixtura.GaussianMixture(2, random_state=0).fit(X)


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_estimator_will_do_for_the_mixture_that_it_fitted(name, estimator, tmp_path):
    asked = QUESTIONS[name]
    np.testing.assert_equal(asked(estimator, tmp_path), asked(estimator.to_fitted(), tmp_path))


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("model", [None, X, mixtura.KMeans(2)], ids=["nothing", "rows", "k-means"])
def test_what_holds_no_mixture_is_refused(name, model, tmp_path):
    with pytest.raises(TypeError, match=f"A fitted mixture is needed, .* and not a {type(model).__name__}"):
        QUESTIONS[name](model, tmp_path)


def test_models_and_choices_are_shown_on_a_line(estimator):
    selection = mixtura.select(X, n_components=[1, 2], covariances=["full"])
    assert repr(selection) == "<Selection: bic, fits: 2, best: Setting(n_components=2, covariance='full')>"
    assert repr(selection._replace(ranking=())) == "<Selection: bic, fits: 2, best: None>"
    assert repr(selection.best).startswith(
        "<Candidate: Setting(n_components=2, covariance='full'), log-likelihood: -11"
    )
    assert repr(mixtura.assemble(selection)) == "<FittedMixture: Gaussian, components: 2, columns: 2>"
    assert repr(mixtura.combine(estimator, X).mixture(1)) == "<FittedMixture: Grouped, components: 1, columns: 2>"


def test_an_estimator_that_has_fitted_nothing_says_so():
    with pytest.raises(ValueError, match="not fitted yet"):
        fitted_of(mixtura.GaussianMixture(2))


def test_every_function_that_takes_a_mixture_is_asked():
    functions = [getattr(mixtura, name) for name in mixtura.__all__ if isfunction(getattr(mixtura, name))]
    takes = {f.__name__: [kind for name, kind in f.__annotations__.items() if name != "return"] for f in functions}
    assert {name for name, kinds in takes.items() if AnyFitted in kinds} == set(QUESTIONS)
    assert not any(FittedMixture in kinds for kinds in takes.values())
