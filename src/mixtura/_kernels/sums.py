"""What sums that were kept side by side come to."""

from numba.core import cgutils, types
from numba.extending import intrinsic

from mixtura._kernels.compile import kernel
from mixtura._kernels.memory import zeros


@kernel
def fold(quarters):
    """(K, 4) -> its row sums."""
    totals = zeros(quarters, (len(quarters),))
    for k in range(len(quarters)):
        for t in range(4):
            totals[k] += quarters[k, t]
    return totals


@kernel
def by_component(columns, density):
    """The first columns of (D or more, K or more), as rows: (K, D)."""
    rows = zeros(columns, density.means.shape)
    K, D = rows.shape
    for k in range(K):
        for d in range(D):
            rows[k, d] = columns[d, k]
    return rows


@kernel
def total_of(numbers):
    """(K,) -> their sum."""
    total = 0.0
    for k in range(len(numbers)):
        total += numbers[k]
    return total


@intrinsic
def write_down(typing_context, arrays, last, table, b):
    """Arrays of float64, one after the other, and a number that is the last: to row b of a table."""

    def build(context, builder, sig, args):
        view = context.make_array(table)(context, builder, args[2])
        length = cgutils.unpack_tuple(builder, view.shape)[1]
        place = builder.gep(view.data, [builder.mul(length, args[3])])
        for number, kind in enumerate(arrays):
            array = context.make_array(kind)(context, builder, builder.extract_value(args[0], number))
            cgutils.raw_memcpy(builder, place, array.data, array.nitems, array.itemsize)
            place = builder.gep(place, [array.nitems])
        builder.store(args[1], place)
        return context.get_dummy_value()

    return types.none(arrays, last, table, b), build
