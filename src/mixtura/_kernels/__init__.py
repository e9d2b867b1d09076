"""The arithmetic of a pass over rows: compiled kernels, each with a NumPy twin of the same name in `reference`."""

from mixtura._kernels.passes import (
    COMPILED,
    SKIPPING,
    active_share,
    classify,
    collect,
    collect_nearest,
    collect_neighbours,
    distances,
    leaves,
    nearest,
    posterior,
    whiten,
)

__all__ = [
    "COMPILED",
    "SKIPPING",
    "active_share",
    "classify",
    "collect",
    "collect_nearest",
    "collect_neighbours",
    "distances",
    "leaves",
    "nearest",
    "posterior",
    "whiten",
]
