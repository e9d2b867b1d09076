"""How many rows lie far out, beside how many were to be expected."""

from collections.abc import Iterator

import numpy as np

from mixtura.explain.numbers import brief, percent
from mixtura.explain.records import Rows
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.remoteness import DRAWS, Level, expected_and_found, remoteness

_SUSPECT = 3.0  # times the number expected, and
_FEWEST = 4.0  # more than that, are more than chance and a fit to the same rows make


def describe_outliers(fitted: FittedMixture, rows: Rows) -> tuple[Level, ...] | None:
    """Of complete rows: those that lack cells would have to be compared with draws for every pattern of them."""
    complete = np.ones(len(rows.points), dtype=bool) if rows.holes is None else ~rows.holes.any(1)
    if not complete.any():
        return None
    far = remoteness(fitted, DRAWS, np.random.default_rng(0))
    values = far.p_values(np.ascontiguousarray(rows.points[complete], dtype=np.float64))
    return expected_and_found(values, rows.weights[complete])


def outlier_caution(fitted: FittedMixture, levels: tuple[Level, ...] | None) -> Iterator[str]:
    """A sentence where far more rows lie far out than the mixture accounts for; noise is told of elsewhere."""
    level = levels[-1] if levels and not fitted.model.leaves_out else None
    if level and level.found > _SUSPECT * level.expected + _FEWEST:
        yield (
            f"{count(round(level.found), 'row')} lie farther out than {percent(1 - level.below)} of the mixture's own "
            f"would, {brief(level.expected)} of which were to be expected: outliers, heavy tails, or groups of another "
            "shape; --outliers uniform lets rows belong to no cluster."
        )
