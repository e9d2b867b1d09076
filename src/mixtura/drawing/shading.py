"""Rows too many to be drawn one by one, as a picture of how many lie where and which kind they are."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

_FAINTEST = 0.25  # opacity of a field with a single row
Extent = tuple[float, float, float, float]


def shade(
    points: Float[ndarray, "N 2"],
    colours: Float[ndarray, "N 3"],
    weights: Float[ndarray, " N"],
    extent: Extent,
    n_fields: int = 180,
) -> Float[ndarray, "B B 4"]:
    """Fields in the mean colour of their rows, the more opaque the more rows (by the logarithm); y runs upwards.

    Examples
    --------
    >>> two = np.array([[0.1, 0.1], [0.9, 0.1]])
    >>> shade(two, np.array([[1.0, 0, 0], [0, 0, 1.0]]), np.ones(2), (0, 1, 0, 1), n_fields=2)[0].tolist()
    [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    """
    low, size = np.array(extent)[[0, 2]], np.array([extent[1] - extent[0], extent[3] - extent[2]])
    x, y = np.clip(((points - low) / size * n_fields).astype(int), 0, n_fields - 1).T
    fields, shape = y * n_fields + x, (n_fields, n_fields)
    counts = np.bincount(fields, weights, n_fields**2)
    sums = [np.bincount(fields, weights * channel, n_fields**2) for channel in colours.T]
    filled = counts > 0
    means = [np.divide(total, counts, out=np.zeros(n_fields**2), where=filled) for total in sums]
    image = np.stack([*means, _opacity(counts)], axis=1)
    return np.clip(image, 0, 1).reshape(*shape, 4)


def _opacity(counts: Float[ndarray, " F"]) -> Float[ndarray, " F"]:
    filled = counts > 0
    least, most = counts[filled].min(initial=np.inf), counts.max(initial=0.0)
    if most <= least:
        return filled.astype(float)
    logs = np.log(np.where(filled, counts, least) / least) / np.log(most / least)
    return np.where(filled, _FAINTEST + (1 - _FAINTEST) * logs, 0.0)
