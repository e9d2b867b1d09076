"""What tells whether two tables hold the same numbers."""

from collections.abc import Sequence
from hashlib import sha256


def digest(names: Sequence[str], columns: Sequence[bytes], weights: bytes = b"") -> str:
    """SHA-256, in hexadecimal, of the names and of the SHA-256 of each column's and of the weights' values (f8)."""
    total = sha256("\0".join(names).encode())
    for part in (*columns, weights):
        total.update(part)
    return total.hexdigest()
