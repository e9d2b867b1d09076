"""Options that keep long work within bounds: of time, of memory, and of what a crash can cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli._options import combine

_UNITS = {"s": 1, "m": 60, "h": 3600}
_LONGEST = 1e6  # seconds: what a timer can wait
_SIZES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}


def seconds(value: str) -> float:
    """A length of time: 90, 90s, 10m or 2h."""
    number, unit = (value[:-1], value[-1]) if value[-1:] in _UNITS else (value, "s")
    try:
        length = float(number) * _UNITS[unit]
    except ValueError:
        length = 0.0
    if not 0 < length < _LONGEST:
        raise click.BadParameter(f"{value!r} is not a length of time such as 90s, 10m or 2h.")
    return length


def size(value: str) -> int:
    """A number of bytes: 500MB, 2GB, 1.5GiB."""
    text = value.strip().lower()
    unit = next((unit for unit in sorted(_SIZES, key=len, reverse=True) if text.endswith(unit)), "")
    try:
        n_bytes = float(text.removesuffix(unit)) * _SIZES[unit]
    except (ValueError, KeyError):
        n_bytes = 0.0
    if not 0 < n_bytes < 1e18:
        raise click.BadParameter(f"{value!r} is not a size such as 500MB, 2GB or 1.5GiB.")
    return int(n_bytes)


time_option = click.option(
    "--time-limit", type=seconds, metavar="TIME", help="Stop then with the best so far: 90s, 10m, 2h."
)

source_options = combine(
    click.option(
        "--sql", metavar="SELECT", help="A query for DuckDB, of the database DATA (or SQLite's) or of files it names."
    ),
    click.option("--cache", metavar="DIR", help="Keep there what text files hold, as columns, for the next time."),
)


checkpoint_options = combine(
    click.option("--checkpoint", metavar="FILE", help="Keep there how far the work is, now and then."),
    click.option("--resume", is_flag=True, help="Go on from the file of --checkpoint if it is there."),
)

far_options = combine(
    click.option("--memory", type=size, metavar="SIZE",
                 help="Stay below, as 2GB: rows are read block by block, never held as a whole."),
    source_options,
    checkpoint_options,
)  # fmt: skip


def is_far(options: Mapping[str, Any]) -> bool:
    """Whether rows are to be read block by block."""
    return any(options[name] for name in ("memory", "sql", "cache", "checkpoint"))


def require_rows(data: Sequence[str], sql: str | None) -> None:
    """Raise a usage error if there is neither a file nor a query."""
    if not data and sql is None:
        raise click.UsageError("Missing argument 'DATA...'.")
