"""Two mixtures side by side: do they put the same rows together, which component became which, and how it moved."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from mixtura.comparison.drift import Match, match
from mixtura.comparison.partitions import adjusted_rand, cross_table, mutual_information
from mixtura.errors import DataError
from mixtura.explain.kinds import as_numbers
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.tables import classify

__all__ = ["Comparison", "Match", "compare", "compare_labels"]


class Comparison(NamedTuple):
    """What two mixtures have in common.

    `features` are the columns of both. `flow` counts the rows of each component of the first (rows of the table) in
    each of the second; it and the indices of agreement are None without rows. `matches` are pairs of components;
    `gone` are those of the first without a counterpart, `new` those of the second.
    """

    features: tuple[str, ...]
    n_rows: int | None
    adjusted_rand: float | None
    mutual_information: float | None
    share_kept: float | None
    flow: tuple[tuple[int, ...], ...] | None
    matches: tuple[Match, ...]
    gone: tuple[int, ...]
    new: tuple[int, ...]


def compare(first: AnyFitted, second: AnyFitted, data: Any = None) -> Comparison:
    """Compare two mixtures, by the rows of a table or by their parameters alone.

    Parameters
    ----------
    first, second : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like: of two days, two models, two samples.
    data : data frame, array of shape (N, D), file or Table, optional
        Rows for both to label, with the columns of both.

    Returns
    -------
    Comparison
        Components are matched by the rows they share, or without rows by how little lies between them.

    Raises
    ------
    DataError
        If the mixtures have no column in common and there are no rows, or the rows lack a column.

    Examples
    --------
    >>> import mixtura
    >>> iris = mixtura.datasets.load("iris").frame("pyarrow")
    >>> two, three = (
    ...     mixtura.assemble(mixtura.select(iris, n_components=[k], covariances=["full"])) for k in (2, 3)
    ... )
    >>> told = mixtura.compare(two, three, iris)
    >>> [(match.first, match.second) for match in told.matches], told.matches[1].n_kept, told.new
    ([(0, 0), (1, 1)], 50, (2,))
    """
    first, second = fitted_of(first), fitted_of(second)
    if data is None:
        return compare_labels(first, second, None)
    labels = tuple(classify(fitted, data).labels for fitted in (first, second))
    return compare_labels(first, second, (labels[0], labels[1]))


def compare_labels(
    first: FittedMixture, second: FittedMixture, labels: tuple[Int[ndarray, " N"], Int[ndarray, " N"]] | None
) -> Comparison:
    """Compare two mixtures that have labelled the same rows; None for no rows.

    Raises
    ------
    DataError
        If the mixtures have no column in common and there are no rows.
    """
    first, second = as_numbers(first), as_numbers(second)
    features = tuple(name for name in first.features if name in second.features)
    if labels is None and not features:
        raise DataError("The two models have no column in common: give rows that have the columns of both.")
    flow = None if labels is None else _flow(labels, (first.n_components, second.n_components))
    matches = match((first, second), features, flow)
    kept = sum(pair.n_kept or 0 for pair in matches)
    return Comparison(
        features=features,
        n_rows=None if flow is None else int(flow.sum()),
        adjusted_rand=None if flow is None else adjusted_rand(flow),
        mutual_information=None if flow is None else mutual_information(flow),
        share_kept=None if flow is None else kept / max(int(flow.sum()), 1),
        flow=None if flow is None else tuple(map(tuple, flow.tolist())),
        matches=matches,
        gone=tuple(sorted(set(range(first.n_components)) - {pair.first for pair in matches})),
        new=tuple(sorted(set(range(second.n_components)) - {pair.second for pair in matches})),
    )


def _flow(labels: tuple[ndarray, ndarray], shape: tuple[int, int]) -> Int[ndarray, "I J"]:
    flow = np.zeros(shape, dtype=int)
    is_in_both = (labels[0] >= 0) & (labels[1] >= 0)  # noise is in no cluster
    found = cross_table(labels[0][is_in_both].astype(int), labels[1][is_in_both].astype(int))
    flow[: found.shape[0], : found.shape[1]] = found
    return flow
