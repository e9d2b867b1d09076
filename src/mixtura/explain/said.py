"""What each column of a row says of every cluster, whatever it holds.

Numbers of a cluster are one Gaussian, whose log-density is shared out among the columns as in `mixtura.explain.frames`;
every other column is independent within a cluster and says its own. A cell that is missing says nothing.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions._moments import matrices
from mixtura.emissions.transformed import Transformed
from mixtura.explain.frames import column_log_densities
from mixtura.families import blocks_of
from mixtura.fitted import FittedMixture


class Said(NamedTuple):
    """What each column adds to the log-density in each cluster, and how far it is from its mean there.

    That is in standard deviations; not a number where a column has no mean, or the cell is missing.
    """

    parts: Float[ndarray, "K D"]
    deviations: Float[ndarray, "K D"]


class Numbers(NamedTuple):
    """The cells of a row that hold numbers, as their family sees them, and the marginal Gaussians of the clusters."""

    columns: Int[ndarray, " M"]
    values: Float[ndarray, " M"]
    means: Float[ndarray, "K M"]
    covariances: Float[ndarray, "K M M"]


def said(fitted: FittedMixture, point: Float[ndarray, " D"]) -> Said:
    """Of a row whose categories are told by the numbers of their levels; NaN where a cell is missing."""
    parts = np.zeros((fitted.n_components, len(point)))
    deviations = np.full(parts.shape, np.nan)
    for name, (columns, family, parameters) in blocks(fitted).items():
        where = list(columns)
        if name != "numbers":
            parts[:, where] = alone(family, parameters, point[where]).T
        if name == "counts":
            deviations[:, where] = (point[where] - parameters.rates) / np.sqrt(parameters.variances)
    numbers = numbers_of(fitted, point)
    if len(numbers.columns):
        seen, values, means, covariances = numbers
        parts[:, seen] = column_log_densities(values, means, covariances) + _log_slopes(fitted, point)[seen]
        deviations[:, seen] = (values - means) / np.sqrt(np.einsum("kdd->kd", covariances))
    return Said(parts, deviations)


def blocks(fitted: FittedMixture) -> dict[str, tuple[tuple[int, ...], Any, Any]]:
    """The columns, family and parameters of every block by its name."""
    return blocks_of(fitted.model.emission, fitted.parameters.emission)


def alone(family: Any, parameters: Any, values: Float[ndarray, " M"]) -> Float[ndarray, "M K"]:
    """Log-densities of cells, one for each column of a family whose columns are independent, each by itself."""
    cells = np.where(np.eye(len(values), dtype=bool), values, np.nan)
    found: ndarray = family.log_density(cells, family.density(parameters))
    return found


def numbers_of(fitted: FittedMixture, point: Float[ndarray, " D"]) -> Numbers:
    """The cells that are there."""
    K = fitted.n_components
    columns, family, parameters = blocks(fitted).get("numbers", ((), None, None))
    seen = np.flatnonzero(~np.isnan(point[list(columns)]))
    if not len(seen):
        return Numbers(seen, np.empty(0), np.empty((K, 0)), np.empty((K, 0, 0)))
    values = point[list(columns)]
    values = family.forward(values[None])[0] if isinstance(family, Transformed) else values
    covariances = matrices(parameters.covariances, len(columns))
    return Numbers(
        np.array(columns)[seen], values[seen], parameters.means[:, seen], covariances[:, seen[:, None], seen]
    )


def _log_slopes(fitted: FittedMixture, point: Float[ndarray, " D"]) -> Float[ndarray, " D"]:
    """Of the transforms of all columns."""
    columns, family, _ = blocks(fitted)["numbers"]
    slopes = np.zeros(len(point))
    if isinstance(family, Transformed):
        slopes[list(columns)] = family.log_slopes(point[list(columns)][None])[0]
    return slopes


def told(fitted: FittedMixture, d: int, value: float) -> float | str | None:
    """A cell as people know it: the level by its name; None where it is missing."""
    return None if np.isnan(value) else named(fitted, d, value)


def named(fitted: FittedMixture, d: int, value: float) -> float | str:
    """A value of a column, a level by its name."""
    levels = fitted.levels.get(fitted.features[d])
    return value if levels is None else levels[int(value)]
