"""Columns of categories, level by level."""

from collections.abc import Iterator

import numpy as np

from mixtura.explain.kinds import shares_by_cluster
from mixtura.explain.records import Item, Rows
from mixtura.fitted import FittedMixture

_MOST_LEVELS = 30


def describe_items(fitted: FittedMixture, rows: Rows) -> tuple[Item, ...]:
    """Every column of categories: the most frequent levels first, as likely as the mixture says they are.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> from mixtura.mixture import Classification
    >>> people = {"age": [31.0, 25, 60, 64], "town": ["Rom", "Oslo", "Rom", None]}
    >>> fitted = MixedMixture(1).fit(people).to_fitted()
    >>> labels = Classification(np.zeros(4, int), np.ones(4), np.zeros(4))
    >>> points = np.array([[31.0, 1], [25, 0], [60, 1], [64, np.nan]])
    >>> (town,) = describe_items(fitted, Rows(points, np.ones(4), labels))
    >>> town.levels, town.missing, np.round(town.shares, 2).tolist()
    (('Rom', 'Oslo'), 0.25, [[0.67, 0.33]])
    """
    return tuple(_items(fitted, rows)) if fitted.levels else ()


def _items(fitted: FittedMixture, rows: Rows) -> Iterator[Item]:
    found = shares_by_cluster(fitted)
    known = rows.points if rows.holes is None else np.where(rows.holes, np.nan, rows.points)
    for d, name in enumerate(fitted.features):
        if name not in fitted.levels:
            continue
        levels, codes = fitted.levels[name], known[:, d]
        there = ~np.isnan(codes)
        counts = np.bincount(codes[there].astype(int), rows.weights[there], len(levels))
        total = float(counts.sum()) or 1.0
        order = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
        yield Item(
            name=name,
            levels=tuple(levels[i] for i in order),
            overall=tuple((counts[order] / total).tolist()),
            shares=tuple(tuple(own[name][levels[i]] for i in order) for own in found),
            n_more=max(len(levels) - _MOST_LEVELS, 0),
            missing=float(rows.weights[~there].sum() / rows.weights.sum()),
        )
