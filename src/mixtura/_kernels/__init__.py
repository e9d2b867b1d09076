"""The arithmetic of a pass over rows: compiled kernels, each with a NumPy twin of the same name in `reference`."""

from mixtura._kernels.climbing import COLLAPSED, GOES_ON, STOPPED
from mixtura._kernels.densities import Ascent, HeavyAscent
from mixtura._kernels.ledger import n_sums, nearest_of, sums_of
from mixtura._kernels.passes import (
    COMPILED,
    SKIPPING,
    active_share,
    classify,
    climb,
    collect,
    collect_each,
    collect_incomplete,
    collect_nearest,
    collect_nearest_each,
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
    "collect_each",
    "collect_incomplete",
    "collect_nearest",
    "collect_nearest_each",
    "collect_neighbours",
    "distances",
    "holes",
    "is_quicker",
    "lacking",
    "leaves",
    "n_sums",
    "nearest",
    "nearest_of",
    "posterior",
    "shaped",
    "shaper",
    "sums_of",
    "turned",
    "whiten",
]
