"""SIMD values for kernels: a `Vec` is a row of numbers of one type, with the arithmetic of a number.

A wide value spans several registers, and LLVM splits each operation on it, so one line of kernel does the work of
several. `memory` has the ways in and out.
"""

import operator
from functools import reduce

from llvmlite import ir
from numba.core import types
from numba.core.imputils import lower_builtin
from numba.core.registry import cpu_target
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

# What Numba compiles for, which need not be this machine: the cache keeps code for each set of features apart.
_, _, _features = cpu_target.target_context.codegen().magic_tuple()
HAS_32_REGISTERS = "+avx512f" in _features.split(",")
REGISTER_BITS = 512 if HAS_32_REGISTERS else 256
# Registers of a wide value: kernels keep four or five such values at hand.
WIDE = 4 if HAS_32_REGISTERS else 2
QUAD = 4
# Not reassociation: the rounding in `elementary` depends on the order.
FLAGS = ("contract",)


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


def wide(dtype):
    return Vec(dtype, WIDE * register(dtype).lanes)


def quad(dtype):
    return Vec(dtype, QUAD * register(dtype).lanes)


def _counter(kind):
    @intrinsic
    def count(typing_context, array):
        number = 1 if isinstance(array, types.NoneType) else kind(array.dtype).lanes
        return types.intp(array), lambda *_: ir.Constant(ir.IntType(types.intp.bitwidth), number)

    return count


# Numbers of an array's type in a register and in a wide value, known when a kernel is compiled; of no array, one.
lanes, width = _counter(register), _counter(wide)


@intrinsic
def splat(typing_context, like, number):
    """The same number in every lane of a value like `like` (a `Vec`, or an array for a wide value of its type)."""
    vec = like if isinstance(like, Vec) else wide(like.dtype)
    return vec(like, number), lambda context, builder, _, args: _splat(context, builder, args[1], number, vec)


def _splat(context, builder, value, number, vec):
    if isinstance(number, Vec):
        return value
    one = ir.Constant(ir.VectorType(context.get_value_type(vec.dtype), 1), ir.Undefined)
    one = builder.insert_element(one, context.cast(builder, value, number, vec.dtype), ir.Constant(ir.IntType(32), 0))
    return pick(builder, one, [0] * vec.lanes)


