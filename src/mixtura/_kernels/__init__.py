"""The arithmetic of a pass over rows: compiled kernels, each with a NumPy twin of the same name in `reference`."""

from mixtura._kernels.climbing import COLLAPSED, GOES_ON, STOPPED
from mixtura._kernels.densities import Ascent, HeavyAscent
from mixtura._kernels.passes import (
    COMPILED,
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
from mixtura._kernels.turning import Holes, Turned, holes, lacking, turned

__all__ = [
    "COLLAPSED",
    "COMPILED",
    "GOES_ON",
    "SKIPPING",
    "STOPPED",
    "Ascent",
    "HeavyAscent",
    "Holes",
    "Turned",
    "active_share",
    "classify",
    "climb",
    "collect",
    "collect_incomplete",
    "collect_nearest",
    "collect_neighbours",
    "distances",
    "holes",
    "is_quicker",
    "lacking",
    "leaves",
    "nearest",
    "posterior",
    "shaped",
    "shaper",
    "turned",
    "whiten",
]
