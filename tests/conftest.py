"""Shapes in signatures are checked while the tests run; kernels are left out, because the hook breaks Numba."""

from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook(
    [
        "mixtura.covariance",
        "mixtura.diagnostics",
        "mixtura.emissions",
        "mixtura.em",
        "mixtura.kicks",
        "mixtura.kmeans",
        "mixtura.mixture",
        "mixtura.ordering",
        "mixtura.race",
        "mixtura.scaling",
        "mixtura.starts",
        "mixtura.statistics",
    ],
    "beartype.beartype",
)

settings.register_profile("mixtura", deadline=None)  # no test depends on how fast the machine is
settings.load_profile("mixtura")
