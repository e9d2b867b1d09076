"""What the clusters are, in numbers and in words.

`explain` turns a fitted mixture and its rows into a record of plain numbers and sentences; files, commands and the
report only choose what to show of it. Everything is deterministic.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.explain.account import describe_account
from mixtura.explain.cautions import cautions
from mixtura.explain.dispersion import dispersion_caution
from mixtura.explain.doubts import describe_doubts
from mixtura.explain.items import describe_items
from mixtura.explain.kinds import has_kind, shown
from mixtura.explain.missing import describe_missing
from mixtura.explain.noise import only_clusters
from mixtura.explain.outliers import describe_outliers, outlier_caution
from mixtura.explain.overlap import nearest, pair_overlaps
from mixtura.explain.profiles import component_moments, describe_certainty, describe_cluster, describe_columns
from mixtura.explain.records import (
    Account,
    Certainty,
    Change,
    Cluster,
    Column,
    Condition,
    Doubt,
    Explanation,
    Item,
    Missing,
    Pair,
    RowExplanation,
    Rows,
    Rule,
    Separation,
)
from mixtura.explain.row import explain_row
from mixtura.explain.rules import find_rules
from mixtura.explain.separation import importance, separate
from mixtura.explain.words import headline
from mixtura.fitted import FittedMixture
from mixtura.mixture import Classification

__all__ = [
    "Account",
    "Certainty",
    "Change",
    "Cluster",
    "Column",
    "Condition",
    "Doubt",
    "Explanation",
    "Item",
    "Pair",
    "RowExplanation",
    "Rows",
    "Rule",
    "Separation",
    "explain",
    "explain_row",
    "explain_rows",
]


def explain(
    fitted: FittedMixture,
    points: Float[ndarray, "N D"],
    weights: Float[ndarray, " N"] | None,
    classification: Classification,
    overlaps: Float[ndarray, "K K"] | None = None,
    holes: Bool[ndarray, "N D"] | None = None,
) -> Explanation:
    """Describe the columns, every cluster and how sure the answer is.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    points : array of shape (N, D)
        The rows to describe it by, in the units of the data; usually those it was fitted to.
    weights : array of shape (N,), optional
        How much each row counts.
    classification : Classification
        What the mixture says of these rows, the whole table.
    overlaps : array of shape (K, K), optional
        How much each pair of clusters overlaps, where more is known than these columns show.
    holes : array of shape (N, D), optional
        Which cells were missing and are filled in.

    Returns
    -------
    Explanation
        Plain numbers, tuples and sentences. Means and standard deviations of clusters are those of the mixture;
        medians, shares and certainties are taken over the rows.

    Raises
    ------
    ValueError
        If the rows have other columns than the mixture, or the classification has another number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.selection import select
    >>> from mixtura.statistics import Block
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(10, 1, (80, 1)), rng.normal(30, 1, (20, 1))])
    >>> fitted = assemble(select(points, n_components=[2], covariances=["tied"]), ["minutes"])
    >>> labels = fitted.model.classify(fitted.parameters)(Block(points, np.ones(100)))
    >>> explanation = explain(fitted, points, None, labels)
    >>> explanation.headline
    '2 clusters in 100 rows, 1 column'
    >>> explanation.clusters[1].sentence
    '20 % of the rows: high minutes (29.9, overall 14.1).'
    """
    _check_shapes(fitted, points, classification)
    weights = np.ones(len(points)) if weights is None else weights
    return _explained(fitted, Rows(points, weights, classification, holes=holes), overlaps)


def _explained(fitted: FittedMixture, everything: Rows, overlaps: Float[ndarray, "K K"] | None) -> Explanation:
    fitted, rows = only_clusters(fitted, everything)
    columns = describe_columns(fitted.features, rows)
    overlaps = pair_overlaps(fitted, rows.points, rows.weights) if overlaps is None else overlaps
    portraits = [describe_cluster(k, fitted, columns, rows) for k in range(fitted.n_components)]
    clusters = _with_rules(_with_neighbours(portraits, fitted, overlaps), rows)
    return Explanation(
        headline=headline(len(clusters), len(everything.points), len(columns)),
        warnings=cautions(fitted, clusters, overlaps, rows),
        clusters=clusters,
        columns=columns,
        certainty=describe_certainty(rows),
        overlaps=tuple(map(tuple, overlaps.tolist())),
        importance=importance([c.separation for c in clusters], [c.weight for c in clusters]),
        n_rows=len(everything.points),
        total_weight=float(everything.weights.sum()),
        doubts=describe_doubts(fitted, rows),
        missing=_missing(fitted, everything),
        n_weightless=int((everything.weights == 0).sum()),
    )


def explain_rows(fitted: FittedMixture, rows: Rows) -> tuple[FittedMixture, Rows, Explanation]:
    """What there is to speak of (see `mixtura.explain.kinds`), and what there is to say."""
    seen, beside = shown(fitted, rows)
    overlaps = None if seen is fitted else pair_overlaps(fitted, rows.points, rows.weights)
    told = _explained(seen, beside, overlaps)
    title = headline(fitted.n_components, len(rows.points), len(fitted.features))
    outliers = describe_outliers(fitted, rows)
    warnings = (*told.warnings, *outlier_caution(fitted, outliers), *dispersion_caution(fitted, rows))
    items, has_numbers = describe_items(fitted, rows), seen is fitted or has_kind(fitted, "numbers")
    told = told._replace(account=describe_account(fitted, rows), missing=_missing(fitted, rows))
    told = told._replace(headline=title, outliers=outliers, warnings=warnings, items=items, has_numbers=has_numbers)
    return seen, beside, told if seen is fitted else told._replace(doubts=describe_doubts(fitted, rows))


def _missing(fitted: FittedMixture, rows: Rows) -> Missing | None:
    return None if rows.holes is None else describe_missing(fitted.features, rows.holes)


def _with_neighbours(
    clusters: Sequence[Cluster], fitted: FittedMixture, overlaps: Float[ndarray, "K K"]
) -> list[Cluster]:
    neighbours = nearest(overlaps, np.array([cluster.differences for cluster in clusters]))
    means, covariances = component_moments(fitted)
    return [
        cluster
        if other is None
        else cluster._replace(
            nearest=other,
            overlap=float(overlaps[cluster.label, other]),
            separation=separate(means[[cluster.label, other]], covariances[[cluster.label, other]]),
        )
        for cluster, other in zip(clusters, neighbours, strict=True)
    ]


def _with_rules(clusters: Sequence[Cluster], rows: Rows) -> tuple[Cluster, ...]:
    found = find_rules(rows, [_telling(cluster) for cluster in clusters])
    return tuple(cluster._replace(rules=rules) for cluster, rules in zip(clusters, found, strict=True))


def _telling(cluster: Cluster) -> list[int]:
    """Columns by turns from those that differ most from all rows and those that keep the nearest cluster away."""
    parts = cluster.separation.parts if cluster.separation else ()
    keeping = sorted(range(len(parts)), key=lambda d: -parts[d])
    return list(dict.fromkeys(chain.from_iterable(zip(cluster.distinguishing, keeping, strict=False))))


def _check_shapes(fitted: FittedMixture, points: Float[ndarray, "N D"], classification: Classification) -> None:
    N, D = points.shape
    if len(fitted.features) != D:
        raise ValueError(
            f"The rows have {D} columns, the mixture {len(fitted.features)}: give the columns it was fitted to."
        )
    if len(classification.labels) != N:
        raise ValueError(f"There are {N} rows but {len(classification.labels)} labels: classify the whole table.")
