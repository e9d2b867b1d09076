"""Covariances that say more about a few rows, or about the regularisation, than about a group."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import exp, lgamma, log, pi, sqrt

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

# Smallest n_k * variance, in units of the columns' variances, of a component that needs no closer look: over some
# hundred fits to tables of 31 to 1100 rows, plain spikes had at most 1e-3 and genuine thin components at least 6e-3.
_THINNEST = 2e-3
_FLATTEST = 1e-8  # of a column's variance: less is no width, but ties, or columns that determine each other
_PART = 1e-3  # what a standard deviation of a column adds to a direction that it has a part in
_ACCIDENTS = 1e-2  # expected of a kind, below which one is none


def spurious_components(
    counts: Float[ndarray, " K"], covariances: ndarray, has_own_axes: bool = True
) -> Int[ndarray, " M"]:
    """Components that are flat in some direction because they hold few rows: spikes of the likelihood, not groups.

    A small group is none of them if rows without groups would hardly ever come so close together.

    Parameters
    ----------
    counts : array of shape (K,)
        Rows of each component.
    covariances : array of shape (K,), (K, D) or (K, D, D)
        In units in which the columns have variance one. For spheres D is taken to be one: more columns would only make
        an accident less likely.
    has_own_axes : bool
        Whether every component found its axes alone, for which it needs about as many rows as there are columns.

    Returns
    -------
    array
        Their indices.

    Examples
    --------
    >>> import numpy as np
    >>> flat, round = np.diag([1.0, 1e-6]), np.diag([1e-6, 1e-6])
    >>> spurious_components(np.array([50.0, 3.0, 15.0]), np.array([np.eye(2), flat, round])).tolist()
    [1]
    """
    return spurious_of_each([counts], variances_along(covariances), covariances.ndim == 3 and has_own_axes)[0]


def spurious_of_each(
    counts: Sequence[Float[ndarray, " _"]], variances: Float[ndarray, "_ D"], has_own_axes: bool
) -> list[Int[ndarray, " _"]]:
    """The spurious components of each of several mixtures, whose variances along the axes of ellipses are joined.

    `has_own_axes` says that these were found, by every component alone.
    """
    joined = np.concatenate(counts)
    is_thin = joined * variances.min(1) < _THINNEST
    if has_own_axes:
        is_thin |= joined < variances.shape[1] / 2
    if not is_thin.any():
        return [np.empty(0, dtype=int) for _ in counts]
    ends = list(accumulate(map(len, counts), initial=0))
    parts = [slice(*between) for between in pairwise(ends)]
    return [_accidents(own, variances[part], is_thin[part]) for own, part in zip(counts, parts, strict=True)]


def flat_of_each(counts: Sequence[Float[ndarray, " _"]], variances: Float[ndarray, "M D"]) -> list[Int[ndarray, " _"]]:
    """All components of those of several mixtures whose one shape is flat, and none of the others.

    With too few rows every shape is flat, which tells nothing.
    """
    D = variances.shape[1]
    return [
        np.arange(len(own) if own.sum() - len(own) > D and one.min() < _FLATTEST else 0)
        for own, one in zip(counts, variances, strict=True)
    ]


def _accidents(
    counts: Float[ndarray, " K"], variances: Float[ndarray, "K D"], is_thin: Bool[ndarray, " K"]
) -> Int[ndarray, " M"]:
    n_rows = float(counts.sum())
    return np.array(
        [k for k in np.flatnonzero(is_thin) if _may_be_an_accident(float(counts[k]), variances[k], n_rows)], dtype=int
    )


def _may_be_an_accident(count: float, variances: Float[ndarray, " D"], n_rows: float) -> bool:
    """Whether so many of all rows are expected to come so close together, were they one Gaussian cloud of variance one.

    Some D + 1 of them say where to look; how many of the others lie there is then a matter of chance. A group is met as
    often as it has D + 1 rows to begin with.
    """
    D = len(variances)
    others = count - (D + 1)
    if variances.min() < _FLATTEST or others < 1:
        return True
    expected = n_rows * min(1.0, exp(_log_share(variances)))
    if expected >= others:
        return True
    ways = _log_choices(n_rows, D + 1) - _log_choices(count, D + 1)
    return ways + others * log(expected) - expected - lgamma(others + 1) > log(_ACCIDENTS)


def _log_choices(n_rows: float, n_chosen: int) -> float:
    """Log of the number of ways to choose so many rows, less what does not depend on where from."""
    return lgamma(n_rows + 1) - lgamma(max(n_rows - n_chosen, 0.0) + 1)


def _log_share(variances: Float[ndarray, " D"]) -> float:
    """Log of the share of the cloud, where it is densest, that lies in the ellipse that holds the component."""
    D = len(variances)
    radius = sqrt(D + 2 * sqrt(2 * D))  # nineteen rows in twenty or more
    ball = D / 2 * log(pi) - lgamma(D / 2 + 1) + D * log(radius)
    return ball + float(np.log(variances).sum()) / 2 - D / 2 * log(2 * pi)


def widened(
    covariances: ndarray, deviations: Float[ndarray, " D"], whitener: Float[ndarray, "M D"], steps: Float[ndarray, " D"]
) -> ndarray:
    """Covariances with a width in directions where they have none, whose spread the others describe.

    A column in steps has the variance of what rounds to one value, a twelfth of a step squared (Sheppard 1898); no
    other direction tells of a group by being flat: there they vary as all rows do.

    Examples
    --------
    >>> variances, deviations = np.array([[4.0, 0.0], [0.0, 1.0]]), np.array([3.0, 5.0])
    >>> widened(variances, deviations, np.diag([1 / 3, 1 / 5]), np.array([np.inf, 6.0]))
    array([[4., 3.],
           [9., 1.]])
    """
    if covariances.ndim < 3:
        widths = np.minimum(deviations**2, steps**2 / 12)
        return np.where(covariances < _FLATTEST * deviations**2, widths, covariances)
    values, vectors = np.linalg.eigh(whitener @ covariances @ whitener.T)
    columns = np.abs(vectors.mT @ whitener)
    has_part = columns * deviations > _PART
    lengths = np.where(has_part, columns * np.where(has_part, steps, 0.0), 0.0).max(-1)
    widths = np.where(values < _FLATTEST, np.minimum(lengths**2 / 12, 1.0), 0.0)
    ways = np.linalg.pinv(whitener) @ (vectors * np.sqrt(widths)[:, None])
    return covariances + ways @ ways.mT


def are_flat(variances: Float[ndarray, "K _"], ridge: float) -> Bool[ndarray, " K"]:
    """Whether a component's variance in some direction is little more than the `ridge` that was added to it.

    Examples
    --------
    >>> import numpy as np
    >>> are_flat(np.array([[1.0, 0.5], [1.0, 1.1e-6]]), ridge=1e-6).tolist()
    [False, True]
    """
    return np.asarray(variances.min(1) < 2 * ridge)


def variances_along(covariances: ndarray) -> Float[ndarray, "K _"]:
    """Along the axes of each ellipse; at least the smallest that a number can be."""
    values = np.linalg.eigvalsh(covariances) if covariances.ndim == 3 else covariances.reshape(len(covariances), -1)
    return np.maximum(values, np.finfo(np.float64).tiny)
