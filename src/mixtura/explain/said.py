"""What each column of a row says of every cluster, whatever it holds.

Numbers of a cluster are one ellipse, whose log-density is shared out among the columns as in `mixtura.explain.frames`;
every other column is independent within a cluster and says its own. A cell that is missing says nothing.
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions._moments import matrices
from mixtura.emissions.transformed import Transformed
from mixtura.explain.frames import column_log_densities, shared_out
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
        dof = heavy_tails(fitted)
        if dof is None:
            parts[:, seen] = column_log_densities(values, means, covariances)
        else:
            total = heights(fitted, values_of(fitted, point)[None])[0]
            parts[:, seen] = shared_out(total, values, means, covariances, dof)
        parts[:, seen] += _log_slopes(fitted, point)[seen]
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
    columns, _, parameters = blocks(fitted).get("numbers", ((), None, None))
    seen = np.flatnonzero(~np.isnan(point[list(columns)]))
    if not len(seen):
        return Numbers(seen, np.empty(0), np.empty((K, 0)), np.empty((K, 0, 0)))
    covariances = matrices(parameters.covariances, len(columns))
    return Numbers(
        np.array(columns)[seen],
        values_of(fitted, point)[seen],
        parameters.means[:, seen],
        covariances[:, seen[:, None], seen],
    )


def heavy_tails(fitted: FittedMixture) -> Float[ndarray, " K"] | None:
    """The degrees of freedom of the clusters' numbers; None for Gaussians."""
    _, _, parameters = blocks(fitted)["numbers"]
    return getattr(parameters, "dof", None)


def heights(fitted: FittedMixture, values: Float[ndarray, "N M"]) -> Float[ndarray, "N K"]:
    """The log-density in every cluster of numbers, in rows as their family sees them."""
    _, family, parameters = blocks(fitted)["numbers"]
    inner = family.inner if isinstance(family, Transformed) else family
    found: ndarray = inner.log_density(values, inner.density(parameters))
    return found


def values_of(fitted: FittedMixture, point: Float[ndarray, " D"]) -> Float[ndarray, " M"]:
    """The numbers of a row as their family sees them."""
    columns, family, _ = blocks(fitted)["numbers"]
    values = point[list(columns)]
    seen: ndarray = family.forward(values[None])[0] if isinstance(family, Transformed) else values
    return seen


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
