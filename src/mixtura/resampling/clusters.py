"""Whether clusters come back when the rows are drawn again (Hennig 2007), and which rows then stay together."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.errors import FitError
from mixtura.fitted import AnyFitted, fitted_of
from mixtura.mixture import NOISE
from mixtura.resampling.replicates import Original, draw_rows, original, search_again
from mixtura.runners.local import Local
from mixtura.statistics import Block

RECOVERED, DISSOLVED = 0.75, 0.5  # Jaccard similarities from which, and up to which, a cluster counts as such
_VERDICTS = ((0.85, "very stable"), (0.75, "stable"), (0.6, "a pattern, but which rows belong to it is doubtful"))
_UNSTABLE = "not stable: take it for nothing real"
_MOST_PAIRED = 300  # rows of the matrix of pairs


class Stability(NamedTuple):
    """What became of clusters and rows in fits to rows drawn again.

    `jaccard` has a row for each replicate and a column for each cluster: how alike the cluster and the most similar one
    of the replicate are, among the rows drawn; NaN where none of its rows was. `consistency` is, for every row of the
    table, the share of the replicates that put it into the cluster which its own became. `together` says the same of
    pairs of `rows`, some of each cluster in their order: the share of the replicates that put both into one cluster.
    """

    jaccard: Float[ndarray, "B K"]
    consistency: Float[ndarray, " N"]
    together: Float[ndarray, "M M"]
    rows: Int[ndarray, " M"]
    labels: Int[ndarray, " N"]
    n_failed: int

    def __repr__(self) -> str:
        return f"<Stability: {len(self.jaccard)} fits, mean similarity of clusters: {np.round(self.means, 2)}>"

    @property
    def means(self) -> Float[ndarray, " K"]:
        """Mean similarity of each cluster; NaN if none of its rows was ever drawn."""
        n_seen = np.isfinite(self.jaccard).sum(0)
        return np.where(n_seen > 0, np.nansum(self.jaccard, axis=0) / np.maximum(n_seen, 1), np.nan)

    @property
    def recovered(self) -> Float[ndarray, " K"]:
        """In which share of the replicates each cluster came back."""
        return (self.jaccard >= RECOVERED).mean(0)

    @property
    def dissolved(self) -> Float[ndarray, " K"]:
        """In which share of the replicates nothing was like it any more."""
        return (self.jaccard <= DISSOLVED).mean(0)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What the means say, in the words of Hennig's rule of thumb."""
        return tuple(verdict(float(mean)) for mean in self.means)

    def record(self) -> dict[str, Any]:
        """What the history of a mixture keeps of it: how clusters fared, ready for JSON."""
        columns = zip(self.means, self.recovered, self.dissolved, self.verdicts, strict=True)
        return {
            "n_replicates": len(self.jaccard) + self.n_failed,
            "n_failed": self.n_failed,
            "contrast": self.contrast,
            "clusters": [
                {
                    "similarity": None if np.isnan(mean) else float(mean), "recovered": float(recovered),
                    "dissolved": float(dissolved), "verdict": words, "is_real": bool(mean >= _VERDICTS[-1][0]),
                }
                for mean, recovered, dissolved, words in columns
            ],
        }  # fmt: skip

    @property
    def contrast(self) -> float:
        """How decided pairs of rows are: 1 if all are always or never together, 0 if it is a toss-up."""
        pairs = self.together[np.triu_indices(len(self.rows), 1)]
        return float(np.abs(2 * pairs - 1).mean()) if len(pairs) else 1.0


def verdict(mean: float) -> str:
    """What a mean Jaccard similarity says of a cluster."""
    return next((words for least, words in _VERDICTS if mean >= least), _UNSTABLE)


