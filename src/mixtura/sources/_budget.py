"""How much of the memory that may be used goes to a sample."""

import os
from pathlib import Path

from mixtura.errors import DataError

_NUMBERS = 1 << 23  # in a sample where nobody says: 64 MB
_FEWEST_ROWS = 20_000
_COPIES = 4  # of the sample, while it is drawn or looked at
_BLOCKS = 12  # in flight: decoded, waiting, worked on, and Arrow's own
_UNFORESEEN = 50_000_000  # bytes: machine code of kernels, pages of files


def sample_rows(n_columns: int, block_rows: int, memory: int | None) -> int:
    """Rows in a sample of a process that should stay below `memory` bytes.

    Raises
    ------
    DataError
        If there is no room for the smallest sample beside what the process takes already.
    """
    if memory is None:
        return max(_NUMBERS // n_columns, _FEWEST_ROWS)
    taken = resident() + _UNFORESEEN + _BLOCKS * 8 * block_rows * (n_columns + 1)
    rows = (memory - taken) // (_COPIES * 8 * (n_columns + 3))
    if rows < _FEWEST_ROWS:
        least = taken + _FEWEST_ROWS * _COPIES * 8 * (n_columns + 3)
        raise DataError(
            f"{memory / 1e6:.0f} MB of memory are too few for {n_columns} columns: allow at least "
            f"{1.05 * least / 1e6:.0f} MB."
        )
    return min(rows, max(_NUMBERS // n_columns, _FEWEST_ROWS))


def resident() -> int:
    """Bytes of memory that this process holds; where the system does not say, what one like it usually does."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 250_000_000
