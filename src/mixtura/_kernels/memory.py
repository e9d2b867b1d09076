"""SIMD values and arrays. Arrays are flat or C-contiguous; offsets and strides count elements.

A wide value holds consecutive numbers (`load`). A quad holds one register from each of four places (`load_rows`,
`spread`, `repeat`): four features or components side by side. Taking registers apart and together costs nothing.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_new_ref
from numba.extending import intrinsic

from mixtura._kernels.simd import QUAD, pick, quad, register, wide

CACHE_LINE = 64  # bytes; a load that straddles two of them counts twice


def _loader(kind):
    @intrinsic
    def load(typing_context, array, offset):
        def build(context, builder, sig, args):
            return _load(context, builder, array, *args, context.get_value_type(sig.return_type))

        return kind(array.dtype)(array, types.intp), build

    return load


load, load_register = _loader(wide), _loader(register)


@intrinsic
def store(typing_context, array, offset, vec):
    def build(context, builder, sig, args):
        return _store(context, builder, array, *args)

    return types.none(array, types.intp, vec), build


@intrinsic
def load_as(typing_context, like, array, offset):
    """A wide value of the type of `like`'s elements, from an array of another type of float."""
    vec = wide(like.dtype)

    def build(context, builder, sig, args):
        loaded = ir.VectorType(context.get_value_type(array.dtype), vec.lanes)
        return _cast(builder, _load(context, builder, array, *args[1:], loaded), context.get_value_type(vec))

    return vec(like, array, types.intp), build


@intrinsic
def store_as(typing_context, array, offset, vec):
    """As the type of the array: whole numbers from 0 on, if that is 32-bit integers."""

    def build(context, builder, sig, args):
        wanted = ir.VectorType(context.get_value_type(array.dtype), vec.lanes)
        return _store(context, builder, array, *args[:2], _cast(builder, args[2], wanted))

    return types.none(array, types.intp, vec), build


@intrinsic
def load_rows(typing_context, array, offset, stride):
    """A quad: the registers at four offsets, `stride` apart."""

    def build(context, builder, sig, args):
        part = context.get_value_type(register(array.dtype))
        offsets = _steps(builder, *args[1:], QUAD)
        return _join(builder, [_load(context, builder, array, args[0], at, part) for at in offsets])

    return quad(array.dtype)(array, types.intp, types.intp), build


@intrinsic
def store_rows(typing_context, array, offset, stride, vec):
    def build(context, builder, sig, args):
        for at, part in zip(_steps(builder, *args[1:3], QUAD), _registers(builder, args[3]), strict=True):
            _store(context, builder, array, args[0], at, part)
        return context.get_dummy_value()

    return types.none(array, types.intp, types.intp, vec), build


@intrinsic(prefer_literal=True)
def store_row(typing_context, array, offset, vec, number):
    """Register `number`, written as a literal, of a quad."""

    def build(context, builder, sig, args):
        return _store(context, builder, array, *args[:2], _registers(builder, args[2])[number.literal_value])

    return types.none(array, types.intp, vec, number), build


@intrinsic
def load_transposed(typing_context, array, offset, stride):
    """A quad of four consecutive columns of a row-major table, in as many rows, `stride` apart, as a register holds."""
    vec = quad(array.dtype)

    def build(context, builder, sig, args):
        rows = vec.lanes // QUAD
        part = ir.VectorType(context.get_value_type(array.dtype), QUAD)
        loaded = [_load(context, builder, array, args[0], at, part) for at in _steps(builder, *args[1:], rows)]
        chosen = [row * QUAD + column for column in range(QUAD) for row in range(rows)]
        return pick(builder, _join(builder, loaded), chosen)

    return vec(array, types.intp, types.intp), build


@intrinsic
def store_transposed(typing_context, array, offset, stride, vec):
    """The reverse of `load_transposed`."""
    rows = vec.lanes // QUAD

    def build(context, builder, sig, args):
        chosen = [column * rows + row for row in range(rows) for column in range(QUAD)]
        turned = pick(builder, args[3], chosen)
        for row, at in enumerate(_steps(builder, *args[1:3], rows)):
            _store(context, builder, array, args[0], at, pick(builder, turned, range(row * QUAD, (row + 1) * QUAD)))
        return context.get_dummy_value()

    return types.none(array, types.intp, types.intp, vec), build


@intrinsic(prefer_literal=True)
def load_every(typing_context, array, offset, step, first):
    """A wide value of every `step`-th number, from the one called `first` on; both written as literals."""
    vec = wide(array.dtype)

    def build(context, builder, sig, args):
        all_lanes = step.literal_value * vec.lanes
        both = _load(context, builder, array, *args[:2], ir.VectorType(context.get_value_type(array.dtype), all_lanes))
        return pick(builder, both, range(first.literal_value, all_lanes, step.literal_value))

    return vec(array, types.intp, step, first), build


