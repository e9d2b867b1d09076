"""The peaks of a mixture's density, and the passes between them.

From the mean of every component the density is climbed to a peak by modal EM (Li, Ray & Lindsay 2007, J. Mach. Learn.
Res. 8, 1687-1723):  x <- (sum_k r_k P_k)^-1 sum_k r_k P_k m_k,  with r the responsibilities at x and P the precisions.
The way from mean i to mean j is their ridgeline  x(a) = [(1 - a) P_i + a P_j]^-1 [(1 - a) P_i m_i + a P_j m_j],  on
which all peaks and passes of two components lie (Ray & Lindsay 2005, Ann. Stat. 33, 2042-2065; Hennig 2010). Where
there are more components it is one way of several, and the best way leads over other components.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions._moments import matrices
from mixtura.errors import DataError
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block

_CLIMB, _STILL = 2000, 1e-12  # steps at most; squared Mahalanobis steps that are none
_SAME = 1e-6  # squared Mahalanobis distance of two peaks that are one
_STEPS = 400  # along a ridgeline


class Terrain(NamedTuple):
    """Log-density at the peak above every component, and at the lowest point on the way between each pair."""

    peaks: Float[ndarray, " K"]
    passes: Float[ndarray, "K K"]

    def affinities(self, groups: tuple[tuple[int, ...], ...]) -> Float[ndarray, "G G"]:
        """How high the best pass between two groups is beside the lower of their peaks: 1 where they share one."""
        peaks = np.array([self.peaks[list(group)].max() for group in groups])
        passes = np.array([[self.passes[np.ix_(a, b)].max() for b in groups] for a in groups])
        return np.exp(np.minimum(passes - np.minimum(peaks[:, None], peaks), 0.0))


def survey(fitted: FittedMixture) -> Terrain:
    """The terrain of a mixture's density.

    Raises
    ------
    DataError
        If its components have no covariances.
    """
    emission = fitted.parameters.emission
    if not hasattr(emission, "covariances"):
        raise DataError(
            f"Peaks are looked for among components that have covariances, and those of the family "
            f'{type(fitted.model.emission).__name__} have none: use method="entropy" or "demp".'
        )
    means, covariances = emission.means, matrices(emission.covariances, emission.means.shape[1])
    precisions = np.linalg.inv(covariances)
    tops = _climb(fitted, precisions)
    peaks, K = _log_density(fitted, tops), len(means)
    passes = np.repeat(peaks[:, None], K, axis=1)
    for i in range(K):
        for j in range(i):
            if _are_one(tops[i] - tops[j], precisions[i] + precisions[j]):
                passes[i, j] = passes[j, i] = max(peaks[i], peaks[j])
            else:
                way = _ridgeline(means[[i, j]], precisions[[i, j]])
                passes[i, j] = passes[j, i] = _log_density(fitted, way).min()
    return Terrain(peaks, passes)


def _climb(fitted: FittedMixture, precisions: Float[ndarray, "K D D"]) -> Float[ndarray, "K D"]:
    means = fitted.parameters.emission.means
    pulls = np.einsum("kde,ke->kd", precisions, means)
    posterior = fitted.model.posterior(fitted.parameters)
    places = means.copy()
    for _ in range(_CLIMB):
        shares = posterior(Block(places, np.ones(len(places))))[0][:, : len(means)]  # without noise
        stiffness = np.einsum("nk,kde->nde", shares, precisions)
        steps = np.linalg.solve(stiffness, (shares @ pulls)[:, :, None])[:, :, 0] - places
        places += steps
        if np.einsum("nd,nde,ne->n", steps, stiffness, steps).max() < _STILL:
            break
    return places


def _are_one(step: Float[ndarray, " D"], precision: Float[ndarray, "D D"]) -> bool:
    return bool(step @ precision @ step < _SAME)


def _ridgeline(means: Float[ndarray, "2 D"], precisions: Float[ndarray, "2 D D"]) -> Float[ndarray, "S D"]:
    """Points from the first mean to the second, as many between as there is need for."""
    parts = np.linspace(0, 1, _STEPS + 1)
    mixing = np.stack([1 - parts, parts], axis=1)
    pulls = np.einsum("kde,ke->kd", precisions, means)
    ridge = np.linalg.solve(np.einsum("sk,kde->sde", mixing, precisions), (mixing @ pulls)[:, :, None])
    return np.ascontiguousarray(ridge[:, :, 0])


def _log_density(fitted: FittedMixture, points: Float[ndarray, "N D"]) -> Float[ndarray, " N"]:
    return fitted.model.posterior(fitted.parameters)(Block(points, np.ones(len(points))))[1]
