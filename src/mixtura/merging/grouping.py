"""A mixture whose clusters are groups of the components of another: the same density, fewer and larger clusters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.grouped import Grouped, GroupedParameters
from mixtura.errors import DataError
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import MixtureParameters
from mixtura.ordering import canonical_order


def grouped(fitted: FittedMixture, groups: Sequence[Sequence[int]], record: dict[str, Any]) -> FittedMixture:
    """The mixture with one cluster for each group of components; `record` tells how they were found.

    Raises
    ------
    DataError
        If the components are not Gaussian.
    """
    emission = _family(fitted)
    weights = np.array([fitted.parameters.weights[list(group)].sum() for group in groups])
    gathered = MixtureParameters(weights, _gather(fitted.parameters, groups))
    order = canonical_order(weights, gathered.emission.means, fitted.order)
    model = replace(fitted.model, emission=emission, equal_weights=False)
    ordered = [groups[k] for k in order]
    return replace(
        fitted,
        model=model,
        parameters=model.reorder(gathered, order),
        cluster_names=_names(fitted, ordered),
        history=_without_clusters(fitted) | {"merged": record | {"groups": [list(group) for group in ordered]}},
    )


def taken_apart(fitted: FittedMixture) -> FittedMixture:
    """The mixture of the components, where clusters are groups of them; else the mixture itself."""
    if not isinstance(fitted.model.emission, Grouped):
        return fitted
    weights, emission = fitted.parameters
    parts = MixtureParameters(weights[emission.groups.astype(int)] * emission.shares, emission.parts)
    order = canonical_order(parts.weights, parts.emission.means, fitted.order)
    model = replace(fitted.model, emission=fitted.model.emission.inner)
    return replace(
        fitted, model=model, parameters=model.reorder(parts, order), cluster_names=default_names(len(order)),
        history=_without_clusters(fitted),
    )  # fmt: skip


def _without_clusters(fitted: FittedMixture) -> dict[str, Any]:
    """The history but for what it says of the clusters that were."""
    return {key: value for key, value in fitted.history.items() if key not in ("merged", "stability")}


def _family(fitted: FittedMixture) -> Grouped:
    emission = fitted.model.emission
    if not isinstance(emission, Gaussian):
        raise DataError(
            "Merged components can be kept as a model where all columns hold numbers, and some of these hold levels or "
            "counts: use the groups themselves, and the sums of the probabilities of their components."
        )
    return Grouped(emission.covariance, emission.ridge)


def _gather(parameters: MixtureParameters, groups: Sequence[Sequence[int]]) -> GroupedParameters:
    rows = np.array([k for group in groups for k in group])
    numbers = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    held = parameters.weights[rows]
    totals = np.bincount(numbers, held)[numbers]
    alike: ndarray = 1 / np.bincount(numbers)[numbers]
    shares = np.divide(held, totals, out=alike, where=totals > 0)
    parts: GaussianParameters = parameters.emission
    return GroupedParameters(numbers.astype(float), shares, parts.means[rows], parts.covariances[rows])


def _names(fitted: FittedMixture, groups: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Names that somebody gave stay with the clusters, joined where these were."""
    if not fitted.is_named:
        return default_names(len(groups))
    return tuple(" + ".join(fitted.cluster_names[k] for k in group) for group in groups)
