"""M-steps of covariance models whose components share neither all nor nothing; `climb` calls them by their address.

A shaper takes (scatter, counts, log_det, covariances): scatters about the new means, with the ridge in them, which it
may not change; log det of the whiteners before; the covariances before, in whose place it puts the new ones.
"""

from functools import cache

import numpy as np
from jaxtyping import Float
from numba.core import types
from numpy import ndarray

from mixtura._kernels import one_orientation, one_shape, one_volume, own_axes
from mixtura._kernels.calling import address_of

_FEW_COLUMNS = 32  # beyond these it matters that Jacobi's rotations do four times the work of LAPACK
_SEARCHES = {"VEI", "VEE", "VEV"}  # which take NumPy many small steps
_LONG_SEARCHES = {"EVE", "VVE"}  # of which a kernel needs far fewer in any number of columns

SHAPERS = {
    "VEI": one_shape.vei,
    "EVI": one_volume.evi,
    "VEE": one_shape.vee,
    "EVE": one_orientation.eve,
    "VVE": one_orientation.vve,
    "EEV": own_axes.eev,
    "VEV": own_axes.vev,
    "EVV": one_volume.evv,
}


@cache
def _address(name: str) -> int:
    """Of a model's shaper, which is compiled when it is first asked for."""
    numbers, table = (types.Array(types.float64, n_dimensions, "C") for n_dimensions in (1, 2 if name[2] == "I" else 3))
    return address_of(SHAPERS[name], table, numbers, numbers, table)


def shaper(name: str, n_columns: int) -> int:
    """The address of a model's shaper; 0 for a model that has none, or where LAPACK is quicker."""
    return _address(name) if name in SHAPERS and n_columns <= _FEW_COLUMNS else 0


def is_quicker(name: str, n_columns: int) -> bool:
    """Whether `shaped` takes less time than NumPy, by more than an array or two."""
    return name in _LONG_SEARCHES or (name in _SEARCHES and n_columns <= _FEW_COLUMNS)


def shaped(name: str, scatter: ndarray, counts: Float[ndarray, " K"], previous: ndarray) -> ndarray:
    """The covariances that a shaper makes of scatters, (K, D) or (K, D, D), and of the covariances before."""
    covariances = np.array(previous, dtype=np.float64, order="C")
    with np.errstate(divide="ignore", invalid="ignore"):
        log_dets = np.log(previous).sum(1) if previous.ndim == 2 else np.linalg.slogdet(previous)[1]
    table, numbers = (np.require(array, np.float64, ["C", "W"]) for array in (scatter, counts))
    SHAPERS[name](table, numbers, -0.5 * log_dets, covariances)
    return covariances
