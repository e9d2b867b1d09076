"""Covariance models of one shape, but own volumes: VEI, VEE, VEV (Celeux & Govaert 1995).

Each takes (scatter, counts, previous) as those of `closed` do. With S = sum_k W_k / lambda_k, the best covariances of
given volumes are lambda_k S times a constant, so that only the volumes are to be found: those that minimise

    n log det S(l) + D sum_k n_k l_k,    l = log lambda,

which is convex: a log-determinant of a sum of exponentials. Newton steps find them in a few iterations; where one leads
no lower, the step is the classical one, the best volumes for the present shape.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance.closed import along
from mixtura.covariance.descent import View, degenerate_is_nan, descend


@degenerate_is_nan
def vei(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D"]:
    """Ellipsoids along the axes, of one shape."""
    return _of_one_shape(_pool_along_axes, scatter, counts, _log_volumes(scatter, counts, previous))


@degenerate_is_nan
def vev(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one shape: the eigenvectors are those of W_k, and the eigenvalues are as the diagonals of VEI."""
    values, vectors = np.linalg.eigh(scatter)
    before = None if previous is None else np.linalg.eigvalsh(previous)
    return along(vectors, vei(np.maximum(values, 0), counts, before))


@degenerate_is_nan
def vee(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one shape and orientation."""
    diagonals = np.einsum("kdd->kd", scatter)
    before = None if previous is None else np.einsum("kdd->kd", previous)
    return _of_one_shape(_pool, scatter, counts, _log_volumes(diagonals, counts, before))


class _Pool(NamedTuple):
    """S = sum_k W_k / lambda_k, its log-determinant, and the part of each component in S^(-1/2) S S^(-1/2) = I."""

    total: ndarray
    log_det: float
    parts: Float[ndarray, "K M"]
    traces: Float[ndarray, " K"]


def _pool_along_axes(scatter: Float[ndarray, "K D"], volumes: Float[ndarray, " K"]) -> _Pool:
    scaled = scatter / volumes[:, None]
    total = scaled.sum(0)
    parts = scaled / total
    return _Pool(total, float(np.log(total).sum()), parts, parts.sum(1))


def _pool(scatter: Float[ndarray, "K D D"], volumes: Float[ndarray, " K"]) -> _Pool:
    scaled = scatter / volumes[:, None, None]
    total = scaled.sum(0)
    try:
        root = np.linalg.cholesky(total)
    except np.linalg.LinAlgError:  # not positive definite, or NaN
        root = np.full(total.shape, np.nan)
    halves = np.linalg.solve(root, scaled)
    parts = np.linalg.solve(root, halves.mT)
    log_det = 2 * float(np.log(np.diagonal(root)).sum())
    return _Pool(total, log_det, parts.reshape(len(parts), -1), np.einsum("kdd->k", parts))


_PoolOf = Callable[[ndarray, ndarray], _Pool]


def _of_one_shape(
    pool: _PoolOf, scatter: Float[ndarray, "K ..."], counts: Float[ndarray, " K"], start: Float[ndarray, " K"]
) -> ndarray:
    """The covariances of the best volumes; `start` has the logarithms of some."""
    look = partial(_look, pool, scatter, counts)
    log_volumes = descend(look, look(start), counts.sum())
    best = pool(scatter, np.exp(log_volumes))
    volumes = np.exp(log_volumes) * best.traces / (scatter.shape[-1] * counts)
    return volumes.reshape(-1, *[1] * best.total.ndim) * best.total


def _look(
    pool: _PoolOf, scatter: Float[ndarray, "K ..."], counts: Float[ndarray, " K"], log_volumes: Float[ndarray, " K"]
) -> View:
    n_rows, n_columns = counts.sum(), scatter.shape[-1]
    pooled = pool(scatter, np.exp(log_volumes))
    slope = n_columns * counts - n_rows * pooled.traces
    classical = np.log(n_rows * pooled.traces / (n_columns * counts))
    step = _newton_step(pooled, slope / n_rows)
    if slope @ step > 0:  # the pool is so badly conditioned that its curvature is none
        step = classical
    return View(
        log_volumes,
        n_rows * pooled.log_det + n_columns * float(counts @ log_volumes),
        -0.5 * float(slope @ step),
        log_volumes + step,
        lambda: log_volumes + classical,
    )


def _newton_step(pooled: _Pool, slope: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
    """Minus the inverse of (diag t - P P') times the slope, t the traces and P the parts.

    In units of sqrt(t), so that components of next to no rows do no harm. The volumes' common factor has no effect and
    is kept; where more has none, the speck on the diagonal keeps the steps finite, and rounding from making it less.
    """
    unit = np.sqrt(pooled.traces)
    parts = pooled.parts / unit[:, None]
    curvature = np.eye(len(unit)) * (1 + 1e-8) - parts @ parts.T + np.outer(unit, unit) / pooled.traces.sum()
    return -np.linalg.solve(curvature, slope / unit) / unit


def _log_volumes(
    scatter: Float[ndarray, "K D"], counts: Float[ndarray, " K"], previous: Float[ndarray, "K D"] | None
) -> Float[ndarray, " K"]:
    """Where a search for volumes begins: at those of the covariances before, or at the sizes of the scatters."""
    return np.log(scatter.mean(1) / counts) if previous is None else np.log(previous).mean(1)
