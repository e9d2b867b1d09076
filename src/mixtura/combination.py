"""Merge the components of a mixture into clusters: the public `combine`, for tables of any kind."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import labels, merging
from mixtura.errors import DataError
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.merging import METHODS, Groups, Hierarchy
from mixtura.merging.grouping import grouped, taken_apart
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.sources.table import Table
from mixtura.tables import read_rows


class Combination(NamedTuple):
    """A mixture, and all stages at which its components can be seen as clusters.

    Attributes
    ----------
    components : FittedMixture
        The mixture before merging.
    hierarchy : Hierarchy
        The `merges` in order (components of the left and of the right cluster, how near they were), the `entropies` of
        the soft assignment to 1, 2, … K clusters (nats), and the `suggested` number of clusters.
    """

    components: FittedMixture
    hierarchy: Hierarchy

    @property
    def suggested(self) -> int:
        """The number of clusters that the method suggests."""
        return self.hierarchy.suggested

    def groups(self, n_clusters: int | None = None) -> Groups:
        """The components of every cluster; by default of as many as the method suggests."""
        return self.hierarchy.groups(self.suggested if n_clusters is None else n_clusters)

    def mixture(self, n_clusters: int | None = None) -> FittedMixture:
        """The mixture with merged clusters: of the same density, to be saved, shown and asked as any other.

        Parameters
        ----------
        n_clusters : int, optional
            How many; by default as many as the method suggests.

        Raises
        ------
        ValueError
            If there are fewer components.
        DataError
            If the components are not Gaussian.
        """
        return grouped(self.components, self.groups(n_clusters), self._record())

    def probabilities(self, X: Any, n_clusters: int | None = None) -> Float[ndarray, "N G"]:
        """The soft assignment of rows to merged clusters, in the order of `groups`.

        Parameters
        ----------
        X : data frame, array of shape (N, D), file or Table
            Rows, in the columns of the mixture.
        n_clusters : int, optional
            How many; by default as many as the method suggests.
        """
        shares = labels.responsibilities(self.components, read_rows(self.components, X).source())
        return np.stack([shares[:, list(group)].sum(1) for group in self.groups(n_clusters)], axis=1)

    def _record(self) -> dict[str, Any]:
        method, merges, entropies, suggested = self.hierarchy
        return {
            "method": method,
            "n_components": self.components.n_components,
            "merges": [{"left": list(a), "right": list(b), "affinity": affinity} for a, b, affinity in merges],
            "entropies": list(entropies),
            "suggested": suggested,
        }


def combine(
    fitted: AnyFitted,
    X: Any,
    sample_weight: Any = None,
    *,
    method: str = "entropy",
    threshold: float | None = None,
    n_threads: int = 1,
) -> Combination:
    """Merge the components of a mixture into clusters, two at a time until one is left.

    A cluster that is no ellipse takes several Gaussians; the density stays as it is, and clusters become groups of
    components.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        The mixture. Where clusters are groups already, merging begins again with their components.
    X : data frame, array of shape (N, D), file or Table
        Rows, usually those of the fit.
    sample_weight : array of shape (N,), optional
        How much each row counts; by default the weights of the Table, or once.
    method : {"entropy", "demp", "modes"}
        Join the two clusters whose union makes the assignment surest [1]_, of which one is most often taken for the
        other [2]_, or between which the density dips least [2]_ [3]_.
    threshold : float, optional
        Suggest the stage at which no two clusters are as near as this, in the method's measure: nats per row, a share
        of the rows (0.025 by default), or the height of the pass between two peaks beside the lower one (1 by default:
        clusters are peaks of the density). By default, "entropy" suggests the bend of the entropies.
    n_threads : int
        The result is the same for any number of them.

    Returns
    -------
    Combination
        All stages: `groups`, the merged `mixture`, `probabilities`, and the number of clusters `suggested`.

    Raises
    ------
    DataError
        If the rows cannot be used: see `classify`.
    ValueError
        If the method is unknown or the threshold negative or no number.

    References
    ----------
    .. [1] Baudry, Raftery, Celeux, Lo & Gottardo 2010, J. Comput. Graph. Stat. 19, 332-353 (R: ``clustCombi``).
    .. [2] Hennig 2010, Adv. Data Anal. Classif. 4, 3-34 (R: ``fpc::mergenormals``).
    .. [3] Li, Ray & Lindsay 2007, J. Mach. Learn. Res. 8, 1687-1723.

    Examples
    --------
    >>> import numpy as np
    >>> import mixtura
    >>> rng = np.random.default_rng(0)
    >>> bent = rng.normal(0, 0.3, (300, 2)) + np.repeat([[0, 0], [1, 2], [2, 0]], 100, axis=0) * [1, 0.5]
    >>> X = np.concatenate([bent, rng.normal(9, 0.5, (100, 2))])
    >>> mixture = mixtura.GaussianMixture(4, random_state=0).fit(X)
    >>> combination = mixtura.combine(mixture, X, method="demp")
    >>> merged = combination.mixture(2)
    >>> merged.n_components, np.round(merged.parameters.weights, 2).tolist()
    (2, [0.75, 0.25])
    """
    _check(method, threshold)
    components = taken_apart(fitted_of(fitted))
    table = read_rows(components, X, sample_weight)
    hierarchy = merging.merge(components, _source(table), method, threshold=threshold, runner=Local(n_threads))
    return Combination(components, hierarchy)


def _source(table: Table) -> ArraySource:
    source = table.source()
    if not source.total_weight > 0:
        raise DataError("The weights of all rows are zero: at least one row must count.")
    return source


def _check(method: str, threshold: float | None) -> None:
    if method not in METHODS:
        raise ValueError(f"method={method!r} is unknown: use one of {', '.join(METHODS)}.")
    if threshold is not None and not threshold >= 0:
        raise ValueError(f"threshold={threshold!r} is not a number of at least zero.")
