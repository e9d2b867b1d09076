"""The pass over rows that lie close together: every tile meets only the components in its sight."""

from mixtura._kernels import chosen, family  # noqa: F401 - chosen registers itself
from mixtura._kernels.boxes import enclose, keep, look, new_box
from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.densities import NEIGHBOURS
from mixtura._kernels.memory import zeros
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.tiles import fill, new_tile, normalise, weigh


@cached_kernel
def collect_neighbours(points, weights, log_weights, density, active):
    """(N D,), (N,), (K,), density -> counts (K,), shifts (K, D), scatter, log-likelihood; see `mixtures.collect`.

    Components that are active, (K,), are kept track of in memory of the caller.
    """
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K, NEIGHBOURS), new_centre(points, density.means)
    terms, room = family.terms(density, log_weights, centre), family.terms(density, log_weights, centre)
    sums, part = family.new_sums(density), family.new_sums(density)
    columns, box = family.columns(density, log_weights, centre), new_box(density.means)
    nearest = zeros(columns.constants, columns.constants.shape)
    log_likelihood = 0.0
    for start in range(0, N, NEIGHBOURS):
        n = fill(tile, points, N, start, centre)
        enclose(tile, n, box)
        A = look(columns, box, nearest, active)
        family.log_joint(family.choose(terms, active[:A], room), tile, n)
        A = keep(tile, n, active[:A], K)
        normalise(tile, n, A)
        log_likelihood += weigh(tile, n, weights, start)
        few, their = family.choose(terms, active[:A], room), family.clear(part, A)
        family.accumulate(few, tile, n, their)
        family.add(their, active[:A], sums)
    return family.finish(sums, density), log_likelihood


@cached_kernel
def active_share(points, log_weights, density, active):
    """(N D,), (K,), density -> the share of the components in sight from a tile, on average."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, 1, NEIGHBOURS), new_centre(points, density.means)
    columns, box = family.columns(density, log_weights, centre), new_box(density.means)
    nearest = zeros(columns.constants, columns.constants.shape)
    total = n_tiles = 0
    for start in range(0, N, NEIGHBOURS):
        n = fill(tile, points, N, start, centre)
        enclose(tile, n, box)
        total += look(columns, box, nearest, active)
        n_tiles += 1
    return total / max(n_tiles * K, 1)
