"""What `incomplete` does, for climbs: all rows at once, whose groups are known."""

from typing import NamedTuple

from numpy import ndarray

from mixtura._kernels import family, full, incomplete
from mixtura._kernels.compile import kernel, tile_kernel
from mixtura._kernels.densities import Holed
from mixtura._kernels.family import implement
from mixtura._kernels.incomplete import Sight


class HoledTerms(NamedTuple):
    sight: Sight
    groups: ndarray  # (G + 1, D + 2)


@kernel
def terms(density, log_weights, centre):
    return HoledTerms(incomplete.new_sight(density, log_weights, centre, density.deviations), density.groups)


@tile_kernel
def squares(terms, tile, n):
    incomplete.see(terms.sight, tile, n, terms.groups)


@tile_kernel
def volume(terms, group, k):
    return incomplete.factorise(terms.sight, k, group) - terms.sight.log_weights[k]


@tile_kernel
def log_joint(terms, tile, n):
    squares(terms, tile, n)
    incomplete.add_volumes(tile, n, len(terms.sight.mass))


@tile_kernel
def add_seen(terms, tile, n, sums):
    incomplete.add_seen(terms.sight, tile, n, sums)


@tile_kernel
def add_unseen(terms, tile, n, sums):
    incomplete.add_unseen(terms.sight, tile, terms.groups, sums)


@tile_kernel
def accumulate(terms, tile, n, sums):
    add_seen(terms, tile, n, sums)
    add_unseen(terms, tile, n, sums)


implement(family.terms, Holed, terms)
implement(family.new_sums, Holed, full.new_sums)
implement(family.log_joint, HoledTerms, log_joint)
implement(family.accumulate, HoledTerms, accumulate)
implement(family.squares, HoledTerms, squares)
implement(family.volume, HoledTerms, volume)
implement(family.add_seen, HoledTerms, add_seen)
implement(family.add_unseen, HoledTerms, add_unseen)