def pick(builder, value, chosen):
    """Code that makes a value of the chosen lanes of another."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(chosen)), list(chosen))
    return builder.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), mask)


# Arithmetic: typed and lowered here, because overloads would be compiled one by one.


class _Arithmetic(AbstractTemplate):
    """Two values of a kind, or a value and a number."""

    def generic(self, args, kws):
        vecs = [arg for arg in args if isinstance(arg, Vec)]
        if not vecs or any(arg != vecs[0] and not isinstance(arg, types.Number) for arg in args):
            return None
        return signature(vecs[0], *args)


def _arithmetic(operation, instruction):
    infer_global(operation)(type(f"Vec_{instruction}", (_Arithmetic,), {"key": operation}))

    def build(context, builder, sig, args):
        vecs = (_splat(context, builder, *pair, sig.return_type) for pair in zip(args, sig.args, strict=True))
        return getattr(builder, instruction)(*vecs, flags=FLAGS)

    for kinds in ((Vec, Vec), (Vec, types.Number), (types.Number, Vec)):
        lower_builtin(operation, *kinds)(build)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.iadd, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _instruction)


def polynomial(coefficients):
    """An intrinsic for Σ c_n xⁿ; `coefficients` gives a sequence c for each type of element."""

    @intrinsic
    def evaluate(typing_context, vec):
        def build(context, builder, sig, args):
            vector = args[0].type
            constants = [ir.Constant(vector, [float(c)] * vec.lanes) for c in coefficients[vec.dtype]]
            value = constants.pop()
            while constants:
                value = builder.fadd(builder.fmul(value, args[0], flags=FLAGS), constants.pop(), flags=FLAGS)
            return value

        return vec(vec), build

    return evaluate


@intrinsic
def larger(typing_context, left, right):
    """`right` where one of the two is not a number."""
    return left(left, right), lambda context, builder, _, args: _larger(builder, *args)


@intrinsic
def smaller(typing_context, left, right):
    """`right` where one of the two is not a number."""

    def build(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return left(left, right), build


@intrinsic
def choose_larger(typing_context, left, right, if_larger, otherwise):
    """Lane by lane: `if_larger` where `left > right`, else `otherwise`."""

    def build(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered(">", *args[:2]), *args[2:])

    return otherwise(left, right, if_larger, otherwise), build


@intrinsic
def choose_equal(typing_context, left, right, if_equal, otherwise):
    """Lane by lane: `if_equal` where `left == right`, else `otherwise`."""

    def build(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("==", *args[:2]), *args[2:])

    return otherwise(left, right, if_equal, otherwise), build


@intrinsic
def narrow(typing_context, like, first, second):
    """Two values of float64, half a register of `like`'s after the other, as one of `like`'s type."""

    def build(context, builder, sig, args):
        half = register(like.dtype).lanes // 2
        chosen = [
            source * first.lanes + start + lane
            for start in range(0, first.lanes, half)
            for source in range(2)
            for lane in range(half)
        ]
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(chosen)), chosen)
        joined = builder.shuffle_vector(*args[1:], mask)
        return builder.fptrunc(joined, ir.VectorType(ir.FloatType(), len(chosen)))

    return Vec(like.dtype, 2 * first.lanes)(like, first, second), build


@intrinsic
def add_registers(typing_context, vec):
    """The sum of the registers of a wide value."""
    size = register(vec.dtype).lanes

    def build(context, builder, sig, args):
        parts = [pick(builder, args[0], range(first, first + size)) for first in range(0, vec.lanes, size)]
        return reduce(lambda total, part: builder.fadd(total, part, flags=FLAGS), parts)

    return register(vec.dtype)(vec), build


# A value to a float64.


def _reducer(combine):
    @intrinsic
    def reduce(typing_context, vec):
        def build(context, builder, sig, args):
            value = args[0]
            if vec.dtype == types.float32:
                value = builder.fpext(value, ir.VectorType(ir.DoubleType(), vec.lanes))
            while value.type.count > 1:
                half = value.type.count // 2
                value = combine(builder, pick(builder, value, range(half)), pick(builder, value, range(half, 2 * half)))
            return builder.extract_element(value, ir.IntType(32)(0))

        return types.float64(vec), build

    return reduce


def _larger(builder, left, right):
    return builder.select(builder.fcmp_ordered(">", left, right), left, right)


add_up, largest = _reducer(lambda builder, left, right: builder.fadd(left, right)), _reducer(_larger)


# Bits of floating-point numbers.


@intrinsic
def low_bits_to_exponent(typing_context, vec):
    """The number whose exponent field is what the lowest bits of `vec` hold."""

    def build(context, builder, sig, args):
        integers, mantissa = _bit_pattern(vec)
        bits = builder.shl(builder.bitcast(args[0], integers), _everywhere(integers, mantissa))
        return builder.bitcast(bits, args[0].type)

    return vec(vec), build


@intrinsic
def binary_exponent(typing_context, vec):
    """Whole e with vec = m 2^e and m in [0.707, 1.415), for numbers from 1."""

    def build(context, builder, sig, args):
        integers, mantissa = _bit_pattern(vec)
        one = ((1 << (vec.dtype.bitwidth - 2 - mantissa)) - 1) << mantissa  # the bits of 1.0
        root_half = one - (1 << mantissa) + int((2**0.5 - 1) * 2**mantissa)
        e = builder.sub(builder.bitcast(args[0], integers), _everywhere(integers, root_half))
        e = builder.lshr(e, _everywhere(integers, mantissa))
        # The lowest bits of 2^mantissa + e hold e.
        shifted = builder.or_(e, _everywhere(integers, one + (mantissa << mantissa)))
        return builder.fsub(builder.bitcast(shifted, args[0].type), _everywhere(args[0].type, 2.0**mantissa))

    return vec(vec), build


def _bit_pattern(vec):
    return ir.VectorType(ir.IntType(vec.dtype.bitwidth), vec.lanes), {64: 52, 32: 23}[vec.dtype.bitwidth]


def _everywhere(vector, number):
    return ir.Constant(vector, [number] * vector.count)
