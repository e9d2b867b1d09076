"""Sums over many blocks by few calls, to the last bit what a call for each block gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

# Rows times numbers that are summed, in one call: some ten milliseconds, because Ctrl-C has to wait for it.
MOST_WORK = 2**27


def lengths(source: Any, function: Any, n_threads: int) -> list[int]:
    """How many blocks each call takes, if calls for several are worth it; else nothing."""
    n_blocks, n_sums = getattr(source, "n_stretched", 0), getattr(function, "n_sums", 0)
    if not n_blocks or not n_sums:
        return []
    most = MOST_WORK * n_blocks // (source.n_rows * n_sums)
    return list(_shrinking(n_blocks, most, 2 * n_threads if n_threads > 1 else 1)) if most > 1 else []


def _shrinking(left: int, most: int, n_shares: int) -> Iterator[int]:
    """Long ones first, so that few calls are made, and short ones last, so that all threads end together."""
    while left:
        length = min(max(left // n_shares, 1), most)
        yield length
        left -= length


def add_up(parts: Iterator[Float[ndarray, "_ L"]]) -> Float[ndarray, " L"]:
    """The sum of all rows, one after the other."""
    total: Float[ndarray, " L"] = next(parts).sum(0)
    for part in parts:
        total = np.vstack([total, part]).sum(0)
    return total
