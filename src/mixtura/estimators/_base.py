"""What the estimators share: validated input, random numbers, and outputs filled block by block."""

import warnings
from collections import deque
from collections.abc import Callable, Iterator
from numbers import Real
from os import PathLike
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from mixtura.diagnostics import count_distinct_rows
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Measured
from mixtura.runners.local import Local, n_threads
from mixtura.sources.array import ArraySource
from mixtura.sources.engines import engine_of
from mixtura.statistics import Block


def check_points(
    estimator: Any, X: Any, *, reset: bool, min_rows: int = 1, may_have_holes: bool = False
) -> Float[ndarray, "N D"]:
    """The rows as a C-contiguous float32 or float64 array, not copied if they are one; scikit-learn's errors."""
    refuse_far(estimator, X)
    points = validate_data(
        estimator,
        _collected(X),
        reset=reset,
        dtype=[np.float64, np.float32],
        order="C",
        ensure_all_finite="allow-nan",
        ensure_min_samples=min_rows,
    )
    least, largest = float(points.min()), float(points.max())
    if np.isnan(least):
        if not may_have_holes:
            raise ValueError(_describe_missing(points, getattr(estimator, "feature_names_in_", None)))
        least, largest = float(np.fmin.reduce(points, axis=None)), float(np.fmax.reduce(points, axis=None))
    check_magnitude(points, max(-least, largest))
    return points


def is_far(X: Any) -> bool:
    """Whether the rows are read block by block: files by name, sources, and collections on clusters."""
    if isinstance(X, np.ndarray):  # most are, and other questions take longer
        return False
    return engine_of(X) is not None or isinstance(X, (str, PathLike, Measured))


def refuse_far(estimator: Any, X: Any) -> None:
    """Raise a ValueError where rows are read block by block: for those who hold all rows at once."""
    if is_far(X):
        raise ValueError(
            f"{type(estimator).__name__} takes rows that are in memory: give it an array or a data frame. Files and "
            "collections are for GaussianMixture, BayesianGaussianMixture, StudentMixture, MixedMixture, "
            "LatentClassMixture and KMeans."
        )


def _collected(X: Any) -> Any:
    if isinstance(X, np.ma.MaskedArray):
        return np.ma.filled(X if X.dtype.kind == "f" else X.astype(np.float64), np.nan)
    if hasattr(X, "__array__") or isinstance(X, list):
        return X
    from mixtura.sources.frames import collected  # loads Arrow, which arrays do without

    return collected(X)


def check_magnitude(points: Float[ndarray, "N D"], largest: float) -> None:
    """Raise a ValueError where the sum of the squared distances may be more than a float can hold."""
    if largest > np.sqrt(float(np.finfo(points.dtype).max) / (16 * points.size)):
        raise ValueError(
            f"Input X holds a value of size {largest:.3g}, too large for squared distances in {points.dtype}: subtract "
            "the mean of each column and divide by its standard deviation."
        )


def _describe_missing(points: ndarray, names: ndarray | None) -> str:
    missing = np.isnan(points)
    row = int(missing.any(1).argmax())
    column = int(missing[row].argmax())
    where = f"column {names[column]!r}" if names is not None else f"column {column + 1}"
    return (
        f"Input X contains NaN in {missing.any(1).sum()} of {len(points)} rows, first in row {row + 1}, {where} "
        "(counted from 1). Drop these rows, or take GaussianMixture, which models what is missing and whose `impute` "
        "fills the cells."
    )


def check_weights(sample_weight: Any, n_rows: int) -> Float[ndarray, " N"] | None:
    """How much each row counts, or None if all count once."""
    if sample_weight is None:
        return None
    weights = np.ascontiguousarray(sample_weight, dtype=np.float64)
    if isinstance(sample_weight, Real):
        weights = np.full(n_rows, weights.item())
    if weights.shape != (n_rows,):
        raise ValueError(f"sample_weight has shape {weights.shape}; it needs one number for each of the {n_rows} rows.")
    if not np.isfinite(weights).all():
        row = int((~np.isfinite(weights)).argmax())
        raise ValueError(f"sample_weight is {weights[row]} in row {row + 1}; weights must be finite.")
    if weights.min() < 0:
        row = int((weights < 0).argmax())
        raise ValueError(f"sample_weight is {weights[row]:g} in row {row + 1}; weights must not be negative.")
    if not weights.any():
        raise ValueError("sample_weight is zero in every row; at least one row must count.")
    return weights


