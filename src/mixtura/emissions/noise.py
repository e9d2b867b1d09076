"""Rows that belong to no component: uniform over a box that holds all rows (Banfield & Raftery 1993).

The density is 1 / volume everywhere, beyond the box too: a new row far from all components is noise wherever it lies.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf, log

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.statistics import Block, merge_all

OUTLIERS = ("none", "uniform")
Blocks = Callable[[], Iterable[Block]]  # all rows, as often as it is called
_FLAT = 1e-10  # of the longest edge, beside which one that is shorter is rounding


@dataclass(frozen=True)
class UniformNoise:
    """A box by one corner and its edges, in the units of the rows."""

    corner: tuple[float, ...]
    edges: tuple[tuple[float, ...], ...]

    @cached_property
    def log_volume(self) -> float:
        """Of the box; its negative is the log-density of every row, in nats."""
        return float(np.linalg.slogdet(np.array(self.edges))[1])

    def check(self, n_columns: int) -> None:
        """Raise ValueError, in words, unless this is a box in so many columns: it may come from any file."""
        if np.shape(self.corner) != (n_columns,) or np.shape(self.edges) != (n_columns, n_columns):
            raise ValueError("the box of its noise does not fit its columns")
        if not np.isfinite(self.corner).all() or not np.isfinite(self.log_volume):
            raise ValueError("the box of its noise has no volume")

    def rescale(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "UniformNoise":
        """The box for x of one for (x - centre) / scale."""
        return _box(centre + np.array(self.corner) * scale, np.array(self.edges) * scale)

    def sample(self, number: int, rng: np.random.Generator) -> Float[ndarray, "N D"]:
        """So many rows."""
        return np.array(self.corner) + rng.uniform(size=(number, len(self.corner))) @ np.array(self.edges)


def noise_of(outliers: str, blocks: Blocks, scale: Float[ndarray, " D"]) -> UniformNoise | None:
    """The noise that an option asks for, in units in which x * scale is the data.

    Raises
    ------
    ValueError
        If the option is unknown.
    """
    if outliers not in OUTLIERS:
        raise ValueError(f"outliers={outliers!r} is unknown: use one of {', '.join(OUTLIERS)}.")
    return None if outliers == "none" else smallest_box(blocks, scale)


def smallest_box(blocks: Blocks, scale: Float[ndarray, " D"]) -> UniformNoise:
    """The smaller of two boxes around all rows: along the columns, and along the principal axes of x * scale.

    That is mclust's `hypvol`. The second is left out where there are too few rows for it to have a volume.

    Raises
    ------
    DataError
        If a column is constant, so that there is no volume, or cells are missing.
    """
    low, high = _ends(block.points * scale for block in blocks())
    if np.isnan(low).any():
        column = int(np.isnan(low).argmax())
        raise DataError(
            f"Column {column + 1} has missing cells, and noise needs rows without: leave these rows out, on the "
            "command line with --missing drop."
        )
    if not (high > low).all():
        column = int(np.argmin(high - low))
        raise DataError(
            f"Column {column + 1} is constant, so that the rows fill no volume in which noise could be uniform: leave "
            "the column out."
        )
    boxes = [_box(low, np.diag(high - low)), *_along_axes(blocks, scale, (low + high) / 2)]
    return min(boxes, key=lambda box: box.log_volume).rescale(np.zeros(len(scale)), 1 / scale)


def log_noise(weights: Float[ndarray, " K"], noise: UniformNoise) -> float:
    """Log of the share of the noise times its density, beside components of these weights."""
    share = max(1.0 - float(weights.sum()), 0.0)
    return log(share) - noise.log_volume if share > 0 else -inf


def noise_probability(log_evidence: Float[ndarray, " N"], log_noise: float) -> Float[ndarray, " N"]:
    """The probability that a row is noise, from its log-density under all components and that of the noise."""
    return np.exp(log_noise - with_noise(log_evidence, log_noise))


def with_noise(log_evidence: Float[ndarray, " N"], log_noise: float) -> Float[ndarray, " N"]:
    """The log-density of rows that may be noise; NaN where that of the components is, which tells what is wrong."""
    with np.errstate(invalid="ignore"):
        return np.logaddexp(log_evidence, log_noise)


def _along_axes(blocks: Blocks, scale: Float[ndarray, " D"], centre: Float[ndarray, " D"]) -> list[UniformNoise]:
    """The box along the principal axes of the rows; none if it is flat."""
    number, shift, scatter = merge_all(_sums(block.points * scale - centre) for block in blocks())
    mean = centre + shift / number
    axes = np.linalg.eigh(scatter - np.outer(shift, shift) / number)[1].T
    low, high = _ends((block.points * scale - mean) @ axes.T for block in blocks())
    if (high - low).min() <= _FLAT * (high - low).max():
        return []
    return [_box(mean + low @ axes, (high - low)[:, None] * axes)]


def _sums(away: Float[ndarray, "B D"]) -> tuple[int, Float[ndarray, " D"], Float[ndarray, "D D"]]:
    return len(away), away.sum(0), away.T @ away


def _ends(parts: Iterable[Float[ndarray, "B D"]]) -> tuple[Float[ndarray, " D"], Float[ndarray, " D"]]:
    """The least and the largest value of each column."""
    ends = [(part.min(0), part.max(0)) for part in parts]
    return np.min([low for low, _ in ends], axis=0), np.max([high for _, high in ends], axis=0)


def _box(corner: ndarray, edges: ndarray) -> UniformNoise:
    return UniformNoise(tuple(corner.tolist()), tuple(map(tuple, edges.tolist())))