@intrinsic
def spread(typing_context, array, offset):
    """A quad of four consecutive numbers, each in every lane of its register."""
    vec = quad(array.dtype)

    def build(context, builder, sig, args):
        four = _load(context, builder, array, *args, ir.VectorType(context.get_value_type(array.dtype), QUAD))
        return pick(builder, four, [lane * QUAD // vec.lanes for lane in range(vec.lanes)])

    return vec(array, types.intp), build


@intrinsic
def repeat(typing_context, vec):
    """A quad of one register, four times."""

    def build(context, builder, sig, args):
        return pick(builder, args[0], list(range(vec.lanes)) * QUAD)

    return quad(vec.dtype)(vec), build


@intrinsic(prefer_literal=True)
def turn(typing_context, vec, steps):
    """The registers of a quad moved up by `steps`, written as a literal; those that fall off come in below."""

    def build(context, builder, sig, args):
        shift = steps.literal_value * vec.lanes // QUAD
        return pick(builder, args[0], [(lane + shift) % vec.lanes for lane in range(vec.lanes)])

    return vec(vec, steps), build


@intrinsic
def add_row_sums(typing_context, sums, offset, vec):
    """Add the sum of each register of a quad (of each quarter of a wide value) to four consecutive float64 sums."""

    def build(context, builder, sig, args):
        four = ir.VectorType(ir.DoubleType(), QUAD)
        folded = _fold(builder, args[2])
        folded = folded if folded.type == four else builder.fpext(folded, four)
        before = _load(context, builder, sums, *args[:2], four)
        return _store(context, builder, sums, *args[:2], builder.fadd(before, folded))

    return types.none(sums, types.intp, vec), build


def _maker(is_clear, kind=None):
    @intrinsic
    def make(typing_context, like, shape):
        array = types.Array(kind or like.dtype, len(shape), "C")

        def build(context, builder, sig, args):
            sizes = [
                context.cast(builder, size, kind, types.intp)
                for size, kind in zip(cgutils.unpack_tuple(builder, args[1]), shape, strict=True)
            ]
            steps = [context.get_constant(types.intp, array.dtype.bitwidth // 8)]
            for size in reversed(sizes):
                steps.insert(0, builder.mul(steps[0], size))
            align = context.get_constant(types.uint32, CACHE_LINE)
            meminfo = context.nrt.meminfo_alloc_aligned(builder, steps[0], align)
            data = context.nrt.meminfo_data(builder, meminfo)
            if is_clear:
                cgutils.memset(builder, data, steps[0], 0)
            made = context.make_array(array)(context, builder)
            context.populate_array(
                made,
                data=builder.bitcast(data, made.data.type),
                shape=sizes,
                strides=steps[1:],
                itemsize=steps[-1],
                meminfo=meminfo,
            )
            return impl_ret_new_ref(context, builder, sig.return_type, made._getvalue())

        return array(like, shape), build

    return make


# Arrays of the type of `like`'s elements: of zeros, and of whatever the memory holds. NumPy's would be compiled anew
# for every type and dimension.
zeros, scratch = _maker(is_clear=True), _maker(is_clear=False)
single_zeros = _maker(is_clear=True, kind=types.float32)


@intrinsic
def prefetch(typing_context, array, offset):
    """Begin to fetch the cache line of an element, which may lie beyond the array; of no array, none."""
    if isinstance(array, types.NoneType):
        return types.none(array, types.intp), lambda context, *_: context.get_dummy_value()

    def build(context, builder, sig, args):
        data = context.make_array(array)(context, builder, args[0]).data
        byte = ir.IntType(8).as_pointer()
        flag = ir.IntType(32)
        fetch = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag]), "llvm.prefetch.p0"
        )
        builder.call(fetch, [builder.bitcast(builder.gep(data, [args[1]]), byte), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.none(array, types.intp), build


# Pieces of code that the intrinsics share.


def _pointer(context, builder, array_type, array, offset, vector):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), vector.as_pointer())


def _load(context, builder, array_type, array, offset, vector):
    value = builder.load(_pointer(context, builder, array_type, array, offset, vector))
    value.align = array_type.dtype.bitwidth // 8
    return value


def _store(context, builder, array_type, array, offset, value):
    instruction = builder.store(value, _pointer(context, builder, array_type, array, offset, value.type))
    instruction.align = array_type.dtype.bitwidth // 8
    return context.get_dummy_value()


def _cast(builder, value, wanted):
    if value.type == wanted:
        return value
    if isinstance(wanted.element, ir.IntType):
        return builder.fptosi(value, wanted)
    return builder.fptrunc(value, wanted) if wanted.element == ir.FloatType() else builder.fpext(value, wanted)


def _steps(builder, offset, stride, number):
    return [offset := builder.add(offset, stride) if step else offset for step in range(number)]


def _registers(builder, value):
    size = value.type.count // QUAD
    return [pick(builder, value, list(range(first, first + size))) for first in range(0, value.type.count, size)]


def _join(builder, parts):
    while len(parts) > 1:
        both = range(2 * parts[0].type.count)
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(both)), list(both))
        parts = [builder.shuffle_vector(a, b, mask) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _fold(builder, value):
    """Add the upper half of every quarter to its lower half until one number each is left."""
    while value.type.count > QUAD:
        size = value.type.count // QUAD
        lower = [lane for lane in range(value.type.count) if lane % size < size // 2]
        upper = [lane + size // 2 for lane in lower]
        value = builder.fadd(pick(builder, value, lower), pick(builder, value, upper))
    return value
