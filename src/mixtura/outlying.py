"""How far out rows lie: the share of a mixture's own rows whose density is no higher."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import labels
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student
from mixtura.fitted import FittedMixture
from mixtura.sources.array import ArraySource
from mixtura.tables import read_rows

DRAWS = 20_000


def outlier_p_values(
    fitted: FittedMixture, data: Any, *, n_draws: int = DRAWS, seed: int = 0, n_threads: int = 1
) -> Float[ndarray, " N"]:
    """Of each row the share of the mixture's own rows whose density is no higher: small for outliers.

    If the mixture is right, one row in twenty has a value below 0.05, whatever its groups look like. Of one Gaussian
    or Student component the value is exact, by the laws of chi-square and of F; else the density of the row is compared
    with that of rows drawn from the mixture, and no value is smaller than 1 / (n_draws + 1). Of a mixture with noise,
    the rows of its groups are drawn. A row with missing cells is compared with rows that lack the same.

    Parameters
    ----------
    fitted : FittedMixture
        From `assemble`, `load` or an estimator's `to_fitted`.
    data : data frame, array of shape (N, D), file or Table
        Columns as for `classify`.
    n_draws : int, default=20000
        How many rows are drawn.
    seed : int
        Same seed, same draws.
    n_threads : int
        The result is the same for any number of them.

    Returns
    -------
    array of shape (N,)
        From 0 to 1; a row without any cell has 1.

    Raises
    ------
    DataError
        If a column is not there, or a cell is infinite or no number.
    ValueError
        If `n_draws` is less than one.

    Examples
    --------
    >>> import mixtura
    >>> eruptions = mixtura.datasets.load("faithful").frame("pyarrow")
    >>> fitted = mixtura.assemble(mixtura.select(eruptions, n_components=[2], covariances=["full"]))
    >>> mixtura.outlier_p_values(fitted, {"eruptions": [2.0, 2.0], "waiting": [54, 80]}).round(2)
    array([0.91, 0.  ])
    """
    points = read_rows(fitted, data).source().points
    return p_values(fitted, points, n_draws, np.random.default_rng(seed), n_threads)


def p_values(
    fitted: FittedMixture, points: Float[ndarray, "N D"], n_draws: int, rng: np.random.Generator, n_threads: int = 1
) -> Float[ndarray, " N"]:
    """The same for rows that are numbers already."""
    if n_draws < 1:
        raise ValueError(f"n_draws={n_draws} asks for no rows at all: use 1 or more.")
    groups, points = _without_noise(fitted.middle), np.asarray(points, dtype=np.float64)
    found = _log_density(groups, points, n_threads)
    holes = np.isnan(points)
    if groups.n_components == 1 and isinstance(groups.model.emission, Gaussian | Student):
        values = _of_one(groups, holes, found)
    else:
        rows, _ = groups.model.sample(groups.parameters, n_draws, rng)
        values = _among(groups, rows, holes, found, n_threads)
    return np.where(holes.all(1), 1.0, values)


def _without_noise(fitted: FittedMixture) -> FittedMixture:
    weights = fitted.parameters.weights
    parameters = fitted.parameters._replace(weights=weights / weights.sum())
    return replace(fitted, model=replace(fitted.model, noise=None), parameters=parameters)


def _log_density(fitted: FittedMixture, points: Float[ndarray, "N D"], n_threads: int = 1) -> Float[ndarray, " N"]:
    return labels.classify(fitted, ArraySource(points), n_threads).log_density


def _of_one(fitted: FittedMixture, holes: ndarray, found: Float[ndarray, " N"]) -> Float[ndarray, " N"]:
    """Distances of Mahalanobis, from how much lower the density is than at the mean, by the cells that are there."""
    from scipy.special import chdtrc, fdtrc  # takes a while to load, which few need

    emission = fitted.parameters.emission
    drop = np.maximum(_log_density(fitted, np.where(holes, np.nan, emission.means)) - found, 0.0)
    n_seen = np.maximum((~holes).sum(1), 1)
    if isinstance(fitted.model.emission, Gaussian):
        return np.asarray(chdtrc(n_seen, 2 * drop))
    dof = emission.dof[0]
    return np.asarray(fdtrc(n_seen, dof, dof * np.expm1(2 * drop / (dof + n_seen)) / n_seen))


def _among(
    fitted: FittedMixture, drawn: Float[ndarray, "M D"], holes: ndarray, found: Float[ndarray, " N"], n_threads: int
) -> Float[ndarray, " N"]:
    """The ranks of log-densities among those of rows that are drawn, which lack the same cells."""
    values = np.empty(len(found))
    patterns, which = np.unique(holes, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        mine = which.reshape(-1) == number
        others = np.sort(_log_density(fitted, np.where(pattern, np.nan, drawn), n_threads))
        values[mine] = (1 + np.searchsorted(others, found[mine], side="right")) / (1 + len(drawn))
    return values
