"""What is wrong with a fit that looks better than it is: components that are spikes, or have no width."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance.degenerate import are_flat, spurious_of_each, variances_along
from mixtura.emissions.gaussian import GaussianParameters
from mixtura.emissions.student import StudentParameters
from mixtura.emissions.transformed import Transformed
from mixtura.families import blocks_of
from mixtura.mixture import MixtureParameters

_NO_WIDTH = (
    "A component has no width in some direction but what the regularisation gives it: a column takes few values there, "
    "or columns determine each other."
)


def flaws(emission: Any, mixtures: Sequence[MixtureParameters], n_rows: float) -> list[str]:
    """What is wrong with the ellipses of each of some mixtures of one family, empty where nothing is."""
    blocks = [blocks_of(emission, mixture.emission).get("numbers") for mixture in mixtures]
    known = [block for block in blocks if block is not None]
    if not known:
        return [""] * len(mixtures)
    numbers: Any = known[0][1]
    counts = [mixture.weights * n_rows for mixture in mixtures]
    return _flaws(numbers.inner if isinstance(numbers, Transformed) else numbers, counts, [own[2] for own in known])


def _flaws(
    emission: Any, counts: Sequence[Float[ndarray, " _"]], moments: Sequence[GaussianParameters | StudentParameters]
) -> list[str]:
    """Of all components at once: hardly any fit needs a closer look."""
    model, n_columns = emission.model, moments[0][0].shape[1]
    covariances = np.concatenate([own[1] for own in moments])
    variances = variances_along(covariances)
    spurious = spurious_of_each(counts, variances, covariances.ndim == 3 and model.has_own_axes)
    is_flat = are_flat(variances, float(np.max(emission.ridge)))
    ends = np.cumsum([0, *map(len, counts)]).tolist()
    found = []
    for own, few, (first, last) in zip(counts, spurious, pairwise(ends), strict=True):
        has_few = not model.is_shared and bool((own[few] < 3 * (n_columns + 1)).any())
        if not has_few and is_flat[first:last].any():
            found.append(_NO_WIDTH)
        else:
            found.append("" if model.is_shared else _spike(own[few]))
    return found


def _spike(held: Float[ndarray, " M"]) -> str:
    """What to say of components that hold so many rows, by accident."""
    if not len(held):
        return ""
    number = f"{held.min():.3g}"
    rows = "row" if number == "1" else "rows"
    return f"A component of {number} {rows} is a spike: flat in some direction, an accident of few rows."
