"""A start that the user gives, whole or in part: checked with scikit-learn's messages, laid over one that is drawn."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils import check_array

from mixtura.emissions.gaussian import GaussianParameters
from mixtura.estimators._attributes import each, shape_of
from mixtura.mixture import MixtureParameters


class Given(NamedTuple):
    """What the user gives of a start; None is drawn."""

    weights: Float[ndarray, " K"] | None
    means: Float[ndarray, "K D"] | None
    covariances: ndarray | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given."""
        return all(field is None for field in self)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to draw."""
        return all(field is not None for field in self)

    def over(self, drawn: Iterable[ndarray | None]) -> MixtureParameters:
        """The start: what is given, and for the rest the weights, means and covariances drawn."""
        pairs = zip(self, drawn, strict=True)
        weights, means, covariances = (np.asarray(other if own is None else own) for own, other in pairs)
        return MixtureParameters(weights, GaussianParameters(means, covariances))


NOTHING = Given(None, None, None)


def check_given(weights: Any, means: Any, precisions: Any, covariance: str, shape: tuple[int, int]) -> Given:
    """The start that `weights_init`, `means_init` and `precisions_init` describe, for (K, D) means."""
    return Given(
        None if weights is None else _check_weights(weights, shape[0]),
        None if means is None else _as_array(means, shape, "means"),
        None if precisions is None else _covariances(precisions, covariance, shape),
    )


def _check_weights(weights: Any, n_components: int) -> Float[ndarray, " K"]:
    array = _as_array(weights, (n_components,), "weights")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            "The parameter 'weights' should be in the range [0, 1], "
            f"but got max value {array.max():.5f}, min value {array.min():.5f}"
        )
    if abs(array.sum() - 1) > (1e-6 if getattr(weights, "dtype", None) == np.float32 else 1e-8):
        raise ValueError(f"The parameter 'weights' should be normalized, but got sum(weights) = {array.sum():.5f}")
    return array


def _covariances(precisions: Any, covariance: str, shape: tuple[int, int]) -> ndarray:
    name = f"{covariance} precision"
    array = each(_as_array(precisions, shape_of(covariance, *shape), name), covariance, shape[0])
    if array.ndim < 3:
        if array.min() <= 0:
            raise ValueError(f"'{name}' should be positive")
        return 1 / array
    if not np.allclose(array, np.swapaxes(array, 1, 2)) or np.linalg.eigvalsh(array).min() <= 0:
        raise ValueError(f"'{name}' should be symmetric, positive-definite")
    inverses = np.linalg.inv(array)
    return (inverses + np.swapaxes(inverses, 1, 2)) / 2


def _as_array(value: Any, shape: tuple[int, ...], name: str) -> ndarray:
    array = np.atleast_1d(value)
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():  # else there is nothing to complain of
        array = check_array(array, dtype=np.float64, ensure_2d=False, allow_nd=True)
    array = array.astype(np.float64, copy=False)
    if shape == () and array.size == 1:
        return array.reshape(shape)
    if array.shape != shape:
        raise ValueError(f"The parameter '{name}' should have the shape of {shape}, but got {array.shape}")
    return array
