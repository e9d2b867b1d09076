"""The arithmetic of a pass over rows: compiled kernels, each with a NumPy twin of the same name in `reference`."""

from mixtura._kernels.climbing import COLLAPSED, GOES_ON, STOPPED
from mixtura._kernels.densities import Ascent
from mixtura._kernels.passes import (
    COMPILED,
    FILLED,
    SKIPPING,
    active_share,
    classify,
    climb,
    collect,
    collect_incomplete,
    collect_nearest,
    collect_neighbours,
    distances,
    leaves,
    nearest,
    posterior,
    whiten,
)
from mixtura._kernels.shapers import is_quicker, shaped, shaper
from mixtura._kernels.turning import Turned, turned

__all__ = [
    "COLLAPSED",
    "COMPILED",
    "FILLED",
    "GOES_ON",
    "SKIPPING",
    "STOPPED",
    "Ascent",
    "Turned",
    "active_share",
    "classify",
    "climb",
    "collect",
    "collect_incomplete",
    "collect_nearest",
    "collect_neighbours",
    "distances",
    "is_quicker",
    "leaves",
    "nearest",
    "posterior",
    "shaped",
    "shaper",
    "turned",
    "whiten",
]