def stability(
    fitted: AnyFitted, data: Any, weights: Any = None, *, n_replicates: int = 100, seed: int = 0, n_threads: int = 1
) -> Stability:
    """Fit the mixture again to rows drawn with replacement, and see which clusters come back.

    Every replicate searches anew from starts of its own, with the same number of components and the same model.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        The rows it was fitted to; columns as for `classify`.
    weights : array of shape (N,), optional
        How much each row counts; by default the weights of the Table, or once.
    n_replicates : int
        How many fits.
    seed : int
        Same seed, same result, whatever the number of threads.
    n_threads : int
        Fits that are made side by side.

    Returns
    -------
    Stability
        A mean similarity of 0.75 or more is that of a stable cluster, below 0.6 nothing real should be made of it.

    Raises
    ------
    DataError
        As `classify`, and if the clusters are merged components.
    FitError
        If no replicate led to a usable mixture.
    ValueError
        If `n_replicates` is less than one.

    Notes
    -----
    C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52 (2007). Rows
    that are drawn several times count once in the comparison.

    Examples
    --------
    >>> import numpy as np
    >>> import mixtura
    >>> rng = np.random.default_rng(0)
    >>> rows = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(9, 1, (40, 2))])
    >>> fitted = mixtura.assemble(mixtura.select(rows, n_components=[2], covariances=["full"]))
    >>> found = mixtura.stability(fitted, rows, n_replicates=10)
    >>> found.means, found.verdicts
    (array([1., 1.]), ('very stable', 'very stable'))
    """
    if n_replicates < 1:
        raise ValueError(f"n_replicates is {n_replicates}; at least one fit is needed.")
    origin = original(fitted_of(fitted), data, weights)
    labels = origin.labels(origin.parameters, n_threads)
    function = partial(_replicate, origin, labels)
    found = list(Local(n_threads).map(function, np.random.SeedSequence(seed).spawn(n_replicates)))
    kept = [replicate for replicate in found if replicate is not None]
    if not kept:
        raise FitError(f"None of {n_replicates} fits to rows drawn again led to a usable mixture.")
    rows = _some_of_each(labels)
    return Stability(
        jaccard=np.array([replicate.jaccard for replicate in kept]),
        consistency=np.mean([replicate.labels == np.append(replicate.became, NOISE)[labels] for replicate in kept], 0),
        together=co_assignment([replicate.labels[rows] for replicate in kept]),
        rows=rows,
        labels=labels,
        n_failed=n_replicates - len(kept),
    )


def jaccard(
    before: Int[ndarray, " N"], after: Int[ndarray, " N"], n_clusters: int
) -> tuple[Float[ndarray, " K"], Int[ndarray, " K"]]:
    """How alike each cluster and the most similar one afterwards are, and which that is.

    Parameters
    ----------
    before, after : array of shape (N,)
        Labels of the same rows; those of rows in no cluster are negative.
    n_clusters : int
        Clusters before and after.

    Returns
    -------
    similarities : array of shape (K,)
        Rows in both clusters over rows in either; NaN for a cluster without rows.
    became : array of shape (K,)

    Examples
    --------
    >>> import numpy as np
    >>> jaccard(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0]), 2)
    (array([0.66666667, 0.5       ]), array([1, 0]))
    """
    table = np.zeros((n_clusters + 1, n_clusters + 1))
    np.add.at(table, (before, after), 1)  # -1 is the last row or column
    sizes, others = table.sum(1), table.sum(0)
    unions = (sizes[:, None] + others - table)[:-1, :-1]
    shares = np.divide(table[:-1, :-1], unions, out=np.zeros_like(unions), where=unions > 0)
    return np.where(sizes[:-1] > 0, shares.max(1), np.nan), shares.argmax(1)


def co_assignment(labels: Sequence[Int[ndarray, " M"]]) -> Float[ndarray, "M M"]:
    """The share of the partitions of the same rows that put both of a pair into one cluster.

    Examples
    --------
    >>> import numpy as np
    >>> co_assignment([np.array([0, 0, 1]), np.array([0, 1, 1])])
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    together = np.zeros((len(labels[0]), len(labels[0])))
    for own in labels:
        together += own[:, None] == own
    return together / len(labels)


class _Replicate(NamedTuple):
    jaccard: Float[ndarray, " K"]
    became: Int[ndarray, " K"]
    labels: Int[ndarray, " N"]  # of all rows


def _replicate(origin: Original, labels: Int[ndarray, " N"], stream: np.random.SeedSequence) -> _Replicate | None:
    rng = np.random.default_rng(stream)
    counts = draw_rows(origin, rng)
    found = search_again(origin, Block(origin.points, counts), rng)
    if found is None:
        return None
    after, drawn = origin.labels(found), counts > 0
    return _Replicate(*jaccard(labels[drawn], after[drawn], len(found.weights)), after)


def _some_of_each(labels: Int[ndarray, " N"]) -> Int[ndarray, " M"]:
    """Rows evenly spread over those sorted by cluster, all if they are few."""
    ordered = np.argsort(labels, kind="stable")
    return ordered[np.unique(np.linspace(0, len(labels) - 1, min(len(labels), _MOST_PAIRED)).round().astype(int))]
