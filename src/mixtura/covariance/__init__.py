"""Ways for components to share the volume, shape and orientation of their covariances (Celeux & Govaert 1995).

A model is a row of one table. It sees K small scatter matrices about the new means, never the data, and gives the
covariances that maximise the expected log-likelihood under its constraint. scikit-learn's four names are aliases.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import closed, one_orientation, one_shape

Ridge = float | tuple[float, ...]  # one number, or one for each column
Scatter = Literal["spherical", "diagonal", "full", "pooled"]
Maximise = Callable[[ndarray, ndarray, ndarray | None], ndarray]  # (scatter, counts, previous) -> covariances


class CovarianceModel(NamedTuple):
    """One way to share shape: what a pass must collect, what to make of it, how many numbers stay free.

    `scatter` is "spherical" for (K,) traces divided by D, "diagonal" for (K, D), "full" for (K, D, D), "pooled" for
    these or their sum over the components, (1, D, D). Covariances have one entry for every component in any case;
    `is_shared` says that all are equal.
    """

    scatter: Scatter
    maximise: Maximise
    n_free: Callable[[int, int], int]  # (K, D) -> free numbers in the covariances
    words: str = ""  # for people
    is_shared: bool = False
    has_own_axes: bool = False  # whether every component finds its axes alone, which takes rows
    is_of_its_units: bool = False  # whether another unit for one column makes it another model
    name: str = ""  # by which kernels know it, if they do

    @property
    def kind(self) -> str:
        """What the covariances are: "spherical" (K,), "diagonal" (K, D) or "full" (K, D, D)."""
        return "full" if self.scatter == "pooled" else self.scatter

    @property
    def is_linear(self) -> bool:
        """Whether covariances are all one or each its own, so that means of them are the model's as well."""
        return self.maximise in _LINEAR

    def estimate(
        self, scatter: ndarray, counts: Float[ndarray, " K"], ridge: Ridge, previous: ndarray | None = None
    ) -> ndarray:
        """The covariances of the M-step, as if every row were a cloud with the variance `ridge` in every direction."""
        return self.maximise(add_ridge(scatter, counts, ridge), counts, previous)


def add_ridge(scatter: ndarray, counts: Float[ndarray, " K"], ridge: Ridge) -> ndarray:
    """Scatters (K,), (K, D), (K, D, D) or (1, D, D) of rows that are clouds; spheres get the mean of several ridges."""
    of_a_row: Any = np.mean(ridge) if scatter.ndim == 1 else np.broadcast_to(ridge, scatter.shape[-1:])
    own = counts if len(scatter) == len(counts) else counts.sum(keepdims=True)
    return scatter + np.multiply.outer(own, np.diag(of_a_row) if scatter.ndim == 3 else of_a_row)


def _row(name: str, maximise: Maximise, words: str) -> CovarianceModel:
    """The model whose letters say if volume, shape and orientation are Equal, Vary, or are the Identity's."""
    shape, orientation = name[1], name[2]
    full: Scatter = "pooled" if name == "EEE" else "full"
    return CovarianceModel(
        "spherical" if shape == "I" else "diagonal" if orientation == "I" else full,
        maximise,
        lambda K, D: _count(name, K, D),
        words,
        is_shared="V" not in name,
        has_own_axes=orientation == "V",
        is_of_its_units=shape == "I" or (orientation != "I" and shape != orientation),
        name=name,
    )


@cache
def _count(name: str, K: int, D: int) -> int:
    """Free numbers: a volume, D - 1 ratios of axes, D (D - 1) / 2 angles, once or for every component."""
    times = {"E": 1, "V": K, "I": 0}
    return sum(times[letter] * size for letter, size in zip(name, (1, D - 1, D * (D - 1) // 2), strict=True))


_LINEAR = (closed.eii, closed.vii, closed.eei, closed.vvi, closed.eee, closed.vvv)
MODELS: dict[str, CovarianceModel] = {
    name: _row(name, maximise, words)
    for name, maximise, words in (
        ("EII", closed.eii, "all clusters the same sphere"),
        ("VII", closed.vii, "every cluster a sphere of its own size"),
        ("EEI", closed.eei, "all clusters the same ellipse along the axes"),
        ("VEI", one_shape.vei, "ellipses of one shape along the axes, each of its own size"),
        ("EVI", closed.evi, "ellipses of one size along the axes, each of its own shape"),
        ("VVI", closed.vvi, "every cluster an ellipse along the axes"),
        ("EEE", closed.eee, "all clusters the same ellipse"),
        ("VEE", one_shape.vee, "ellipses of one shape and direction, each of its own size"),
        ("EVE", one_orientation.eve, "ellipses of one size and direction, each of its own shape"),
        ("VVE", one_orientation.vve, "ellipses of one direction, each of its own size and shape"),
        ("EEV", closed.eev, "ellipses of one size and shape, each in its own direction"),
        ("VEV", one_shape.vev, "ellipses of one shape, each of its own size and direction"),
        ("EVV", closed.evv, "ellipses of one size, each of its own shape and direction"),
        ("VVV", closed.vvv, "every cluster its own ellipse"),
    )
}
FOURTEEN = tuple(MODELS)
ALIASES = {"spherical": "VII", "diag": "VVI", "tied": "EEE", "full": "VVV"}  # scikit-learn's
ALIASES |= {"tied_spherical": "EII", "tied_diag": "EEI"}
ALIASES |= {"E": "EII", "V": "VII"}  # mclust's, of one column
# Models of one volume but own shapes, and what they are with own volumes. A component that is flat in one direction
# grows in the others until it has the volume, and so does not look flat.
OF_OWN_VOLUMES = {"EVI": "VVI", "EVE": "VVE", "EVV": "VVV"}
MODELS |= {alias: MODELS[name] for alias, name in ALIASES.items()}
FREEST = {"full": "VVV", "diagonal": "VVI", "spherical": "VII"}  # of one component, all models of a kind are the same
