"""Exponential and logarithm of SIMD values, as exact as the type allows."""

import math
from typing import Any, NamedTuple

from numba.core import types
from numba.extending import overload

from mixtura._kernels.compile import INLINE
from mixtura._kernels.simd import Vec, binary_exponent, larger, low_bits_to_exponent, polynomial, splat

LOG2_E = 1 / math.log(2)
# log 2 in two parts: the first has so few digits that its product with an exponent is exact (Moshier, Cephes, exp.c).
LOG_2_HIGH, LOG_2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6


class _Format(NamedTuple):
    """What exp and log must know about a type of number."""

    lowest: float  # below it exp(x) is zero: the logarithm of two to the power of minus the bias
    shift: float  # adding it leaves the nearest whole number, plus the bias, in the lowest bits


def _format(mantissa: int, bias: int) -> _Format:
    return _Format(-bias * math.log(2), 1.5 * 2.0**mantissa + bias)


EXP_TERMS = {types.float64: 13, types.float32: 8}
LOG_TERMS = {types.float64: 10, types.float32: 5}
FORMATS: dict[Any, _Format] = {types.float64: _format(52, 1023), types.float32: _format(23, 127)}


# The next term of each series is below the type's precision: |x| ≤ log(2)/2 for exp; for the logarithm,
# log((1 + f)/(1 - f)) = 2f Σ f²ⁿ/(2n + 1) with f² < 0.03.
_exp_near_zero = polynomial({t: [1 / math.factorial(n) for n in range(m)] for t, m in EXP_TERMS.items()})
_log_series = polynomial({t: [2 / (2 * n + 1) for n in range(m)] for t, m in LOG_TERMS.items()})


def exp(x):
    """Of a `Vec` that is not positive; exactly 0 at -inf."""
    raise NotImplementedError


def log(x):
    """Of a `Vec` from 1 to 2^1000, or 2^120 in float32."""
    raise NotImplementedError


@overload(exp, jit_options=INLINE)
def _exp(x):
    if not isinstance(x, Vec):
        return None
    lowest, shift = FORMATS[x.dtype]

    def exp(x):
        # x = k log 2 + rest; with k + bias in the exponent field, zero stands for 2^-bias.
        x = larger(splat(x, lowest), x)
        shifted = x * LOG2_E + shift
        k = shifted - shift
        rest = x - k * LOG_2_HIGH - k * LOG_2_LOW
        return _exp_near_zero(rest) * low_bits_to_exponent(shifted)

    return exp


@overload(log, jit_options=INLINE)
def _log(x):
    if not isinstance(x, Vec):
        return None
    shift = FORMATS[x.dtype].shift

    def log(x):
        k = binary_exponent(x)
        m = x * low_bits_to_exponent(shift - k)
        f = (m - 1.0) / (m + 1.0)
        return k * LOG_2_HIGH + (k * LOG_2_LOW + f * _log_series(f * f))

    return log
