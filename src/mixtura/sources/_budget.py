"""How much of the memory that may be used goes to a sample.

Nothing here looks at what is free or taken: the same options give the same sample on any machine.
"""

import ctypes
from contextlib import suppress

from mixtura.errors import DataError

_NUMBERS = 1 << 23  # in a sample where nobody says: 64 MB
_FEWEST_ROWS = 20_000
_COPIES = 4  # of the sample, while it is drawn or looked at
_BLOCKS = 12  # in flight: decoded, waiting, worked on, and Arrow's own
_PROCESS = 350_000_000  # bytes: Python, its libraries, machine code of kernels once they have been compiled
_COLUMN = 3_000_000  # bytes: pages of Parquet, as they are in the file and decoded


def sample_rows(n_columns: int, block_rows: int, memory: int | None) -> int:
    """Rows in a sample of a process that should stay below `memory` bytes.

    Raises
    ------
    DataError
        If there is no room for the smallest sample beside what the process takes already.
    """
    if memory is None:
        return max(_NUMBERS // n_columns, _FEWEST_ROWS)
    taken = _PROCESS + _COLUMN * n_columns + _BLOCKS * 8 * block_rows * (n_columns + 1)
    a_row = _COPIES * 8 * (n_columns + 3)
    rows = (memory - taken) // a_row
    if rows < _FEWEST_ROWS:
        raise DataError(
            f"{memory / 1e6:.0f} MB of memory are too few for {n_columns} columns: allow at least "
            f"{(taken + _FEWEST_ROWS * a_row) / 1e6 + 1:.0f} MB."
        )
    return min(rows, max(_NUMBERS // n_columns, _FEWEST_ROWS))


def give_back() -> None:
    """Return to the machine what Arrow and the C library keep for later: every stage takes memory of other sizes."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError, TypeError):  # where the C library is another
        ctypes.CDLL(None).malloc_trim(0)
