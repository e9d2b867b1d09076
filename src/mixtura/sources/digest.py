"""What tells whether two tables hold the same numbers."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy import ndarray

STRETCH = 1 << 24  # rows after which another SHA-256 begins, so that who reads them can stop there and go on later


def digest(names: Sequence[str], columns: Sequence[bytes], weights: bytes = b"") -> str:
    """SHA-256, in hexadecimal, of the names and of what `digest_of` says of each column and of the weights."""
    total = sha256("\0".join(names).encode())
    for part in (*columns, weights):
        total.update(part)
    return total.hexdigest()


def digest_of(values: ndarray) -> bytes:
    """The SHA-256 of every stretch of numbers (f8), one after the other."""
    stretches = [values[start : start + STRETCH] for start in range(0, len(values), STRETCH)]
    return b"".join(sha256(np.ascontiguousarray(part, dtype="<f8").data).digest() for part in stretches)
