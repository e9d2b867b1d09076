"""The rows whose cluster is least sure, and which other cluster each might belong to."""

import numpy as np

from mixtura.explain.records import Doubt, Rows
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block, Incomplete

_LISTED = 10
_CERTAIN = 0.999  # a row of at least this probability is not doubtful


def describe_doubts(fitted: FittedMixture, rows: Rows) -> tuple[Doubt, ...]:
    """The least sure rows first; rows without weight do not count."""
    probabilities = rows.classification.probabilities
    counted = np.flatnonzero((rows.weights > 0) & (probabilities < _CERTAIN))
    chosen = counted[np.argsort(probabilities[counted], kind="stable")[:_LISTED]]
    if fitted.n_components == 1 or not len(chosen):
        return ()
    known = rows.points[chosen] if rows.holes is None else np.where(rows.holes[chosen], np.nan, rows.points[chosen])
    kind = Incomplete if np.isnan(known).any() else Block
    block = kind(np.ascontiguousarray(known), np.ones(len(chosen)))
    others = fitted.model.posterior(fitted.parameters)(block)[0][:, : fitted.n_components].copy()
    others[np.arange(len(chosen)), rows.classification.labels[chosen]] = -1.0
    seconds = others.argmax(1)
    return tuple(
        Doubt(int(row), int(second), float(shares[second]))
        for row, second, shares in zip(chosen, seconds, others, strict=True)
    )
