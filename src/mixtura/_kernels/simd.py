"""SIMD values for kernels: a `Vec` is a row of numbers of one type, with the arithmetic of a number.

A whole value spans four registers, and LLVM splits each operation on it, so one line of kernel does the work of four. It holds
either consecutive numbers (`load`), or one register from each of four arrays ("a quad": `load_rows`, `spread`, `repeat`).
Arrays are flat or C-contiguous; offsets and strides count elements.
"""

import operator

import llvmlite.binding
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic, models, overload, register_model

REGISTER_BITS = 512 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 256
QUAD = 4
# Not reassociation: the rounding tricks in `elementary` depend on the order.
FLAGS = ("contract",)

_LANE = ir.IntType(32)


class Vec(types.Type):
    """`lanes` numbers of type `dtype`."""

    def __init__(self, dtype, lanes):
        self.dtype, self.lanes = dtype, lanes
        super().__init__(name=f"Vec({dtype},{lanes})")


@register_model(Vec)
class VecModel(models.PrimitiveModel):
    def __init__(self, manager, vec):
        element = ir.DoubleType() if vec.dtype == types.float64 else ir.FloatType()
        super().__init__(manager, vec, ir.VectorType(element, vec.lanes))


def register(dtype):
    return Vec(dtype, REGISTER_BITS // dtype.bitwidth)


def quad(dtype):
    return Vec(dtype, QUAD * register(dtype).lanes)


# --- sizes, known when a kernel is compiled -----------------------------------------------------------------------------


@intrinsic
def lanes(typing_context, array):
    """Numbers in a register of the array's type."""
    return types.intp(array), lambda *_: ir.Constant(ir.IntType(types.intp.bitwidth), register(array.dtype).lanes)


@intrinsic
def as_read_only(typing_context, array):
    """The same array under the type of a protected one, so that both need one compilation."""

    def build(context, builder, signature, args):
        return impl_ret_borrowed(context, builder, signature.return_type, args[0])

    return array.copy(readonly=True)(array), build


# --- memory -------------------------------------------------------------------------------------------------------------


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


def _loader(kind):
    @intrinsic
    def load(typing_context, array, offset):
        def build(context, builder, signature, args):
            return _load(context, builder, array, *args, context.get_value_type(signature.return_type))

        return kind(array.dtype)(array, types.intp), build

    return load


load, load_register = _loader(quad), _loader(register)


@intrinsic
def store(typing_context, array, offset, vec):
    def build(context, builder, signature, args):
        _store(context, builder, array, *args)
        return context.get_dummy_value()

    return types.none(array, types.intp, vec), build


@intrinsic
def load_rows(typing_context, array, offset, stride):
    """The registers at four offsets, `stride` apart."""

    def build(context, builder, signature, args):
        part = context.get_value_type(register(array.dtype))
        offsets = _steps(builder, *args[1:], QUAD)
        return _join(builder, [_load(context, builder, array, args[0], at, part) for at in offsets])

    return quad(array.dtype)(array, types.intp, types.intp), build


@intrinsic
def store_rows(typing_context, array, offset, stride, vec):
    """The four registers of `vec` to four offsets, `stride` apart."""

    def build(context, builder, signature, args):
        for at, part in zip(_steps(builder, *args[1:3], QUAD), _registers(builder, args[3]), strict=True):
            _store(context, builder, array, args[0], at, part)
        return context.get_dummy_value()

    return types.none(array, types.intp, types.intp, vec), build


@intrinsic(prefer_literal=True)
def store_row(typing_context, array, offset, vec, number):
    """Register `number` (a literal) of `vec`."""

    def build(context, builder, signature, args):
        _store(context, builder, array, *args[:2], _registers(builder, args[2])[number.literal_value])
        return context.get_dummy_value()

    return types.none(array, types.intp, vec, number), build


@intrinsic
def load_transposed(typing_context, array, offset, stride):
    """A quad of four consecutive columns of a row-major table: as many rows as a register has lanes, `stride` apart."""
    vec = quad(array.dtype)

    def build(context, builder, signature, args):
        rows = vec.lanes // QUAD
        part = ir.VectorType(context.get_value_type(array.dtype), QUAD)
        loaded = [_load(context, builder, array, args[0], at, part) for at in _steps(builder, *args[1:], rows)]
        return _pick(
            builder, _join(builder, loaded), [row * QUAD + column for column in range(QUAD) for row in range(rows)]
        )

    return vec(array, types.intp, types.intp), build


@intrinsic
def spread(typing_context, array, offset):
    """Four consecutive numbers, each in every lane of its register."""
    vec = quad(array.dtype)

    def build(context, builder, signature, args):
        four = _load(context, builder, array, *args, ir.VectorType(context.get_value_type(array.dtype), QUAD))
        return _pick(builder, four, [lane * QUAD // vec.lanes for lane in range(vec.lanes)])

    return vec(array, types.intp), build


@intrinsic
def add_row_sums(typing_context, sums, offset, vec):
    """Add the sum of each of the four registers to four consecutive float64 sums."""

    def build(context, builder, signature, args):
        folded = args[2]
        while folded.type.count > QUAD:
            width = folded.type.count // QUAD
            left = [lane for lane in range(folded.type.count) if lane % width < width // 2]
            right = [lane + width // 2 for lane in left]
            folded = builder.fadd(_pick(builder, folded, left), _pick(builder, folded, right))
        four = ir.VectorType(ir.DoubleType(), QUAD)
        folded = folded if folded.type == four else builder.fpext(folded, four)
        before = _load(context, builder, sums, *args[:2], four)
        _store(context, builder, sums, *args[:2], builder.fadd(before, folded))
        return context.get_dummy_value()

    return types.none(sums, types.intp, vec), build


# --- rearranging --------------------------------------------------------------------------------------------------------


@intrinsic
def repeat(typing_context, vec):
    """One register, four times."""

    def build(context, builder, signature, args):
        return _pick(builder, args[0], list(range(vec.lanes)) * QUAD)

    return quad(vec.dtype)(vec), build


@intrinsic(prefer_literal=True)
def turn(typing_context, vec, steps):
    """The registers of a quad moved up by `steps` (a literal), those that fall off come in below."""

    def build(context, builder, signature, args):
        shift = steps.literal_value * vec.lanes // QUAD
        return _pick(builder, args[0], [(lane + shift) % vec.lanes for lane in range(vec.lanes)])

    return vec(vec, steps), build


def _steps(builder, offset, stride, number):
    return [offset := builder.add(offset, stride) if step else offset for step in range(number)]


def _pick(builder, value, chosen):
    mask = ir.Constant(ir.VectorType(_LANE, len(chosen)), chosen)
    return builder.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), mask)


def _join(builder, parts):
    while len(parts) > 1:
        mask = ir.Constant(ir.VectorType(_LANE, 2 * parts[0].type.count), list(range(2 * parts[0].type.count)))
        parts = [builder.shuffle_vector(a, b, mask) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _registers(builder, value):
    width = value.type.count // QUAD
    return [_pick(builder, value, list(range(start, start + width))) for start in range(0, value.type.count, width)]


# --- arithmetic ---------------------------------------------------------------------------------------------------------


@intrinsic
def splat(typing_context, like, number):
    """The same number in every lane of a value like `like` (a `Vec`, or an array for a whole value of its type)."""
    vec = like if isinstance(like, Vec) else quad(like.dtype)

    def build(context, builder, signature, args):
        vector = context.get_value_type(vec)
        one = ir.Constant(ir.VectorType(vector.element, 1), ir.Undefined)
        one = builder.insert_element(one, context.cast(builder, args[1], number, vec.dtype), ir.Constant(_LANE, 0))
        return _pick(builder, one, [0] * vec.lanes)

    return vec(like, number), build


@intrinsic
def larger(typing_context, left, right):
    """`right` where one of the two is not a number."""

    def build(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return left(left, right), build


@intrinsic
def choose_larger(typing_context, left, right, if_larger, otherwise):
    """Lane by lane: `if_larger` where `left > right`, else `otherwise`."""

    def build(context, builder, signature, args):
        return builder.select(builder.fcmp_ordered(">", *args[:2]), *args[2:])

    return otherwise(left, right, if_larger, otherwise), build


@intrinsic
def square_root(typing_context, vec):
    def build(context, builder, signature, args):
        vector = args[0].type
        name = f"llvm.sqrt.v{vector.count}f{vec.dtype.bitwidth}"
        return builder.call(
            cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector]), name), args
        )

    return vec(vec), build


@intrinsic
def low_bits_to_exponent(typing_context, vec):
    """The number whose exponent field is what the lowest bits of `vec` hold."""

    def build(context, builder, signature, args):
        integers, mantissa = _bit_pattern(vec)
        bits = builder.shl(builder.bitcast(args[0], integers), _everywhere(integers, mantissa))
        return builder.bitcast(bits, args[0].type)

    return vec(vec), build


@intrinsic
def binary_exponent(typing_context, vec):
    """Whole e with vec = m 2^e and m in [0.707, 1.415), for numbers from 1."""

    def build(context, builder, signature, args):
        integers, mantissa = _bit_pattern(vec)
        one = ((1 << (vec.dtype.bitwidth - 2 - mantissa)) - 1) << mantissa  # the bits of 1.0
        root_half = one - (1 << mantissa) + int((2**0.5 - 1) * 2**mantissa)
        whole = builder.bitcast(args[0], integers)
        whole = builder.lshr(builder.sub(whole, _everywhere(integers, root_half)), _everywhere(integers, mantissa))
        # 2^mantissa + e holds e in its lowest bits.
        above = builder.or_(whole, _everywhere(integers, one + (mantissa << mantissa)))
        return builder.fsub(
            builder.bitcast(above, args[0].type), ir.Constant(args[0].type, [2.0**mantissa] * vec.lanes)
        )

    return vec(vec), build


def _bit_pattern(vec):
    return ir.VectorType(ir.IntType(vec.dtype.bitwidth), vec.lanes), {64: 52, 32: 23}[vec.dtype.bitwidth]


def _everywhere(integers, number):
    return ir.Constant(integers, [number] * integers.count)


def polynomial(coefficients):
    """An intrinsic for Σ c_n xⁿ; `coefficients` gives one sequence c for each type of element."""

    @intrinsic
    def evaluate(typing_context, vec):
        def build(context, builder, signature, args):
            vector = args[0].type
            constants = [ir.Constant(vector, [float(c)] * vec.lanes) for c in coefficients[vec.dtype]]
            value = constants.pop()
            while constants:
                value = builder.fadd(builder.fmul(value, args[0], flags=FLAGS), constants.pop(), flags=FLAGS)
            return value

        return vec(vec), build

    return evaluate


def _arithmetic(operation, instruction):
    @intrinsic
    def both(typing_context, left, right):
        def build(context, builder, signature, args):
            return getattr(builder, instruction)(*args, flags=FLAGS)

        return left(left, right), build

    def numbers_too(left, right):
        if isinstance(left, Vec) and isinstance(right, Vec):
            return lambda left, right: both(left, right)
        if isinstance(left, Vec) and isinstance(right, types.Number):
            return lambda left, right: both(left, splat(left, right))
        if isinstance(left, types.Number) and isinstance(right, Vec):
            return lambda left, right: both(splat(right, left), right)
        return None

    overload(operation)(numbers_too)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.iadd, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _instruction)
