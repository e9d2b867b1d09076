"""Quantities of several columns shared out among the columns, correlation included.

With the standard deviations D and the correlations R of a covariance S = D R D, both a squared distance and a log
determinant are sums over columns:

    u' S^-1 u = |R^-1/2 D^-1 u|²,    log det S = sum_d (2 log D + log R)_dd.

The root is the symmetric one, by which every new coordinate stays as close to its own column as it can: the corr-max
transform of Garthwaite & Koch (2016, Aust. N. Z. J. Stat. 58, 99-119). Units of the columns change no part of either.
"""

from math import log, pi
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_LEAST = np.finfo(np.float64).tiny


class Frames(NamedTuple):
    """Matrices A = D V diag(values) V' D, seen in units D of the columns."""

    units: Float[ndarray, "K D"]
    values: Float[ndarray, "K D"]
    axes: Float[ndarray, "K D D"]

    def coordinates(self, vectors: Float[ndarray, "K D"]) -> Float[ndarray, "K D"]:
        """One coordinate for each column; their squares add up to the squared distance."""
        along = np.einsum("kde,kd->ke", self.axes, vectors / self.units) / np.sqrt(self.values)
        return np.einsum("kde,ke->kd", self.axes, along)

    def logs(self) -> Float[ndarray, "K D"]:
        """The diagonal of the logarithm of A in these units; its sum is the log determinant there."""
        return np.einsum("kde,ke,kde->kd", self.axes, np.log(self.values), self.axes)


def frames(covariances: Float[ndarray, "K D D"], units: Float[ndarray, "K D"] | None = None) -> Frames:
    """Covariances in units of their own standard deviations, or of others."""
    units = np.sqrt(np.einsum("kdd->kd", covariances)) if units is None else units
    values, axes = np.linalg.eigh(covariances / (units[:, :, None] * units[:, None, :]))
    return Frames(units, np.maximum(values, _LEAST), axes)


def column_log_densities(
    point: Float[ndarray, " D"], means: Float[ndarray, "K D"], covariances: Float[ndarray, "K D D"]
) -> Float[ndarray, "K D"]:
    """What each column adds to the log-density of the point under each component.

    Examples
    --------
    >>> import numpy as np
    >>> parts = column_log_densities(np.array([1.0, 0.0]), np.zeros((1, 2)), np.eye(2)[None])
    >>> parts.round(3).tolist(), float(parts.sum().round(3))
    ([[-1.419, -0.919]], -2.338)
    """
    seen = frames(covariances)
    distances = seen.coordinates(point - means) ** 2
    return -(distances + log(2 * pi) + 2 * np.log(seen.units) + seen.logs()) / 2


def shared_out(
    total: Float[ndarray, " K"], point: Float[ndarray, " D"], means: Float[ndarray, "K D"],
    covariances: Float[ndarray, "K D D"], dof: Float[ndarray, " K"],
) -> Float[ndarray, "K D"]:  # fmt: skip
    """The log-densities of Student components, in total, by columns: what distance costs as far as each is to blame.

    Examples
    --------
    >>> import numpy as np
    >>> parts = shared_out(np.array([-3.0]), np.array([2.0, 0.0]), np.zeros((1, 2)), np.eye(2)[None], np.array([4.0]))
    >>> parts.round(3).tolist(), float(parts.sum())
    ([[-2.54, -0.46]], -3.0)
    """
    seen = frames(covariances)
    distances, volumes = seen.coordinates(point - means) ** 2, -np.log(seen.units) - seen.logs() / 2
    distance = distances.sum(1)
    cost = (dof + len(point)) / 2 * np.log1p(distance / dof)
    blame = np.divide(distances, distance[:, None], out=np.zeros_like(distances), where=distance[:, None] > 0)
    rest = (total + cost - volumes.sum(1)) / len(point)
    return volumes + rest[:, None] - cost[:, None] * blame
