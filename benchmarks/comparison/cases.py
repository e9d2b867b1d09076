"""The data that everything is measured on, and starts that leave nothing to draw."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

TYPES = ("full", "tied", "diag", "spherical")


class Case(NamedTuple):
    """Rows, and the centres that they were drawn around."""

    points: np.ndarray
    means: np.ndarray

    @property
    def words(self) -> str:
        """The size, as tables name it."""
        (N, D), K = self.points.shape, len(self.means)
        return f"{N:_} × {D}, {K}".replace("_", " ")


@cache
def overlapping(N: int, D: int, K: int) -> Case:
    """Groups that overlap, so that no fit is over after a few iterations."""
    rng = np.random.default_rng(0)
    means = rng.normal(0, 1.5, (K, D))
    points = means[rng.integers(K, size=N)] + rng.normal(0, 1, (N, D))
    return Case(points, means)


def whole_start(case: Case, covariance_type: str) -> dict[str, Any]:
    """The arguments of both libraries that say where a fit begins: weights, means and precisions."""
    K, D = case.means.shape
    precisions = {"full": np.tile(np.eye(D), (K, 1, 1)), "tied": np.eye(D), "diag": np.ones((K, D))}
    return {
        "weights_init": np.full(K, 1 / K),
        "means_init": case.means,
        "precisions_init": precisions.get(covariance_type, np.ones(K)),
    }
