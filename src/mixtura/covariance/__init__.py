"""Ways for components to share the volume, shape and orientation of their covariances (Celeux & Govaert 1995).

A model is a row of one table. It sees K small scatter matrices about the new means, never the data, and gives the
covariances that maximise the expected log-likelihood under its constraint. scikit-learn's four names are aliases.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import closed

Ridge = float | tuple[float, ...]  # one number, or one for each column
Scatter = Literal["spherical", "diagonal", "full", "pooled"]


class CovarianceModel(NamedTuple):
    """One way to share shape: what a pass must collect, what to make of it, how many numbers stay free.

    `scatter` is "spherical" for (K,) traces divided by D, "diagonal" for (K, D), "full" for (K, D, D), "pooled" for
    these or their sum over the components, (1, D, D). Covariances have one entry for every component in any case;
    `is_shared` says that all are equal.
    """

    scatter: Scatter
    maximise: Callable[[ndarray, ndarray, ndarray | None], ndarray]  # (scatter, counts, previous) -> covariances
    n_free: Callable[[int, int], int]  # (K, D) -> free numbers in the covariances
    words: str = ""  # for people
    is_shared: bool = False

    @property
    def kind(self) -> str:
        """What the covariances are: "spherical" (K,), "diagonal" (K, D) or "full" (K, D, D)."""
        return "full" if self.scatter == "pooled" else self.scatter

    @property
    def is_compiled(self) -> bool:
        """Whether `kernels.climb` knows the formula."""
        return self.maximise in _COMPILED

    def estimate(
        self, scatter: ndarray, counts: Float[ndarray, " K"], ridge: Ridge, previous: ndarray | None = None
    ) -> ndarray:
        """The covariances of the M-step, `ridge` added to every variance."""
        return add_ridge(self.maximise(scatter, counts, previous), ridge)


def add_ridge(covariances: ndarray, ridge: Ridge) -> ndarray:
    """(K,), (K, D) or (K, D, D): `ridge` added to the variances; spheres get the mean of several."""
    if covariances.ndim == 1:
        return covariances + np.mean(ridge)
    return covariances + (ridge * np.eye(covariances.shape[-1]) if covariances.ndim == 3 else np.asarray(ridge))


_COMPILED = (closed.vii, closed.vvi, closed.eee, closed.vvv)
MODELS: dict[str, CovarianceModel] = {
    "VII": CovarianceModel("spherical", closed.vii, lambda K, D: K, "every cluster a sphere of its own size"),
    "VVI": CovarianceModel("diagonal", closed.vvi, lambda K, D: K * D, "every cluster an ellipse along the axes"),
    "EEE": CovarianceModel("pooled", closed.eee, lambda K, D: D * (D + 1) // 2, "all clusters the same ellipse", True),
    "VVV": CovarianceModel("full", closed.vvv, lambda K, D: K * D * (D + 1) // 2, "every cluster its own ellipse"),
}
ALIASES = {"spherical": "VII", "diag": "VVI", "tied": "EEE", "full": "VVV"}
MODELS |= {alias: MODELS[name] for alias, name in ALIASES.items()}
