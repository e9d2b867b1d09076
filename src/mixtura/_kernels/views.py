"""The memory of an array as another array."""

from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array


@intrinsic
def as_read_only(typing_context, array):
    """The same array under the type of a protected one, so that both need one compilation."""

    def build(context, builder, sig, args):
        return impl_ret_borrowed(context, builder, sig.return_type, args[0])

    return array.copy(readonly=True)(array), build


@intrinsic
def as_columns(typing_context, table, columns):
    """The memory of a table (D, Q) as that of one with fewer columns: a reshape that costs nothing."""

    def build(context, builder, sig, args):
        whole, narrow = (context.make_array(table)(context, builder, value) for value in (args[0], None))
        rows, _ = cgutils.unpack_tuple(builder, whole.shape)
        step = context.get_constant(types.intp, table.dtype.bitwidth // 8)
        shape, strides = (rows, args[1]), (builder.mul(args[1], step), step)
        populate_array(narrow, whole.data, shape, strides, step, whole.meminfo, whole.parent)
        return impl_ret_borrowed(context, builder, table, narrow._getvalue())

    return table(table, types.intp), build
