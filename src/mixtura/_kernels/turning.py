"""Few rows as a pass looks at them: turned on their side by NumPy, once for many calls of a kernel."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.memory import CACHE_LINE
from mixtura._kernels.simd import REGISTER_BITS, WIDE


class Turned(NamedTuple):
    """Rows about their mean: what `tiles.fill` and `tiles.find_weights` make of them."""

    points: Float[ndarray, "P S"]
    weights: Float[ndarray, " S"]
    centre: Float[ndarray, " P"]
    n: int  # rows, with those added


def turned(points: Float[ndarray, "N D"], weights: Float[ndarray, " N"]) -> Turned:
    """For all calls of `climb` about these rows."""
    (N, D), lanes = points.shape, REGISTER_BITS // 64
    n = -(-N // (WIDE * lanes)) * WIDE * lanes
    table = _zeros(-(-D // 4) * 4 + 2, n + 4 * lanes)
    sides, counts, centre = table[:-2], table[-2], table[-1, : len(table) - 2]
    centre[:D] = points.mean(0)
    sides[:D, :N] = (points - centre[:D]).T
    sides[:D, N:n] = sides[:D, N - 1 : N]
    counts[:N] = weights
    return Turned(sides, counts, centre, n)


def _zeros(*shape: int) -> Float[ndarray, "..."]:
    """Where a cache line begins."""
    memory = np.zeros(int(np.prod(shape)) * 8 + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + memory.size - CACHE_LINE].view(np.float64).reshape(shape)
