"""What the report says of single rows."""

from typing import Any

import numpy as np
from numpy import ndarray

from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Explanation, Rows
from mixtura.fitted import FittedMixture

_LISTED = 10
_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # of the largest probability


def name_of(rows: Rows, position: int) -> str | int:
    """What a row is called: its name, or its number counted from 1."""
    if rows.ids is None:
        return position + 1
    name = np.asarray(rows.ids)[position]
    return int(name) if isinstance(name, np.integer) else str(name)


def doubtful_rows(explanation: Explanation, rows: Rows) -> list[dict[str, Any]]:
    """The rows whose cluster is least sure, with the second cluster each might belong to."""
    labels, probabilities, _ = rows.classification
    return [
        {
            "row": name_of(rows, doubt.row),
            "label": int(labels[doubt.row]),
            "probability": float(probabilities[doubt.row]),
            "second_label": doubt.second_label,
            "second_probability": doubt.second_probability,
        }
        for doubt in explanation.doubts
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
