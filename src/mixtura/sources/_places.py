"""Where a row came from, in words."""

from collections.abc import Sequence

Parts = Sequence[tuple[str, int]]  # the files that the rows of a table came from, each with its number of rows


def name_row(row: int, parts: Parts) -> str:
    """Say where a row is: its number, counted from 1 after the header, and its file if there are several."""
    before = 0
    for name, n_rows in parts if len(parts) > 1 else ():
        if row <= before + n_rows:
            return f"row {row - before} of {name}"
        before += n_rows
    return f"row {row}"
