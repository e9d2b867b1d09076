"""Which component of one mixture became which of another, and how it moved."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.explain.separation import separate
from mixtura.fitted import FittedMixture
from mixtura.ordering import assign


class Match(NamedTuple):
    """A component of the first mixture and its counterpart in the second.

    `distance` is how far apart they are, in nats (see `mixtura.explain.separation`); `weights` are the mixing
    proportions before and after. For every shared column, `shifts` are the moves of the mean in standard deviations
    before, `spreads` the standard deviation after over that before. `n_kept` rows are in both; None without rows.
    """

    first: int
    second: int
    distance: float
    weights: tuple[float, float]
    shifts: tuple[float, ...]
    spreads: tuple[float, ...]
    n_kept: int | None


Moments = tuple[Float[ndarray, "K D"], Float[ndarray, "K D D"]]


def shared_moments(fitted: FittedMixture, features: tuple[str, ...]) -> Moments:
    """Means and covariances of the components in some of the columns."""
    columns = [fitted.features.index(name) for name in features]
    means, covariances = component_moments(fitted)
    return means[:, columns], covariances[:, columns][:, :, columns]


def distances(first: Moments, second: Moments) -> Float[ndarray, "I J"]:
    """The separation of every component of one mixture from every one of another."""
    pairs = [
        [
            separate(np.stack([mean, other]), np.stack([covariance, around])).total
            for other, around in zip(*second, strict=True)
        ]
        for mean, covariance in zip(*first, strict=True)
    ]
    return np.array(pairs)


def match(
    mixtures: tuple[FittedMixture, FittedMixture], features: tuple[str, ...], flow: Int[ndarray, "I J"] | None
) -> tuple[Match, ...]:
    """Pairs of components, one to one: those that share most rows, or, without rows, those that lie nearest.

    Where there are rows, components that share none are no pair.
    """
    first, second = (shared_moments(fitted, features) for fitted in mixtures)
    apart = distances(first, second) if features else np.zeros((len(first[0]), len(second[0])))
    costs = apart if flow is None else apart / (1 + apart.max()) - flow  # rows first; then what lies nearest
    found = []
    for i, j in zip(*assign(costs), strict=True):
        if flow is not None and not flow[i, j]:
            continue
        sds, others = (np.sqrt(np.diag(covariances[k])) for (_, covariances), k in ((first, i), (second, j)))
        weights = tuple(float(fitted.parameters.weights[k]) for fitted, k in zip(mixtures, (i, j), strict=True))
        found.append(
            Match(
                first=int(i),
                second=int(j),
                distance=float(apart[i, j]),
                weights=(weights[0], weights[1]),
                shifts=tuple(((second[0][j] - first[0][i]) / sds).tolist()),
                spreads=tuple((others / sds).tolist()),
                n_kept=None if flow is None else int(flow[i, j]),
            )
        )
    return tuple(found)
