"""The prior of a `BayesianGaussianMixture`: what its parameters say, and the rows where they say nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils import check_array

from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS
from mixtura.covariance import MODELS
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.estimators._search import little_of
from mixtura.runners.contract import Measured, Runner
from mixtura.vague import CONCENTRATION, NARROWER, SHRINKAGE, moments_of


def prior_of(estimator: Any, source: Measured, runner: Runner) -> dict[str, Any]:
    """The attributes `mean_precision_prior_` and so on; errors are said in scikit-learn's words."""
    D, facts = source.n_columns, moments_of(source, runner)
    is_open = isinstance(estimator.n_components, str)
    concentration = CONCENTRATION if is_open else 1.0 / estimator.n_components
    dof = _check_dof(_or(estimator.degrees_of_freedom_prior, D), D)
    mean, kind = estimator.mean_prior, MODELS[estimator.covariance_type].kind
    scale = (facts.covariance * (dof / NARROWER if is_open else 1.0)) + np.diag(little_of(source))
    given = estimator.covariance_prior
    return {
        "weight_concentration_prior_": _or(estimator.weight_concentration_prior, concentration),
        "mean_precision_prior_": _or(estimator.mean_precision_prior, SHRINKAGE if is_open else 1.0),
        "mean_prior_": facts.mean if mean is None else _of_shape(mean, (D,), "means"),
        "degrees_of_freedom_prior_": dof,
        "covariance_prior_": _of_kind(scale, kind) if given is None else _check_scale(given, kind, D, estimator),
    }


def model_of(prior: Mapping[str, Any], estimator: Any) -> BayesianMixture:
    """The mixture under that prior."""
    ridge = 0.0 if isinstance(estimator.reg_covar, str) else float(estimator.reg_covar)
    emission = NormalWishart(
        estimator.covariance_type,
        ridge,
        tuple(np.asarray(prior["mean_prior_"], dtype=np.float64).tolist()),
        float(prior["mean_precision_prior_"]),
        float(prior["degrees_of_freedom_prior_"]),
        _plain(prior["covariance_prior_"]),
    )
    concentration = CONCENTRATIONS[estimator.weight_concentration_prior_type]
    return BayesianMixture(emission=emission, weights_prior=concentration(float(prior["weight_concentration_prior_"])))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _of_kind(matrix: Float[ndarray, "D D"], kind: str) -> Any:
    variances = np.diagonal(matrix)
    return {"full": matrix, "diagonal": variances.copy(), "spherical": float(variances.mean())}[kind]


def _plain(scale: Any) -> float | tuple[float, ...]:
    """A scale as `NormalWishart` holds it."""
    numbers = np.asarray(scale, dtype=np.float64)
    return float(numbers) if numbers.ndim == 0 else tuple(numbers.ravel().tolist())


def _check_dof(dof: float, n_columns: int) -> float:
    if dof <= n_columns - 1:
        raise ValueError(
            f"The parameter 'degrees_of_freedom_prior' should be greater than {n_columns - 1}, but got {dof:.3f}."
        )
    return dof


def _check_scale(scale: Any, kind: str, n_columns: int, estimator: Any) -> Any:
    name = estimator.covariance_type
    shape = {"full": (n_columns, n_columns), "diagonal": (n_columns,), "spherical": ()}[kind]
    array = _of_shape(scale, shape, f"{name} covariance_prior")
    if array.ndim < 2:
        if array.min() <= 0:
            raise ValueError(f"'{name} covariance_prior' should be positive")
        return array if array.ndim else scale
    if not np.allclose(array, array.T) or np.linalg.eigvalsh(array).min() <= 0:
        raise ValueError(f"'{name} covariance_prior' should be symmetric, positive-definite")
    return array


def _of_shape(value: Any, shape: tuple[int, ...], name: str) -> ndarray:
    array = np.asarray(value, dtype=np.float64) if shape == () else _checked(value)
    if array.shape != shape:
        raise ValueError(f"The parameter '{name}' should have the shape of {shape}, but got {array.shape}")
    return array


def _checked(value: Any) -> ndarray:
    array: ndarray = check_array(np.atleast_1d(value), dtype=[np.float64, np.float32], ensure_2d=False)
    return array
