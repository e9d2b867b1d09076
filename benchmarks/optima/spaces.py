"""Units in which EM climbs to the same optima, while starts see different things."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optima.judge import Solution


class Space(NamedTuple):
    """Rows x of the data are `z @ back + centre` for rows z of the space."""

    centre: np.ndarray
    back: np.ndarray

    def apply(self, points: np.ndarray) -> np.ndarray:
        return (points - self.centre) @ np.linalg.inv(self.back)

    def enter(self, solution: Solution) -> Solution:
        """A solution for the data as one for the space."""
        return _move(solution, self.apply(solution.means), np.linalg.inv(self.back))

    def leave(self, solution: Solution) -> Solution:
        """A solution for the space as one for the data."""
        return _move(solution, solution.means @ self.back + self.centre, self.back)


def _move(solution: Solution, means: np.ndarray, turn: np.ndarray) -> Solution:
    return solution._replace(means=means, covariances=turn.T @ solution.covariances @ turn)


def raw(points: np.ndarray) -> Space:
    """The data's own units, but for one factor."""
    return Space(points.mean(0), np.sqrt(points.var(0).mean()) * np.eye(points.shape[1]))


def standardised(points: np.ndarray) -> Space:
    """Every column has variance one."""
    return Space(points.mean(0), np.diag(points.std(0)))


def whitened(points: np.ndarray) -> Space:
    """Every direction has variance one."""
    scale = points.std(0)
    values, vectors = np.linalg.eigh(np.cov((points / scale).T, bias=True).reshape(len(scale), -1))
    return Space(points.mean(0), (vectors * np.sqrt(values)).T * scale)


# What leaves a covariance type as it is: spheres stay spheres only if all directions are stretched alike.
SPACES: dict[str, tuple[Callable[[np.ndarray], Space], ...]] = {
    "full": (raw, standardised, whitened),
    "tied": (raw, standardised, whitened),
    "diag": (raw, standardised),
    "spherical": (raw,),
}
