"""Columns and clusters in numbers."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.emissions._moments import matrices
from mixtura.explain.records import Certainty, Cluster, Column, Rows
from mixtura.explain.words import EMPTY, Portrait, describe, describe_all
from mixtura.fitted import FittedMixture

SURE, DOUBTFUL = 0.9, 0.6


def describe_columns(names: tuple[str, ...], rows: Rows) -> tuple[Column, ...]:
    """Every column over all rows."""
    columns = [_column(name, values, rows.weights) for name, values in zip(names, rows.points.T, strict=True)]
    return tuple(column._replace(is_level=d in rows.levels) for d, column in enumerate(columns))


def component_moments(fitted: FittedMixture) -> tuple[Float[ndarray, "K D"], Float[ndarray, "K D D"]]:
    """Means and covariances of the components, as full matrices."""
    emission = fitted.parameters.emission
    return emission.means, matrices(emission.covariances, emission.means.shape[1])


def overall_sds(fitted: FittedMixture) -> Float[ndarray, " D"]:
    """Standard deviations of the whole mixture."""
    means, covariances = component_moments(fitted)
    weights = fitted.parameters.weights
    return np.sqrt(weights @ (np.einsum("kdd->kd", covariances) + (means - weights @ means) ** 2))


def describe_cluster(k: int, fitted: FittedMixture, columns: tuple[Column, ...], rows: Rows) -> Cluster:
    """One cluster, but for its neighbour and its rules, which are for those who see all clusters to say."""
    means, covariances = component_moments(fitted)
    mine = (rows.classification.labels == k) & (rows.weights > 0)
    differences = _differences(means[k], columns)
    portrait = Portrait(
        means=tuple(means[k].tolist()),
        sds=tuple(np.sqrt(np.diag(covariances[k])).tolist()),
        differences=tuple(differences.tolist()),
        distinguishing=tuple(np.argsort(-np.abs(differences), kind="stable").tolist()),
    )
    sure = _certainty(rows, mine)
    return Cluster(
        label=k,
        name=fitted.cluster_names[k],
        n_rows=int(mine.sum()),
        weight=float(fitted.parameters.weights[k]),
        share=float(rows.weights[mine].sum() / rows.weights.sum()),
        medians=tuple(_median(values[mine], rows.weights[mine]) for values in rows.points.T),
        description=_describe(portrait, columns, fitted.n_components, bool(mine.any())),
        mean_probability=sure and sure.mean,
        share_sure=sure and sure.share_sure,
        nearest=None,
        overlap=0.0,
        separation=None,
        rules=(),
        prototype=_prototype(rows, mine),
        doubtful=_doubtful(rows, mine),
        **portrait._asdict(),
    )


def _describe(portrait: Portrait, columns: tuple[Column, ...], n_clusters: int, has_rows: bool) -> str:
    if not has_rows:
        return EMPTY
    return describe_all(columns) if n_clusters == 1 else describe(portrait, columns)


def describe_certainty(rows: Rows) -> Certainty:
    """How probable the most probable cluster is, over all rows."""
    everything = np.ones(len(rows.points), dtype=bool)
    return _certainty(rows, everything) or Certainty(0.0, 0.0, 1.0)


def _certainty(rows: Rows, mine: Bool[ndarray, " N"]) -> Certainty | None:
    probabilities, weights = rows.classification.probabilities[mine], rows.weights[mine]
    total = weights.sum()
    if total == 0:
        return None
    shares = (probabilities, probabilities >= SURE, probabilities < DOUBTFUL)
    return Certainty(*(min(float(weights @ share / total), 1.0) for share in shares))


def _column(name: str, values: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> Column:
    total = weights.sum()
    first = values[0]
    mean = float(first + weights @ (values - first) / total)  # exact where all values are the same
    sd = float(np.sqrt(weights @ (values - mean) ** 2 / total))
    counted = values[weights > 0]
    return Column(name, mean, sd, _median(values, weights) or 0.0, float(counted.min()), float(counted.max()))


def _median(values: Float[ndarray, " N"], weights: Float[ndarray, " N"]) -> float | None:
    if not weights.sum() > 0:
        return None
    if np.all(weights == weights[0]):
        return float(np.median(values))
    lower, upper = (sign * np.quantile(sign * values, 0.5, weights=weights, method="inverted_cdf") for sign in (1, -1))
    return float((lower + upper) / 2)


def _differences(means: Float[ndarray, " D"], columns: tuple[Column, ...]) -> Float[ndarray, " D"]:
    overall, sds = (np.array([getattr(column, name) for column in columns]) for name in ("mean", "sd"))
    return np.divide(means - overall, sds, out=np.zeros(len(sds)), where=sds > 0)


def _prototype(rows: Rows, mine: Bool[ndarray, " N"]) -> int | None:
    """Where weight times density of the component, which is probability times density of the mixture, is largest.

    Only complete rows are compared.
    """
    _, probabilities, log_density = rows.classification
    complete = mine if rows.holes is None else mine & ~rows.holes.any(1)  # fewer cells are denser, and typical of less
    return _best(np.log(probabilities) + log_density, complete)


def _doubtful(rows: Rows, mine: Bool[ndarray, " N"]) -> int | None:
    return _best(-rows.classification.probabilities, mine)


def _best(values: Float[ndarray, " N"], mine: Bool[ndarray, " N"]) -> int | None:
    where = np.flatnonzero(mine)
    return int(where[np.argmax(values[where])]) if len(where) else None
