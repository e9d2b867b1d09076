"""How fast this machine multiplies and adds when nothing else is asked of it: the ceiling of every kernel."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import numba
import numpy as np

from comparison.clock import median_seconds
from comparison.sides import THREADS
from mixtura._kernels.memory import load, store
from mixtura._kernels.simd import width

_ROUNDS = 2_000_000


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})
def _multiply_add(numbers, n_rounds):
    """Four independent chains of wide values, enough to keep all units busy; no loads, no stores."""
    lanes = width(numbers)
    a, b, c, d = load(numbers, 0), load(numbers, lanes), load(numbers, 2 * lanes), load(numbers, 3 * lanes)
    factor, term = load(numbers, 4 * lanes), load(numbers, 5 * lanes)
    for _ in range(n_rounds):
        a = a * factor + term
        b = b * factor + term
        c = c * factor + term
        d = d * factor + term
    store(numbers, 0, a + b + c + d)
    return n_rounds * 4 * lanes * 2


@cache
def operations_per_second() -> float:
    """Additions and multiplications of float64 per second, all threads together."""
    own = [np.full(6 * 64, 0.5) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        run = partial(lambda n_rounds: list(pool.map(_multiply_add, own, [n_rounds] * THREADS)), _ROUNDS)
        return sum(run()) / median_seconds(run, 5)
