"""Clusters beside noise: what is said of them is said of the rows that belong to one."""

from dataclasses import replace
from math import inf

import numpy as np

from mixtura.errors import DataError
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.mixture import NOISE, Classification


def only_clusters(fitted: FittedMixture, rows: Rows) -> tuple[FittedMixture, Rows]:
    """The mixture without its noise, and the rows that are none, under the names they had."""
    if not fitted.model.leaves_out:
        return fitted, rows
    kept = rows.classification.labels != NOISE
    if not kept.any():
        raise DataError("No row belongs to a cluster of this mixture: all are noise, or trimmed.")
    ids = np.arange(1, len(kept) + 1) if rows.ids is None else np.asarray(rows.ids)
    of_clusters = without_noise(fitted)
    if fitted.model.floor > -inf:
        of_clusters.history["n_trimmed"] = int((~kept).sum())
    return of_clusters, rows._replace(
        points=np.ascontiguousarray(rows.points[kept]),
        weights=rows.weights[kept],
        classification=Classification(*(values[kept] for values in rows.classification)),
        ids=ids[kept],
        truth=None if rows.truth is None else rows.truth[kept],
        extra=None if rows.extra is None else {name: values[kept] for name, values in rows.extra.items()},
        holes=None if rows.holes is None else rows.holes[kept],
    )


def without_noise(fitted: FittedMixture) -> FittedMixture:
    """The components alone; the share of the noise stays on record."""
    if not fitted.model.leaves_out:
        return fitted
    weights = fitted.parameters.weights
    return replace(
        fitted,
        model=replace(fitted.model, noise=None, floor=-inf),
        parameters=fitted.parameters._replace(weights=weights / weights.sum()),
        history=fitted.history | {"noise_share": fitted.noise_share},
    )
