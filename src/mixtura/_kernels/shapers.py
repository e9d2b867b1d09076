"""M-steps that `climb` calls by their address: of covariance models whose components share neither all nor nothing.

A shaper takes (scatter, counts, log_det, covariances): scatters about the new means, with the ridge in them, which it
may not change; log det of the whiteners before; the covariances before, in whose place it puts the new ones.
"""

from functools import cache

from numba.core import types

from mixtura._kernels import one_orientation, one_shape, one_volume, own_axes
from mixtura._kernels.calling import address_of

_FEW_COLUMNS = 32  # beyond these it matters that Jacobi's rotations do four times the work

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
