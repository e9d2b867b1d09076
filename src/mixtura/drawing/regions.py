"""The density of a mixture over a plane, and the regions in which given shares of it are densest."""

from collections.abc import Sequence
from math import pi
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.drawing.planes import Plane

_REACH = 3.5  # standard deviations of a component that are shown


class Grid(NamedTuple):
    """A density over a grid: `joint[k, j, i]` is that of component k, times its weight, at (x[i], y[j])."""

    x: Float[ndarray, " G"]
    y: Float[ndarray, " G"]
    joint: Float[ndarray, "K G G"]

    @property
    def density(self) -> Float[ndarray, "G G"]:
        """That of the mixture."""
        return self.joint.sum(0)


def density_grid(plane: Plane, weights: Float[ndarray, " K"], n_steps: int = 200) -> Grid:
    """The density where there is any, `_REACH` standard deviations about the components."""
    sds = np.sqrt(np.einsum("kii->ki", plane.covariances))
    low, high = (plane.means - _REACH * sds).min(0), (plane.means + _REACH * sds).max(0)
    x, y = (np.linspace(a, b, n_steps) for a, b in zip(low, high, strict=True))
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Grid(x, y, joint_densities(places, plane, weights).T.reshape(-1, n_steps, n_steps))


def joint_densities(
    places: Float[ndarray, "M 2"], plane: Plane, weights: Float[ndarray, " K"]
) -> Float[ndarray, "M K"]:
    """Weight times density of each component at each place."""
    roots = np.linalg.cholesky(plane.covariances)
    deviations = places[:, None] - plane.means
    white = np.linalg.solve(roots, deviations[..., None])[..., 0]
    scales = 2 * pi * np.einsum("kii->ki", roots).prod(1)
    return weights / scales * np.exp(-(white**2).sum(-1) / 2)


def region_levels(density: Float[ndarray, "G G"], shares: Sequence[float]) -> list[float]:
    """Densities that hold on the rim of the smallest regions with these shares of all there is on the grid.

    (Hyndman 1996, Am. Stat. 50, 120-126.)
    """
    descending = np.sort(density, axis=None)[::-1]
    held = np.cumsum(descending)
    return [float(descending[np.searchsorted(held, share * held[-1])]) for share in shares]
