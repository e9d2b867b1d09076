"""Small fits under all fourteen covariance models: those that share shapes must not cost much more than free ones."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from comparison.clock import median_seconds, per_iteration
from comparison.table import LABEL, TIME, TIMES, Effort, Table
from mixtura import GaussianMixture, datasets
from mixtura.covariance import FOURTEEN

NOTE = """\
150 × 4 rows (iris), K = 3, one thread, after a first fit: a default fit, which races five starts and moves components
about, how many times that is one under `VVV`, and one iteration, as the difference of two fits of different length."""


def table(effort: Effort) -> Table:
    """A default fit, and an iteration, under every model."""
    columns = [("model", LABEL), ("default fit, ms", TIME), ("times VVV", TIMES), ("iteration, µs", TIME)]
    return Table("Fourteen covariance models", NOTE, columns, _rows(effort))


def _rows(effort: Effort) -> Iterator[tuple[str | float, ...]]:
    points = np.ascontiguousarray(datasets.load("iris").data, dtype=np.float64)
    whole = partial(_default_fit, points, calls=effort.calls(4))
    free = whole("VVV")
    for name in FOURTEEN:
        seconds = whole(name)
        iteration = per_iteration(partial(_iterate, points, name), 20, 21 if effort.is_smoke else 3020, effort.repeats)
        yield name, seconds * 1e3, seconds / free, iteration * 1e6


def _default_fit(points: np.ndarray, name: str, calls: int) -> float:
    return median_seconds(lambda: GaussianMixture(3, covariance_type=name, random_state=0).fit(points), calls)


def _iterate(points: np.ndarray, name: str, n_iterations: int) -> int:
    options = {"init_params": "kmeans", "tol": 0, "max_iter": n_iterations, "random_state": 0}
    return int(GaussianMixture(3, covariance_type=name, **options).fit(points).n_iter_)
