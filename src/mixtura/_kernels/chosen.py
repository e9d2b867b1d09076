"""Some of the components, side by side, so that any kernel can work on these alone."""

from mixtura._kernels import family
from mixtura._kernels.axes import DiagonalSums, DiagonalTerms, SphericalSums, SphericalTerms
from mixtura._kernels.compile import kernel
from mixtura._kernels.family import implement
from mixtura._kernels.full import FullSums, FullTerms
from mixtura._kernels.tiles import whole_quads
from mixtura._kernels.views import as_columns


@kernel
def choose_full(terms, active, room):
    A = len(active)
    _, D, P = terms.whiteners.shape
    for place, k in enumerate(active):
        room.constants[place] = terms.constants[k]
        for j in range(P):
            room.means[place, j] = terms.means[k, j]
        for i in range(D):
            for j in range(P):
                room.whiteners[place, i, j] = terms.whiteners[k, i, j]
    return FullTerms(room.means[:A], room.whiteners[:A], room.constants[:A])


@kernel
def choose_diagonal(terms, active, room):
    means, whiteners = _columns(terms.means, active, room.means), _columns(terms.whiteners, active, room.whiteners)
    return DiagonalTerms(means, whiteners, _numbers(terms.constants, active, room.constants))


@kernel
def choose_spherical(terms, active, room):
    means, precisions = _columns(terms.means, active, room.means), _numbers(terms.precisions, active, room.precisions)
    return SphericalTerms(means, precisions, _numbers(terms.constants, active, room.constants))


@kernel
def _numbers(numbers, active, room):
    """Some of numbers (Q,), and zeros up to a multiple of four."""
    chosen = room[: whole_quads(len(active))]
    for place in range(len(active), len(chosen)):
        chosen[place] = 0.0
    for place, k in enumerate(active):
        chosen[place] = numbers[k]
    return chosen


@kernel
def _columns(table, active, room):
    """Some columns of table (D, Q), and zeros up to a multiple of four."""
    chosen = _narrow(room, len(active))
    for d in range(len(table)):
        for place in range(len(active), chosen.shape[1]):
            chosen[d, place] = 0.0
        for place, k in enumerate(active):
            chosen[d, place] = table[d, k]
    return chosen


@kernel
def _narrow(table, A):
    """The memory of table (D, Q) as that of a table of A columns, rounded up to a multiple of four."""
    return as_columns(table, whole_quads(A))


@kernel
def clear_full(sums, A):
    part = FullSums(sums.counts[:A], sums.shifts[:A], sums.products[:A])
    _, T, _, _ = sums.products.shape
    _clear(part.counts)
    _clear(part.shifts)
    for place in range(A):
        for i in range(T):
            _clear(part.products[place, i])
    return part


@kernel
def clear_diagonal(sums, A):
    part = DiagonalSums(sums.counts[:A], _narrow(sums.shifts, A), _narrow(sums.squares, A))
    _clear(part.counts)
    _clear(part.shifts)
    _clear(part.squares)
    return part


@kernel
def clear_spherical(sums, A):
    part = SphericalSums(sums.counts[:A], _narrow(sums.shifts, A), sums.traces[:A])
    _clear(part.counts)
    _clear(part.shifts)
    _clear(part.traces)
    return part


@kernel
def _clear(table):
    """Zero, in less time than it takes to assign to a slice as small as this."""
    n, m = table.shape
    for i in range(n):
        for j in range(m):
            table[i, j] = 0.0


@kernel
def add_full(part, active, sums):
    _, T, _, _ = sums.products.shape
    _add_rows(part.counts, active, sums.counts)
    _add_rows(part.shifts, active, sums.shifts)
    for place, k in enumerate(active):
        for i in range(T):
            for s in range(4):
                for t in range(4):
                    sums.products[k, i, s, t] += part.products[place, i, s, t]


@kernel
def add_diagonal(part, active, sums):
    _add_rows(part.counts, active, sums.counts)
    _add_columns(part.shifts, active, sums.shifts)
    _add_columns(part.squares, active, sums.squares)


@kernel
def add_spherical(part, active, sums):
    _add_rows(part.counts, active, sums.counts)
    _add_columns(part.shifts, active, sums.shifts)
    _add_rows(part.traces, active, sums.traces)


@kernel
def _add_rows(part, active, whole):
    for place, k in enumerate(active):
        for t in range(part.shape[1]):
            whole[k, t] += part[place, t]


@kernel
def _add_columns(part, active, whole):
    for d in range(len(whole)):
        for place, k in enumerate(active):
            whole[d, k] += part[d, place]


implement(family.choose, FullTerms, choose_full)
implement(family.choose, DiagonalTerms, choose_diagonal)
implement(family.choose, SphericalTerms, choose_spherical)
implement(family.clear, FullSums, clear_full)
implement(family.clear, DiagonalSums, clear_diagonal)
implement(family.clear, SphericalSums, clear_spherical)
implement(family.add, FullSums, add_full)
implement(family.add, DiagonalSums, add_diagonal)
implement(family.add, SphericalSums, add_spherical)
