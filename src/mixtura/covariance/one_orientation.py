"""Covariance models of one orientation, but own shapes: VVE, EVE (Flury 1984; Browne & McNicholas 2014).

Each takes (scatter, counts, previous) as those of `closed` do. With h_k the diagonal of Q' W_k Q for orthogonal Q, what
is to be minimised over Q is

    VVE: sum_k n_k sum_d log h_kd        EVE: n D log sum_k (prod_d h_kd)^(1/D).

Both are concave in h, with slopes c_k / h_kd: c_k = n_k for VVE, n times the share of k in the sum for EVE. A turn by a
small angle t in the plane (p, q) changes them by t a + t² b / 2 (Flury & Gautschi 1986), with

    a = 2 sum_k c_k g_k (1/h_kp - 1/h_kq),   b = 2 sum_k c_k (h_kp - h_kq)² / (h_kp h_kq),   g_k = (Q' W_k Q)_pq,

where terms that vanish with all g_k are left out of b. The bold step turns all planes at once by Jacobi's angle
atan(-2 a / b) / 2; where it leads no lower, the step is Browne & McNicholas', which never leads higher.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance.closed import along, evi, vvi
from mixtura.covariance.descent import View, degenerate_is_nan, descend


@degenerate_is_nan
def vve(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one orientation."""
    axes = _common_axes(_sum_of_logs, scatter, counts, previous)
    return along(axes, vvi(_diagonals(axes.T @ scatter @ axes), counts, None))


@degenerate_is_nan
def eve(
    scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "K D D"]:
    """Ellipsoids of one volume and orientation."""
    axes = _common_axes(_log_of_volumes, scatter, counts, previous)
    return along(axes, evi(_diagonals(axes.T @ scatter @ axes), counts, None))


_Criterion = Callable[[ndarray, ndarray], tuple[float, ndarray]]  # (h, counts) -> what is to be minimised, c


def _sum_of_logs(diagonals: Float[ndarray, "K D"], counts: Float[ndarray, " K"]) -> tuple[float, ndarray]:
    return float(counts @ np.log(diagonals).sum(1)), counts


def _log_of_volumes(diagonals: Float[ndarray, "K D"], counts: Float[ndarray, " K"]) -> tuple[float, ndarray]:
    log_volumes, n_rows = np.log(diagonals).mean(1), counts.sum()
    total = np.logaddexp.reduce(log_volumes)
    return float(n_rows * diagonals.shape[1] * total), n_rows * np.exp(log_volumes - total)


def _common_axes(
    criterion: _Criterion, scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], previous: ndarray | None
) -> Float[ndarray, "D D"]:
    """The orthogonal Q; the search begins at the axes before or at those of the pooled scatter, whichever is lower."""

    look = partial(_look, criterion, scatter, counts)
    origins = [scatter] if previous is None else [scatter, previous]
    views = [look(np.linalg.eigh(origin.sum(0))[1]) for origin in origins]
    return descend(look, min(views, key=lambda view: view.objective), counts.sum())


def _look(
    criterion: _Criterion, scatter: Float[ndarray, "K D D"], counts: Float[ndarray, " K"], axes: Float[ndarray, "D D"]
) -> View:
    turned = axes.T @ scatter @ axes
    objective, slopes = criterion(_diagonals(turned), counts)
    angles, promise = _jacobi_angles(turned, slopes)
    return View(axes, objective, promise, axes @ _rotation(angles), lambda: axes @ _majorising(turned, slopes))


def _diagonals(matrices: Float[ndarray, "K D D"]) -> Float[ndarray, "K D"]:
    return np.einsum("kdd->kd", matrices)


def _jacobi_angles(turned: Float[ndarray, "K D D"], slopes: Float[ndarray, " K"]) -> tuple[ndarray, float]:
    """The antisymmetric matrix of angles, -t in row p and column q, and by how much they lower the criterion."""
    diagonals = _diagonals(turned)
    inverse = 1 / diagonals
    difference = inverse[:, :, None] - inverse[:, None, :]
    weighted = slopes[:, None, None] * difference
    tilt = (weighted * turned).sum(0)
    bend = (weighted * (diagonals[:, None, :] - diagonals[:, :, None])).sum(0)
    angles = np.arctan2(2 * tilt, bend) / 2
    return angles, 0.5 * float((angles * tilt).sum())


def _rotation(angles: Float[ndarray, "D D"]) -> Float[ndarray, "D D"]:
    """Cayley's: orthogonal, and near I + angles for small ones."""
    half, unit = angles / 2, np.eye(len(angles))
    return np.linalg.solve(unit - half, unit + half)


def _majorising(turned: Float[ndarray, "K D D"], slopes: Float[ndarray, " K"]) -> Float[ndarray, "D D"]:
    """Browne & McNicholas' step: the orthogonal matrix that minimises a bound which touches the criterion here."""
    largest = np.linalg.eigvalsh(turned)[:, -1]
    pull = largest[:, None, None] * np.eye(turned.shape[1]) - turned
    left, _, right = np.linalg.svd((pull * (slopes[:, None] / _diagonals(turned))[:, None, :]).sum(0))
    return left @ right
