"""Parameters that are known and stay as they are, checked: weights, means and covariances of some components or all."""

from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from mixtura.covariance import MODELS
from mixtura.estimators._attributes import each, shape_of
from mixtura.informed import Known
from mixtura.mixture import Mixture, MixtureParameters

_OWN = ("VVV", "VVI", "VII")  # every component's covariance is its own affair


class Fixed(NamedTuple):
    """Values of what is known; None where nothing is. Rows of NaN are components to be fitted."""

    weights: ndarray | None
    means: ndarray | None
    covariances: ndarray | None  # one for every component

    def known(self, n_components: int) -> Known:
        """Which components these are."""
        return Known(self.weights is not None, _given(self.means, n_components), _given(self.covariances, n_components))

    def over(self, parameters: MixtureParameters) -> MixtureParameters:
        """The parameters, but for what is known."""
        weights, (means, covariances) = parameters
        known = self.known(len(weights))
        means, covariances = means.copy(), covariances.copy()
        if self.means is not None:
            means[known.means] = self.means[known.means]
        if self.covariances is not None:
            covariances[known.covariances] = self.covariances[known.covariances]
        fixed = weights if self.weights is None else self.weights
        return MixtureParameters(fixed, parameters.emission._replace(means=means, covariances=covariances))


def check_fixed(estimator: Any, model: Mixture, shape: tuple[int, int]) -> Fixed:
    """What `fixed_weights`, `fixed_means` and `fixed_covariances` say, for (K, D) means.

    Raises
    ------
    ValueError
        If shapes or values cannot be, or components share what only some of them are given.
    """
    emission: Any = model.emission
    covariance, K = emission.covariance, shape[0]
    fixed = Fixed(
        _array(estimator.fixed_weights, (K,), "fixed_weights"),
        _array(estimator.fixed_means, shape, "fixed_means"),
        _covariances(estimator.fixed_covariances, covariance, shape),
    )
    if fixed.weights is not None and (not (fixed.weights >= 0).all() or abs(fixed.weights.sum() - 1) > 1e-8):
        raise ValueError(f"fixed_weights must be {K} shares that add up to one, got {fixed.weights}.")
    is_known = fixed.known(K).covariances
    if is_known.any() and not is_known.all() and MODELS[covariance] not in [MODELS[name] for name in _OWN]:
        raise ValueError(
            f"fixed_covariances gives some components only, but under covariance_type={covariance!r} components share "
            'what they look like: give all, or take "full", "diag" or "spherical".'
        )
    _check_positive(fixed.covariances, is_known)
    return fixed


def _given(values: ndarray | None, n_components: int) -> ndarray:
    if values is None:
        return np.zeros(n_components, dtype=bool)
    return np.asarray(~np.isnan(values.reshape(n_components, -1)).any(1))


def _array(value: Any, shape: tuple[int, ...], name: str) -> ndarray | None:
    if value is None:
        return None
    array = np.array(value, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}; it needs {shape}.")
    if np.isinf(array).any():
        raise ValueError(f"{name} holds an infinite number.")
    return array


def _covariances(value: Any, covariance: str, shape: tuple[int, int]) -> ndarray | None:
    array = _array(value, shape_of(covariance, *shape), "fixed_covariances")
    return None if array is None else each(array, covariance, shape[0])


def _check_positive(covariances: ndarray | None, is_known: ndarray) -> None:
    if covariances is None:
        return
    for k in np.flatnonzero(is_known):
        own = covariances[k]
        if own.ndim == 2 and np.allclose(own, own.T):
            is_sound = np.linalg.eigvalsh(own)[0] > 0
        else:
            is_sound = own.ndim < 2 and bool((own > 0).all())
        if not is_sound:
            raise ValueError(f"fixed_covariances of component {k} is no covariance: symmetric and positive definite.")
