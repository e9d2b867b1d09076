"""How far out rows lie: the share of a mixture's own rows whose density is no higher."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.remoteness import DRAWS, remoteness
from mixtura.tables import read_rows


def outlier_p_values(
    fitted: AnyFitted, data: Any, *, n_draws: int = DRAWS, seed: int = 0, n_threads: int = 1
) -> Float[ndarray, " N"]:
    """Of each row the share of the mixture's own rows whose density is no higher: small for outliers.

    If the mixture is right, one row in twenty has a value below 0.05, whatever its groups look like. Of one Gaussian
    or Student component the value is exact, by the laws of chi-square and of F; else the density of the row is compared
    with that of rows drawn from the mixture, and no value is smaller than 1 / (n_draws + 1). Of a mixture with noise,
    the rows of its groups are drawn. A row with missing cells is compared with rows that lack the same.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
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
    fitted = fitted_of(fitted)
    points = read_rows(fitted, data).source().points
    return p_values(fitted, points, n_draws, np.random.default_rng(seed), n_threads)


def p_values(
    fitted: FittedMixture, points: Float[ndarray, "N D"], n_draws: int, rng: np.random.Generator, n_threads: int = 1
) -> Float[ndarray, " N"]:
    """The same for rows that are numbers already."""
    return remoteness(fitted, n_draws, rng, n_threads).p_values(np.asarray(points, dtype=np.float64))
