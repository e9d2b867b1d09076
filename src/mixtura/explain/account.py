"""How well latent classes account for the answers that rows gave."""

from math import isfinite

import numpy as np

from mixtura.emissions.categorical import Categorical
from mixtura.explain.records import Account, Pair, Rows
from mixtura.fitted import FittedMixture
from mixtura.goodness import goodness, patterns_of

_MOST_PAIRS = 5


def describe_account(fitted: FittedMixture, rows: Rows) -> Account | None:
    """None where some columns are no categories, or rows count for nothing."""
    emission = fitted.model.emission
    if not isinstance(emission, Categorical):
        return None
    known = rows.points if rows.holes is None else np.where(rows.holes, np.nan, rows.points)
    counted = rows.weights > 0
    found = goodness(
        fitted.model, fitted.parameters, patterns_of(known[counted], rows.weights[counted], emission.n_levels)
    )
    residuals = found.bivariate_residuals
    pairs = sorted(zip(*np.triu_indices(len(residuals), 1), strict=True), key=lambda pair: -residuals[pair])
    return Account(
        g_squared=found.g_squared if isfinite(found.g_squared) else None,
        x_squared=found.x_squared if isfinite(found.x_squared) else None,
        df=found.df,
        entropy_r2=found.entropy_r2,
        pairs=tuple(Pair(int(i), int(j), float(residuals[i, j])) for i, j in pairs[:_MOST_PAIRS]),
    )
