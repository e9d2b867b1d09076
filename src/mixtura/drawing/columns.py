"""Which columns are drawn where there are too many for a picture."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.explain.profiles import component_moments
from mixtura.explain.words import count, short
from mixtura.fitted import FittedMixture

_NAMED = 8  # columns in an error


def most_distinguishing(weights: Float[ndarray, " K"], differences: Float[ndarray, "K D"], most: int) -> list[int]:
    """The columns in which the clusters' means vary most about the mean of all, in the order of the table.

    `differences` are (mean of the cluster - mean of all) / standard deviation of all.

    Examples
    --------
    >>> most_distinguishing(np.array([0.5, 0.5]), np.array([[-0.1, 0.9, 0.5], [0.1, -0.9, -0.5]]), most=2)
    [1, 2]
    """
    shares = weights @ differences**2
    return sorted(np.argsort(-shares, kind="stable")[:most].tolist())


def overall_moments(fitted: FittedMixture) -> tuple[Float[ndarray, " D"], Float[ndarray, "D D"]]:
    """Mean and covariance of the mixture as a whole: spread within the components and between them."""
    means, covariances = component_moments(fitted)
    weights = fitted.parameters.weights
    mean = weights @ means
    deviations = means - mean
    return mean, np.tensordot(weights, covariances, 1) + (deviations.T * weights) @ deviations


def differences(fitted: FittedMixture) -> Float[ndarray, "K D"]:
    """How far the mean of each component lies from that of the mixture, in standard deviations of the mixture."""
    mean, covariance = overall_moments(fitted)
    return (component_moments(fitted)[0] - mean) / np.sqrt(np.diag(covariance))


def chosen_columns(fitted: FittedMixture, asked: Sequence[str | int] | None, most: int) -> list[int]:
    """The positions of the columns asked for by name or position; unasked, those that tell most.

    Raises
    ------
    DataError
        If the mixture has no such column.
    """
    if asked is None:
        return most_distinguishing(fitted.parameters.weights, differences(fitted), most)
    return [_position(fitted.features, column) for column in asked]


def _position(features: Sequence[str], column: str | int) -> int:
    if isinstance(column, str) and column in features:
        return features.index(column)
    if not isinstance(column, str) and 0 <= column < len(features):
        return int(column)
    more = ", …" if len(features) > _NAMED else ""
    raise DataError(
        f"The mixture has no column {short(str(column))!r}: it has {count(len(features), 'column')}, "
        f"{', '.join(map(short, features[:_NAMED]))}{more}."
    )
