"""What Gaussian and Student components have in common: ellipses of three kinds, and moments about their means.

Covariances are (K,) for spheres, (K, D) for ellipses along the axes, (K, D, D) for any ellipse.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels import is_quicker, shaped, whiten
from mixtura._kernels.densities import Diagonal, Ellipses, Full, Moments, Spherical, Tied
from mixtura.covariance import CovarianceModel, Ridge, add_ridge


def ellipses(means: Float[ndarray, "K D"], covariances: ndarray, is_pooled: bool = False) -> Ellipses:
    """Means, whiteners W with W S Wᵀ = I, log det W; NaN where a covariance is not positive definite.

    `is_pooled` promises that all covariances are equal.
    """
    if is_pooled:
        return pooled(means, *whiten(covariances[:1]))
    if covariances.ndim == 3:
        return Full(means, *whiten(covariances))
    with np.errstate(invalid="ignore", divide="ignore"):
        whiteners = np.where(covariances > 0, covariances, np.nan) ** -0.5
        log_whiteners = np.log(whiteners)
    if covariances.ndim == 2:
        return Diagonal(means, whiteners, log_whiteners.sum(1))
    return Spherical(means, whiteners, means.shape[1] * log_whiteners)


def pooled(
    means: Float[ndarray, "K D"], whitener: Float[ndarray, "1 D D"], log_det: Float[ndarray, " 1"]
) -> Tied | Full:
    """Ellipses of one shape, said in the way that costs a pass less."""
    log_dets = np.repeat(log_det, len(means))
    if _is_told_once(*means.shape):
        return Tied(means, whitener, log_dets)
    return Full(means, np.repeat(whitener, len(means), axis=0), log_dets)


def _is_told_once(K: int, D: int) -> bool:
    """Whether the one shape of K components is; elsewhere K scatters cost less than products of responsibilities."""
    return D > 4 and K <= 2 * D * D


def side_by_side(means: Float[ndarray, "M K D"], covariances: ndarray, is_pooled: bool) -> Ellipses:
    """The ellipses of M mixtures in arrays with M in front, which share no memory with the arguments."""
    M, K, D = means.shape
    if is_pooled:
        whiteners, log_det = whiten(covariances[:, 0])
        kind, n_told = (Tied, 1) if _is_told_once(K, D) else (Full, K)
        return kind(means.copy(), np.repeat(whiteners[:, None], n_told, axis=1), np.repeat(log_det[:, None], K, axis=1))
    found = ellipses(means.reshape(M * K, D), covariances.reshape(M * K, *covariances.shape[2:]))
    return type(found)(means.copy(), *(array.reshape(M, K, *array.shape[1:]) for array in found[1:]))


def move(
    means: Float[ndarray, "K D"], mass: Float[ndarray, " K"], moments: Moments
) -> tuple[Float[ndarray, "K D"], ndarray]:
    """The means that `shifts / mass` points to, and the scatter about them (per dimension for spheres, or pooled).

    sum_n r (x - m - s)(x - m - s)ᵀ = sum_n r (x - m)(x - m)ᵀ - mass · s sᵀ, with s = shifts / mass.
    """
    shifts, scatter = moments
    step = shifts / mass[:, None]
    if scatter.ndim == 3:
        moved = shifts[:, :, None] * step[:, None, :]
        return means + step, scatter - (moved if len(scatter) == len(means) else moved.sum(0))
    if scatter.ndim == 2:
        return means + step, scatter - shifts * step
    return means + step, (scatter - (shifts * step).sum(1)) / means.shape[1]


def estimate(
    model: CovarianceModel, scatter: ndarray, counts: Float[ndarray, " K"], ridge: Ridge, previous: ndarray
) -> ndarray:
    """What `model.estimate` does, by a kernel where that is quicker."""
    if is_quicker(model.name, scatter.shape[-1]):
        return shaped(model.name, add_ridge(scatter, counts, ridge), counts, previous)
    return model.estimate(scatter, counts, ridge, previous)


def recentre(moments: Moments, mass: Float[ndarray, " K"], step: Float[ndarray, "K D"]) -> Moments:
    """The same moments about means that lie `step` from those that they were taken about.

    sum_n r (x - m - s)(x - m - s)ᵀ = sum_n r (x - m)(x - m)ᵀ - d sᵀ - s dᵀ + mass · s sᵀ, with d the shifts about m.
    """
    shifts, scatter = moments
    moved = shifts - mass[:, None] * step
    if scatter.ndim == 3:
        change = shifts[:, :, None] * step[:, None, :] + step[:, :, None] * moved[:, None, :]
        return Moments(moved, scatter - (change if len(scatter) == len(mass) else change.sum(0)))
    change = (shifts + moved) * step
    return Moments(moved, scatter - (change if scatter.ndim == 2 else change.sum(1)))


def rescale(
    means: Float[ndarray, "K D"], covariances: ndarray, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]
) -> tuple[Float[ndarray, "K D"], ndarray]:
    """Ellipses of x from those of (x - centre) / scale; spheres become ellipses along the axes."""
    if covariances.ndim == 1:
        covariances = np.repeat(covariances[:, None], len(scale), axis=1)
    stretched = covariances * (scale[:, None] * scale if covariances.ndim == 3 else scale**2)
    return centre + means * scale, stretched


def halving_steps(covariances: ndarray, directions: Float[ndarray, "M D"]) -> Float[ndarray, "M D"]:
    """0.8 standard deviations of components, whose covariances may be of any kind, along directions of their own.

    For any u the step S u / (uᵀ S u)^½ leads to the ellipse of S, the more likely the longer the axis. No step is taken
    by a component of no extent.
    """
    if covariances.ndim == 3:
        pulled = np.einsum("mij,mj->mi", covariances, directions)
    else:
        pulled = directions * (covariances if covariances.ndim == 2 else covariances[:, None])
    squares = (pulled * directions).sum(1, keepdims=True)
    return 0.8 * pulled / np.sqrt(np.maximum(squares, np.finfo(np.float64).tiny))


def squared_distances(deviations: Float[ndarray, "... D"], covariance: ndarray) -> Float[ndarray, "..."]:
    """Of Mahalanobis, under one covariance of any kind; NaN if it is not positive definite."""
    white = whitened(deviations, covariance)
    distances: ndarray = np.einsum("...d,...d->...", white, white)
    return distances


def whitened(deviations: Float[ndarray, "... D"], covariance: ndarray) -> Float[ndarray, "... D"]:
    """In units of one covariance of any kind; NaN if it is not positive definite."""
    if np.ndim(covariance) < 2:
        return deviations / np.sqrt(covariance)
    white: ndarray = deviations.reshape(-1, len(covariance)) @ whiten(covariance[None])[0][0].T
    return white.reshape(deviations.shape)


def coloured(noise: Float[ndarray, "N D"], counts: ndarray, covariances: ndarray) -> Float[ndarray, "N D"]:
    """Rows that vary as the components do, so many of each in turn, of rows whose variance is one in all directions."""
    if covariances.ndim < 3:
        return noise * np.repeat(np.sqrt(covariances), counts, axis=0).reshape(len(noise), -1)
    rows = np.split(noise, np.cumsum(counts)[:-1])
    roots = np.linalg.cholesky(covariances)
    return np.concatenate([part @ root.T for part, root in zip(rows, roots, strict=True)])


def matrices(covariances: ndarray, n_columns: int) -> Float[ndarray, "K D D"]:
    """Covariances of any kind as full matrices."""
    if covariances.ndim == 3:
        return covariances
    diagonal = covariances if covariances.ndim == 2 else np.repeat(covariances[:, None], n_columns, axis=1)
    return diagonal[:, :, None] * np.eye(n_columns)


def of_kind(covariances: ndarray, kind: str, n_columns: int) -> ndarray:
    """Covariances of any kind as "spherical" (K,), "diagonal" (K, D) or "full" (K, D, D) ones of the same variances."""
    if kind == "full":
        return matrices(covariances, n_columns)
    variances = covariances.diagonal(axis1=1, axis2=2) if covariances.ndim == 3 else covariances
    if kind == "spherical":
        return variances.mean(1) if variances.ndim == 2 else variances
    return variances if variances.ndim == 2 else np.repeat(variances[:, None], n_columns, axis=1)


def check_ellipses(means: ndarray, covariances: ndarray, kind: str) -> None:
    """Raise ValueError unless the arrays are K means and as many covariances of the kind."""
    if means.ndim != 2 or 0 in means.shape:
        raise ValueError(f"means has shape {means.shape} instead of (clusters, columns)")
    K, D = means.shape
    # spheres are ellipses along the axes once the columns have their own units again
    shapes: dict[str, set[tuple[int, ...]]] = {"full": {(K, D, D)}, "diagonal": {(K, D)}, "spherical": {(K,), (K, D)}}
    if covariances.shape not in shapes[kind]:
        raise ValueError(f"covariances has shape {covariances.shape}, which does not fit {K} clusters and {D} columns")
    full = matrices(covariances, D)
    try:
        np.linalg.cholesky(full)
    except np.linalg.LinAlgError:
        raise ValueError("a covariance is not positive definite") from None
    if not np.allclose(full, full.mT, rtol=1e-6, atol=0):
        raise ValueError("a covariance is not symmetric")
