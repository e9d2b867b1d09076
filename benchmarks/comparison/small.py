"""Fits that are over before a clock can tell: what a call costs whatever the rows."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from sklearn import cluster, mixture

from comparison import sides
from comparison.clock import median_seconds
from comparison.sides import beside, theirs
from comparison.table import LABEL, Effort, Table
from mixtura import GaussianMixture, KMeans, datasets

NOTE = """\
272 × 2 rows (Old Faithful), K = 2, one thread, after a first fit. "Given" is from the same weights, means and
precisions under scikit-learn's `tol` and `max_iter`: the same iterations. Our default fit races five starts and moves
components about; it has no like there: beside it stands scikit-learn's default, which runs one start."""

_GIVEN = {
    "weights_init": [0.4, 0.6],
    "means_init": [[2.0, 55.0], [4.3, 80.0]],
    "precisions_init": [[[13.0, -0.15], [-0.15, 0.03]], [[7.0, -0.15], [-0.15, 0.03]]],
    "tol": 1e-3,
    "max_iter": 100,
}
_KMEANS = {"init_params": "kmeans", "tol": 1e-3, "max_iter": 100}

FITS: dict[str, tuple[Any, Any]] = {
    "mixture, given": (partial(GaussianMixture, 2, **_GIVEN), partial(mixture.GaussianMixture, 2, **_GIVEN)),
    "mixture, one start": (partial(GaussianMixture, 2, **_KMEANS), partial(mixture.GaussianMixture, 2, **_KMEANS)),
    "mixture, default": (partial(GaussianMixture, 2), partial(mixture.GaussianMixture, 2)),
    "k-means, default": (partial(KMeans, 2), partial(cluster.KMeans, 2)),
}


def table(effort: Effort) -> Table:
    """A few small fits."""
    return Table("Small fits", NOTE, [("fit", LABEL), *sides.columns()], _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    points = np.ascontiguousarray(datasets.load("faithful").data, dtype=np.float64)
    for words, fits in FITS.items():
        own, other = (partial(_fit, estimator, points) for estimator in fits)
        ours = median_seconds(own, effort.calls(20))
        yield words, *beside(ours, *theirs(partial(median_seconds, other, effort.calls(20))))


def _fit(estimator: Any, points: np.ndarray) -> None:
    estimator(random_state=0).fit(points)
