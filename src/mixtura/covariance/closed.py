"""Covariance models whose M-step is one formula (Celeux & Govaert 1995, sections 3 and 4).

Each takes (scatter, counts, previous): scatter is W_k, the weighted scatter of component k about its new mean, counts
is n_k, n their sum. `previous`, the covariances before the step, is for the models that iterate; here it is not needed.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def eii(scatter: Float[ndarray, " K"], counts: Float[ndarray, " K"], previous: ndarray | None) -> Float[ndarray, " K"]:
    """One sphere for all: sum_k tr(W_k) / (n D); `scatter` is tr(W_k) / D already."""
    return np.repeat(scatter.sum() / counts.sum(), len(counts))


def vii(scatter: Float[ndarray, " K"], counts: Float[ndarray, " K"], previous: ndarray | None) -> Float[ndarray, " K"]:
    """Spheres, each of its own volume: tr(W_k) / (n_k D); `scatter` is tr(W_k) / D already."""
    return scatter / counts


def eei(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D"]:
    """One ellipsoid along the axes for all: diag(sum_k W_k) / n."""
    return np.repeat(scatter.sum(0, keepdims=True) / counts.sum(), len(counts), axis=0)


def evi(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D"]:
    """Ellipsoids along the axes, of one volume: diag(W_k), blown up to it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return scatter * _to_one_volume(np.log(scatter).mean(1), counts)[:, None]


def vvi(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D"]:
    """Ellipsoids along the axes: diag(W_k) / n_k."""
    return scatter / counts[:, None]


def eee(
    scatter: Float[ndarray, "_ D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """One ellipsoid for all: sum_k W_k / n; `scatter` may be that sum already."""
    return np.repeat(scatter.sum(0, keepdims=True) / counts.sum(), len(counts), axis=0)


def eev(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one volume and shape: the eigenvectors are those of W_k, the eigenvalues those of all, pooled."""
    values, vectors = np.linalg.eigh(scatter)
    return along(vectors, eei(np.maximum(values, 0), counts, None))


def evv(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one volume: W_k, blown up to it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_volumes = np.linalg.slogdet(scatter)[1] / scatter.shape[-1]
        return scatter * _to_one_volume(log_volumes, counts)[:, None, None]


def vvv(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Each component its own ellipsoid: W_k / n_k."""
    return scatter / counts[:, None, None]


def along(axes: Float[ndarray, "... D D"], variances: Float[ndarray, "K D"]) -> Float[ndarray, "K D D"]:
    """Ellipsoids with these variances along these axes, the columns of one matrix for each or for all."""
    ellipsoids = (axes * variances[:, None, :]) @ axes.mT
    return (ellipsoids + ellipsoids.mT) / 2


def _to_one_volume(log_volumes: Float[ndarray, " K"], counts: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
    """What W_k, of log |W_k|^(1/D), has to be multiplied by for the volume sum_k |W_k|^(1/D) / n of all."""
    return np.exp(np.logaddexp.reduce(log_volumes) - log_volumes) / counts.sum()
