"""Few rows as a pass looks at them: turned on their side by NumPy, once for many calls of a kernel."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from mixtura._kernels.densities import Diagonal, Ellipses, Holed, Masked
from mixtura._kernels.incomplete import CELLS, FIRST, HOLES
from mixtura._kernels.memory import CACHE_LINE
from mixtura._kernels.simd import REGISTER_BITS, WIDE


class Turned(NamedTuple):
    """Rows about their mean, zero for missing cells: what `tiles.fill` and `tiles.find_weights` make of them."""

    points: Float[ndarray, "P S"]
    weights: Float[ndarray, " S"]
    centre: Float[ndarray, " P"]
    n: int  # rows, with those added


class Holes(NamedTuple):
    """The cells that turned rows lack."""

    there: Float[ndarray, "P S"]  # one for those that they have
    some: Float[ndarray, " S"]  # one for rows that have any
    groups: Int[ndarray, "G _"]  # of rows that lack the same, see `incomplete`


def turned(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Turned:
    """For all calls of `climb` about these rows."""
    N, D = points.shape
    n, stride = _lengths(N)
    table = _zeros(-(-D // 4) * 4 + 2, stride)
    sides, counts, centre = table[:-2], table[-2], table[-1, : len(table) - 2]
    centre[:D] = _means(points)
    sides[:D, :N] = np.where(np.isnan(points), 0.0, points - centre[:D]).T
    sides[:D, N:n] = sides[:D, N - 1 : N]
    counts[:N] = weights
    return Turned(sides, counts, centre, n)


def holes(points: Float[ndarray, "N D"]) -> Holes:
    """Those of rows that lack cells, which are NaN."""
    (N, D), lacks = points.shape, np.isnan(points)
    n, stride = _lengths(N)
    table = _zeros(-(-D // 4) * 4 + 1, stride)
    there, some = table[:-1], table[-1]
    there[:D, :N] = ~lacks.T
    there[:D, N:n] = there[:D, N - 1 : N]
    some[:] = there.any(0)
    return Holes(there, some, _groups(lacks, n))


def lacking(density: Ellipses, holes: Holes) -> Holed | Masked:
    """Full or diagonal densities with M in front, as rows with these holes see them."""
    if isinstance(density, Diagonal):
        return Masked(*density, holes.there, holes.some)
    means, whiteners, log_det = density
    return Holed(means, whiteners, log_det, holes.groups, _zeros(means.shape[1], *holes.there.shape))


def _groups(lacks: Bool[ndarray, "N D"], n: int) -> Int[ndarray, "G _"]:
    first = np.flatnonzero(np.append(True, (lacks[1:] != lacks[:-1]).any(1)))
    groups = np.zeros((len(first) + 1, lacks.shape[1] + CELLS), np.int64)
    groups[:, FIRST] = [*first, n]
    groups[:-1, HOLES] = lacks[first].sum(1)
    groups[:-1, CELLS:] = np.argsort(~lacks[first], axis=1, kind="stable")
    return groups


def _means(points: Float[ndarray, "N D"]) -> Float[ndarray, " D"]:
    """Of the cells that are there; zero where there are none."""
    lacks = np.isnan(points)
    if not lacks.any():
        return points.mean(0)
    return np.where(lacks, 0.0, points).sum(0) / np.maximum((~lacks).sum(0), 1)


def _lengths(N: int) -> tuple[int, int]:
    """Of rows until whole SIMD values are full, and from one feature to the next."""
    lanes = REGISTER_BITS // 64
    n = -(-N // (WIDE * lanes)) * WIDE * lanes
    return n, n + 4 * lanes


def _zeros(*shape: int) -> Float[ndarray, "..."]:
    """Where a cache line begins."""
    memory = np.zeros(int(np.prod(shape)) * 8 + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + memory.size - CACHE_LINE].view(np.float64).reshape(shape)
