"""The stages at which components are joined to clusters, as facts and on one screen."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli._described import read_again
from mixtura.cli._screen import heading, wrap
from mixtura.cli._tables import lay_out, squeeze
from mixtura.combination import Combination, combine
from mixtura.explain.numbers import brief, percent
from mixtura.explain.words import count, join
from mixtura.fitted import FittedMixture
from mixtura.merging import METHODS

_NAME = 40


def facts(fitted: FittedMixture, data: Sequence[str], how: dict[str, Any]) -> tuple[Combination, dict[str, Any]]:
    """What merging found, and what to tell of it, ready for JSON."""
    table = read_again(fitted, data, how).table
    found = combine(fitted, table, method=how["method"], threshold=how["threshold"])
    n_clusters, components = how["clusters"] or found.suggested, found.components
    if n_clusters > components.n_components:
        raise click.UsageError(
            f"--clusters is {n_clusters}, but the model has {count(components.n_components, 'component')} to merge."
        )
    hierarchy, weights = found.hierarchy, components.parameters.weights
    K = components.n_components
    return found, {
        "method": hierarchy.method,
        "n_components": K,
        "component_names": list(components.cluster_names),
        "stages": [
            {
                "n_clusters": K - i - 1,
                "left": list(one.left),
                "right": list(one.right),
                "affinity": one.affinity,
                "entropy": hierarchy.entropies[K - i - 2],
            }
            for i, one in enumerate(hierarchy.merges)
        ],
        "entropies": list(hierarchy.entropies),
        "suggested": hierarchy.suggested,
        "n_clusters": n_clusters,
        "clusters": [
            {"components": list(group), "weight": float(weights[list(group)].sum())}
            for group in found.groups(n_clusters)
        ],
    }


def lines(told: Mapping[str, Any]) -> list[str]:
    """Every stage, what to stop at, and the clusters there."""
    number = count(told["n_components"], "component")
    text = heading(f"{number} in {count(told['n_clusters'], 'cluster')}")
    if told["stages"]:
        text += wrap(f"Nearness is {METHODS[told['method']].words}.")
    return [*text, "", *_stages(told), "", *_clusters(told), "", *_advice(told)]


def _stages(told: Mapping[str, Any]) -> list[str]:
    first = [str(told["n_components"]), "", "", f"{told['entropies'][-1]:,.1f}"]
    rows = [
        [str(stage["n_clusters"]), squeeze(_joined(stage), _NAME), brief(stage["affinity"]), f"{stage['entropy']:,.1f}"]
        for stage in told["stages"]
    ]
    return lay_out(["clusters", "joined", "nearness", "entropy (nats)"], [first, *rows], left=2)


def _joined(stage: Mapping[str, Any]) -> str:
    return f"{_list(stage['left'])} and {_list(stage['right'])}"


def _list(components: Sequence[int]) -> str:
    return "+".join(map(str, components))


def _clusters(told: Mapping[str, Any]) -> list[str]:
    """The clusters that are left, the largest first, with the components they are made of."""
    rows = sorted(told["clusters"], key=lambda cluster: -cluster["weight"])
    names = told["component_names"]
    return lay_out(
        ["cluster", "weight", "components"],
        [
            [str(i), percent(row["weight"]), squeeze(join([names[k] for k in row["components"]]), 2 * _NAME)]
            for i, row in enumerate(rows)
        ],
        left=1,
    )


def _advice(told: Mapping[str, Any]) -> list[str]:
    suggested = count(told["suggested"], "cluster")
    chosen = "" if told["suggested"] == told["n_clusters"] else f"; --clusters asked for {told['n_clusters']}"
    return wrap(f"The method suggests {suggested}{chosen}.")
