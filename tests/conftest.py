"""Shapes in signatures are checked while the tests run; kernels are left out, because the hook breaks Numba."""

from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook(
    [
        "mixtura.bayesian",
        "mixtura.concentrations",
        "mixtura.covariance",
        "mixtura.diagnostics",
        "mixtura.emissions",
        "mixtura.em",
        "mixtura.kicks",
        "mixtura.kmeans",
        "mixtura.mixture",
        "mixtura.moves",
        "mixtura.ordering",
        "mixtura.posterior",
        "mixtura.race",
        "mixtura.scaling",
        "mixtura.starts",
        "mixtura.statistics",
        "mixtura.vague",
    ],
    "beartype.beartype",
)

settings.register_profile("mixtura", deadline=None)  # no test depends on how fast the machine is
settings.load_profile("mixtura")
