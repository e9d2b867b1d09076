"""Spaces in which starts are drawn: there the scales of columns, and what they have in common, have no say."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_FLAT = 1e-10  # of the largest variance: a direction that has less is none
_ROUNDING = 1e-14  # of a column's mean: a deviation that is less is none
_MOST_DIRECTIONS = 16  # that a pursuit turns
_TURNS, _TURNED = 40, 1e-3  # at most; 1 - |cosine| of what turns on
_FAR = 3.0  # interquartile ranges beyond the quartiles
_LOG_COSH = 0.37456720749143  # the mean of log cosh of a standard normal number


@dataclass(frozen=True, eq=False)
class Spaces:
    """Rows, and what they are in other spaces, each found once."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]

    @cached_property
    def standardised(self) -> Float[ndarray, "N D"]:
        return standardise(self.points, self.weights)

    @cached_property
    def whitened(self) -> Float[ndarray, "N M"]:
        return whiten(self.points, self.weights)

    @cached_property
    def pursued(self) -> Float[ndarray, "N L"]:
        return pursue(self.whitened, self.weights)


def standardise(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
    """Every column has mean zero and variance one."""
    deviations = points - weights @ points / weights.sum()
    variances = weights @ deviations**2 / weights.sum()
    return deviations / np.sqrt(np.where(variances > 0, variances, 1))


class Spread(NamedTuple):
    """How far the rows spread: what is wide or narrow in their table."""

    deviations: Float[ndarray, " D"]  # standard deviations of the columns, zero for those that are constant
    whitener: Float[ndarray, "M D"]  # to directions in which the variance is one; those without variance are left out
    steps: Float[ndarray, " D"]  # between values of columns that have few of them; infinite for the others


def spread(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Spread:
    """Standardised first, so that columns of any scale count.

    Where a single row makes most of a column's variance, cells far outside count as if they were nearer: beside that
    row, all that the others are would look flat.
    """
    steps, (standard, *_) = _steps(points), _standard(points, weights)
    if (weights[:, None] * standard**2 > weights.sum() / 2).any():
        points = within_reach(points, weights)
    return Spread(*_widths(points, weights), steps)


def _steps(points: Float[ndarray, "N D"]) -> Float[ndarray, " D"]:
    """The least difference of values, of columns in which some are seen again and again."""
    gaps = np.diff(np.sort(points, axis=0), axis=0)
    n_values = (gaps > 0).sum(0) + 1
    least = np.where(gaps > 0, gaps, np.inf).min(0, initial=np.inf)
    return np.where(n_values**2 < len(points), least, np.inf)


def _widths(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, " D"], Float[ndarray, "M D"]]:
    standard, deviations, unit = _standard(points, weights)
    values, vectors = _axes(standard, weights)
    kept = values > max(values[-1], 0.0) * _FLAT
    return deviations, (vectors[:, kept] / np.sqrt(values[kept])).T * unit


def _standard(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, "N D"], Float[ndarray, " D"], Float[ndarray, " D"]]:
    """The rows in columns of variance one, the standard deviations, and what the columns were multiplied by."""
    centre = weights @ points / weights.sum()
    deviations = np.sqrt(weights @ (points - centre) ** 2 / weights.sum())
    deviations = np.where(deviations > _ROUNDING * np.abs(centre), deviations, 0.0)
    unit = np.divide(1.0, deviations, out=np.zeros_like(deviations), where=deviations > 0)
    return (points - centre) * unit, deviations, unit


def _axes(
    rows: Float[ndarray, "N D"], weights: Float[ndarray, " N"]
) -> tuple[Float[ndarray, " M"], Float[ndarray, "D M"]]:
    """Eigenvalues, the largest last, and eigenvectors of a covariance; of fewer rows than columns, as many as rows."""
    if len(rows) >= rows.shape[1]:
        values, vectors = np.linalg.eigh((rows * weights[:, None]).T @ rows / weights.sum())
        return values, vectors
    _, roots, vectors = np.linalg.svd(rows * np.sqrt(weights / weights.sum())[:, None], full_matrices=False)
    return roots[::-1] ** 2, vectors[::-1].T


def within_reach(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N D"]:
    """The rows, cells far outside moved to where their column begins to be far outside.

    Examples
    --------
    >>> within_reach(np.array([[1.0], [2.0], [3.0], [4.0], [1e9]]), np.ones(5)).ravel().tolist()
    [1.0, 2.0, 3.0, 4.0, 10.0]
    """
    order = np.argsort(points, axis=0, kind="stable")
    shares = np.cumsum(weights[order], axis=0) / weights.sum()
    lower, upper = (
        points[order[(shares < share).sum(0), range(len(order[0]))], range(len(order[0]))] for share in (0.25, 0.75)
    )
    reach = np.where(upper > lower, _FAR * (upper - lower), np.inf)
    return np.clip(points, lower - reach, upper + reach)


def whiten(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N M"]:
    """The total covariance is the identity: elongation of the whole table has no say.

    Directions without variance are dropped; where there is none at all, the rows are only centred.
    """
    centred, whitener = points - weights @ points / weights.sum(), _widths(points, weights)[1]
    return np.ascontiguousarray(centred @ whitener.T) if len(whitener) else centred


def project(white: Float[ndarray, "N D"], rng: np.random.Generator) -> Float[ndarray, "N M"]:
    """A random half of the whitened space's directions."""
    basis = np.linalg.qr(rng.standard_normal((white.shape[1], max(1, white.shape[1] // 2))))[0]
    return np.ascontiguousarray(white @ basis)


def pursue(white: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Float[ndarray, "N M"]:
    """The directions of the whitened space in which the rows look least like one Gaussian, most telling first.

    Groups far apart in one direction of thirty are lost in the distances between rows, but not in that direction's
    shape (projection pursuit; Peña & Prieto 2001). The search begins at the eigenvectors of E[|z|² z zᵀ]
    (Cardoso 1989) and goes on by the fixed-point iteration of FastICA (Hyvärinen 1999).
    """
    shares, radii = weights / weights.sum(), (white**2).sum(1)
    directions = np.linalg.eigh((white * (shares * radii)[:, None]).T @ white)[1].T
    if len(directions) > _MOST_DIRECTIONS:
        ends = _MOST_DIRECTIONS // 2
        directions = np.concatenate([directions[:ends], directions[-ends:]])
    for _ in range(_TURNS):
        bent, before = np.tanh(white @ directions.T), directions
        slopes = 1 - shares @ bent**2
        directions = _orthonormal((bent * shares[:, None]).T @ white - slopes[:, None] * directions)
        if np.abs((directions * before).sum(1)).min() > 1 - _TURNED:
            break
    seen = white @ directions.T
    surprise = np.abs(shares @ (np.logaddexp(seen, -seen) - np.log(2)) - _LOG_COSH)
    return np.ascontiguousarray(seen[:, np.argsort(-surprise, kind="stable")])


def _orthonormal(directions: Float[ndarray, "M D"]) -> Float[ndarray, "M D"]:
    """The orthonormal rows nearest to these: W (WᵀW)^-½."""
    left, _, right = np.linalg.svd(directions, full_matrices=False)
    return left @ right
