"""What the report says of single rows."""

from typing import Any

import numpy as np
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block

_LISTED = 10
_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # of the largest probability
_CERTAIN = 0.999  # a row of at least this probability is not doubtful


def name_of(rows: Rows, position: int) -> str | int:
    """What a row is called: its name, or its number counted from 1."""
    if rows.ids is None:
        return position + 1
    name = np.asarray(rows.ids)[position]
    return int(name) if isinstance(name, np.integer) else str(name)


def doubtful_rows(fitted: FittedMixture, rows: Rows) -> list[dict[str, Any]]:
    """The rows whose cluster is least sure, with the second cluster each might belong to."""
    probabilities = rows.classification.probabilities
    chosen = [i for i in _smallest(probabilities, rows) if probabilities[i] < _CERTAIN]
    if not chosen:
        return []
    block = Block(np.ascontiguousarray(rows.points[chosen]), np.ones(len(chosen)))
    responsibilities = fitted.model.posterior(fitted.parameters)(block)[0].copy()
    labels = rows.classification.labels[chosen]
    responsibilities[np.arange(len(chosen)), labels] = -1.0
    return [
        {
            "row": name_of(rows, i),
            "label": int(label),
            "probability": float(probabilities[i]),
            "second_label": int(shares.argmax()),
            "second_probability": float(shares.max()),
        }
        for i, label, shares in zip(chosen, labels, responsibilities, strict=True)
    ]


def outlying_rows(fitted: FittedMixture, rows: Rows) -> list[dict[str, Any]]:
    """The rows where the mixture is thinnest, with the column in which each is furthest from its cluster's mean."""
    means, covariances = component_moments(fitted)
    _, _, log_density = rows.classification
    listed = []
    for i in _smallest(log_density, rows):
        k = int(rows.classification.labels[i])
        deviations = (rows.points[i] - means[k]) / np.sqrt(np.diag(covariances[k]))
        d = int(np.abs(deviations).argmax())
        listed.append(
            {
                "row": name_of(rows, i),
                "label": k,
                "log_density": float(log_density[i]),
                "column": d,
                "value": float(rows.points[i, d]),
                "deviation": float(deviations[d]),
            }
        )
    return listed


def probability_shares(rows: Rows) -> list[dict[str, float]]:
    """The share of the rows whose largest probability lies in each of some ranges, from `low` to below `high`."""
    edges = np.array([*_EDGES, np.inf])
    inside, _ = np.histogram(rows.classification.probabilities, edges, weights=rows.weights)
    shares = (inside / rows.weights.sum()).tolist()
    ranges = zip(_EDGES, (*_EDGES[1:], 1.0), shares, strict=True)
    return [{"low": low, "high": high, "share": share} for low, high, share in ranges]


def _smallest(values: ndarray, rows: Rows) -> list[int]:
    """Positions of the rows with the smallest values, smallest first; rows without weight do not count."""
    counted = np.flatnonzero(rows.weights > 0)
    order = np.argsort(values[counted], kind="stable")[:_LISTED]
    return counted[order].tolist()
