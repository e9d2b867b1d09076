"""The units in which a fit is made, and what is little in these. Parameters are given back in the units of the data."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.statistics import Block

# A standard deviation that is so many times the robust one is made by a few rows. That takes rows so far from the mean,
# in standard deviations; where there are none, medians need not be found.
_BLOWN_UP, _FAR = 30, 8
# Of a column's variance: what keeps a component from shrinking onto one row, or the rounding of collinear columns from
# making variances negative. Far below what any group of rows is wide, it leaves optima where they are.
RIDGE, RIDGE_OF_SINGLES = 1e-9, 1e-6


class Scaling(NamedTuple):
    """(x - centre) / scale, column by column."""

    name: str
    centre: Float[ndarray, " D"]
    scale: Float[ndarray, " D"]

    @classmethod
    def idle(cls, n_columns: int) -> "Scaling":
        """The one that leaves columns as they are."""
        return cls("none", np.zeros(n_columns), np.ones(n_columns))

    def apply(self, points: Float[ndarray, "N D"]) -> Float[ndarray, "N D"]:
        """The rows in the units of the fit."""
        return np.ascontiguousarray((points - self.centre) / self.scale)

    @property
    def inverse(self) -> "Scaling":
        """What leads back."""
        return Scaling(self.name, -self.centre / self.scale, 1 / self.scale)

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing."""
        return not self.centre.any() and bool((self.scale == 1).all())

    def shift(self, mass: Float[ndarray, " D"]) -> float:
        """What a log-likelihood loses when it is said in the units of the data, in nats; for the `seen_mass` of rows.

        Cells that are missing have no density in any units.
        """
        return float((mass * np.log(self.scale)).sum())


def seen_mass(block: Block) -> Float[ndarray, " D"]:
    """How much the cells weigh that are there, column by column."""
    holes = np.isnan(block.points)
    if not holes.any():
        return np.full(holes.shape[1], block.weights.sum())
    mass: ndarray = np.einsum("n,nd->d", block.weights, ~holes)
    return mass


def choose_scaling(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], name: str = "standard") -> Scaling:
    """Scaling by name: "standard" (mean, standard deviation), "robust" (median, interquartile range) or "none".

    Columns whose spread is zero are only centred, and "standard" is robust where a few rows make the whole deviation.
    Cells that are missing (NaN) have no say.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> choose_scaling(np.array([[1.0], [3.0]]), np.ones(2)).scale.tolist()
    [1.0]
    """
    if name not in SCALINGS:
        raise ValueError(f"scale={name!r} is unknown: use one of {', '.join(SCALINGS)}.")
    centre, scale = SCALINGS[name](points, weights)
    return Scaling(name, centre, np.where(scale > 0, scale, 1.0))


def ridges(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], precision: type) -> tuple[float, ...]:
    """For each column what is little beside its variance, in whatever units it comes.

    `precision` is the type of the numbers that a fit looks at: sums of singles leave more to rounding.
    """
    share = RIDGE if np.dtype(precision) == np.float64 else RIDGE_OF_SINGLES
    return tuple((share * choose_scaling(points, weights).scale ** 2).tolist())


def _standard(points: ndarray, weights: ndarray) -> tuple[ndarray, ndarray]:
    """Where the standard deviation says nothing of most rows, because of a few far away, the robust one."""
    # Not `@`: the threads of BLAS go on waiting for more, beside those of the fit that follows.
    holes = np.isnan(points)
    mass = weights @ ~holes if holes.any() else weights.sum()
    mean = np.einsum("n,nd->d", weights, _without(holes, points), dtype=np.float64) / mass
    deviation = np.sqrt(np.einsum("n,nd->d", weights, _without(holes, (points - mean) ** 2)) / mass)
    furthest = np.maximum(np.fmax.reduce(points) - mean, mean - np.fmin.reduce(points))
    for d in np.flatnonzero(furthest > _FAR * deviation):
        median, robust = _robust(points[:, d : d + 1], weights)
        if 0 < robust[0] < deviation[d] / _BLOWN_UP:
            mean[d], deviation[d] = median[0], robust[0]
    return mean, deviation


def _without(holes: ndarray, values: ndarray) -> ndarray:
    return np.where(holes, 0.0, values) if holes.any() else values


def _robust(points: ndarray, weights: ndarray) -> tuple[ndarray, ndarray]:
    if np.isnan(points).any():
        seen = (~np.isnan(column) for column in points.T)
        columns = [_robust(c[s, None], weights[s]) for c, s in zip(points.T, seen, strict=True)]
        medians, widths = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        return medians, widths
    low, median, high = np.quantile(
        points, [0.25, 0.5, 0.75], axis=0, weights=weights[:, None] + 0 * points, method="inverted_cdf"
    )
    return median, (high - low) / 1.349  # the interquartile range of a normal of variance one


def _none(points: ndarray, weights: ndarray) -> tuple[ndarray, ndarray]:
    return np.zeros(points.shape[1]), np.ones(points.shape[1])


SCALINGS = {"standard": _standard, "robust": _robust, "none": _none}