def which_count(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None) -> Bool[ndarray, " N"]:
    """Whether a row counts: one of weight zero takes no part, not even in a start, nor does one without any cell."""
    counts = np.ones(len(points), dtype=bool) if weights is None else weights > 0
    if np.isnan(points.min()):
        counts &= ~np.isnan(points).all(1)
        if not counts.any():
            raise ValueError("Every cell of input X that counts is NaN: there is nothing to look at.")
    return counts


def weighted_source(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"] | None) -> ArraySource:
    """The rows that count, as an array and its weights."""
    counts = which_count(points, weights)
    if counts.all():
        return ArraySource(points, weights)
    return ArraySource(points[counts], None if weights is None else weights[counts])


def rows_of_a_fit(estimator: Any, X: Any, sample_weight: Any) -> ArraySource:
    """The rows that count, of which some may lack cells; a column that holds nothing in any of them is an error."""
    points = check_points(estimator, X, reset=True, min_rows=2, may_have_holes=True)
    source = weighted_source(points, check_weights(sample_weight, len(points)))
    empty = np.flatnonzero(np.isnan(np.fmax.reduce(source.points)))
    if empty.size:
        names = getattr(estimator, "feature_names_in_", None)
        where = f"Column {empty[0] + 1}" if names is None else f"Column {names[empty[0]]!r}"
        raise ValueError(f"{where} of input X is NaN in all {source.n_rows} rows that count: leave it out.")
    return source


def check_enough_rows(points: Float[ndarray, "N D"], n_components: int) -> None:
    """Raise a ValueError where there are fewer rows than components, warn where there are fewer different ones."""
    if len(points) < n_components:
        raise ValueError(
            f"Expected n_samples >= n_components but got n_components = {n_components}, n_samples = {len(points)}"
        )
    n_distinct = count_distinct_rows(points, n_components)
    if n_distinct < n_components:
        warnings.warn(
            f"The number of distinct rows is {n_distinct}, fewer than n_components = {n_components}: some components "
            f"share a point, and only reg_covar gives them a width. Ask for at most {n_distinct}.",
            ConvergenceWarning,
            stacklevel=3,
        )


def generator(random_state: Any) -> np.random.Generator:
    """A stream of random numbers from what scikit-learn calls `random_state`; an instance of it moves on."""
    words = check_random_state(random_state).randint(0, 2**32, size=4, dtype=np.uint32)
    return np.random.default_rng(words)


def local(n_jobs: int | None) -> Local:
    """Where a pass runs: `n_jobs` threads of this process, or where the rows are."""
    return Anywhere(n_threads(n_jobs))


def fill(answer: ndarray, points: Float[ndarray, "N D"], function: Callable[[Block], Any], runner: Local) -> None:
    """Write what `function` says of every block to its rows of the answer.

    The threads that find it also write it: memory that is new to the process is slow to reach.
    """

    def write(item: tuple[Block, slice]) -> None:
        block, rows = item
        answer[rows] = function(block)

    deque(runner.map(write, with_rows(points)), maxlen=0)


def with_rows(points: Float[ndarray, "N D"]) -> Iterator[tuple[Block, slice]]:
    """Every block with the rows that it covers."""
    start = 0
    for block in ArraySource(points).blocks():
        yield block, slice(start, start + len(block.points))
        start += len(block.points)


def reference_means(means: Any, shape: tuple[int, int]) -> Float[ndarray, "K D"]:
    """The means of a reference to match, which must have as many components and columns."""
    array = np.array(means, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"The reference has means of shape {array.shape}, this fit {shape}: they must agree.")
    return array
