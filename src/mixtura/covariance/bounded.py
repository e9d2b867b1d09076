"""A bound on how many times as large as the smallest variance the largest may be, in any directions of any components.

Without one the likelihood of components of their own sizes has no maximum (Day 1969). With e the eigenvalues of the
free covariances and n the rows of each, the covariances that maximise the expected log-likelihood under the bound c
have the same axes, and variances cut to between m and c m, where m minimises

    g(m) = sum_kd n_k (log [e_kd] + e_kd / [e_kd]),    [e] = min(max(e, m), c m).

Between neighbours among all e and e / c, the same variances are cut, and the best m is a mean of these: one of these
means is the best of all (Fritz, García-Escudero & Mayo-Iscar 2013, Comput. Stat. Data Anal. 61, 124-136).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import CovarianceModel, Maximise

BOUNDABLE = ("EII", "VII", "EEI", "VVI", "EEE", "VVV")  # cutting variances leaves what these share


@dataclass(frozen=True)
class _Bounded:
    """The M-step of a covariance model under a bound."""

    free: Maximise
    ratio: float

    def __call__(self, scatter: ndarray, counts: Float[ndarray, " K"], previous: ndarray | None) -> ndarray:
        covariances = self.free(scatter, counts, previous)
        if not np.isfinite(covariances).all():
            return covariances  # a collapse, which the loop sees
        if covariances.ndim < 3:
            return cut(covariances.reshape(len(counts), -1), counts, self.ratio).reshape(covariances.shape)
        values, axes = np.linalg.eigh(covariances)
        bounded = (axes * cut(np.maximum(values, 0.0), counts, self.ratio)[:, None]) @ axes.swapaxes(1, 2)
        return (bounded + bounded.swapaxes(1, 2)) / 2


def bounded(model: CovarianceModel, ratio: float) -> CovarianceModel:
    """The model under a bound; kernels do not know it.

    Raises
    ------
    ValueError
        If components share something that cutting variances would change.
    """
    if model.name not in BOUNDABLE:
        raise ValueError(f"The covariance model {model.name} cannot be bounded: {', '.join(BOUNDABLE)} can.")
    return model._replace(maximise=_Bounded(model.maximise, ratio), name="")


def cut(values: Float[ndarray, "K D"], counts: Float[ndarray, " K"], ratio: float) -> Float[ndarray, "K D"]:
    """The variances, cut to within a ratio where the likelihood falls least.

    Examples
    --------
    >>> cut(np.array([[1.0, 100.0]]), np.ones(1), 4.0).round(2)
    array([[13., 52.]])
    """
    if values.max() <= ratio * values.min():
        return values
    weights = np.broadcast_to(counts[:, None], values.shape)
    edges = np.unique(np.concatenate([values.ravel(), values.ravel() / ratio]))
    middles = np.concatenate([[edges[0] / 2], (edges[1:] + edges[:-1]) / 2, [edges[-1] * 2]])
    low, high = values < middles[:, None, None], values > ratio * middles[:, None, None]
    mass = (weights * (low | high)).sum((1, 2))
    sums = (weights * (values * low + values / ratio * high)).sum((1, 2))
    floors = sums[(mass > 0) & (sums > 0)] / mass[(mass > 0) & (sums > 0)]
    kept = np.clip(values, floors[:, None, None], ratio * floors[:, None, None])
    best = int((weights * (np.log(kept) + values / kept)).sum((1, 2)).argmin())
    return np.asarray(kept[best])
