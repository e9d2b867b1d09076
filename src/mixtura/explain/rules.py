"""Short rules that tell a cluster from the rest: the leaves of a shallow decision tree."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.explain.records import Condition, Rows, Rule
from mixtura.explain.tree import Labelled, Leaf, grow

_ROWS = 4000  # of all clusters together that trees are grown on
_DEPTH = 3
_MOST_RULES = 2
_WORTHWHILE = 0.1  # of the cluster that a rule covers
_MOST_COLUMNS = 12


def find_rules(rows: Rows, rankings: Sequence[Sequence[int]]) -> list[tuple[Rule, ...]]:
    """At most two rules for each cluster, the one that covers more of it first; none where no rule tells it.

    A tree of depth three is grown for each cluster on at most 4000 rows, every so many of each cluster; precision and
    coverage are measured over all rows. `rankings` has for each cluster the columns, the telling ones first.
    """
    labels, K = rows.classification.labels, len(rankings)
    if K == 1:
        return [()]
    chosen, weights = _choose(rows, K)
    points, picked = rows.points[chosen], labels[chosen]
    found = []
    for k, ranking in enumerate(rankings):
        columns = sorted(ranking[:_MOST_COLUMNS])
        leaves = grow(Labelled(points[:, columns], picked == k, weights), _DEPTH)
        told = [_measure(_conditions(leaf, columns), rows, labels == k) for leaf in leaves if leaf.share >= 0.5]
        found.append(_best(told))
    return found


def _choose(rows: Rows, n_clusters: int) -> tuple[ndarray, Float[ndarray, " M"]]:
    """Rows at even steps of each cluster, and what each of them stands for."""
    chosen, weights = [], []
    for k in range(n_clusters):
        members = np.flatnonzero((rows.classification.labels == k) & (rows.weights > 0))
        some = members[np.linspace(0, len(members) - 1, min(len(members), _ROWS // n_clusters)).astype(int)]
        chosen.append(some)
        weights.append(rows.weights[some] * (rows.weights[members].sum() / max(rows.weights[some].sum(), 1e-300)))
    return np.concatenate(chosen), np.concatenate(weights)


def _conditions(leaf: Leaf, columns: Sequence[int]) -> tuple[Condition, ...]:
    return tuple(
        Condition(columns[d], *(value if np.isfinite(value) else None for value in leaf.bounds[d]))
        for d in sorted(leaf.bounds)
    )


def _measure(conditions: tuple[Condition, ...], rows: Rows, mine: Bool[ndarray, " N"]) -> Rule:
    """How much of what a rule holds is of the cluster, and how much of the cluster it holds."""
    held = np.ones(len(mine), dtype=bool)
    for column, above, up_to in conditions:
        values = rows.points[:, column]
        held &= (values > (-np.inf if above is None else above)) & (values <= (np.inf if up_to is None else up_to))
    both = float(rows.weights[held & mine].sum())
    return Rule(conditions, both / float(rows.weights[held].sum()), both / float(rows.weights[mine].sum()))


def _best(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    good = [rule for rule in rules if rule.precision >= 0.5 and rule.coverage >= _WORTHWHILE and rule.conditions]
    return tuple(sorted(good, key=lambda rule: -rule.coverage)[:_MOST_RULES])
