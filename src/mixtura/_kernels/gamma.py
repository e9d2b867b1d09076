"""The gamma function's logarithm and its derivatives, of one positive number: what degrees of freedom need.

Stirling's series serve from `_ENOUGH` on; smaller numbers are led there by Γ(x + 1) = x Γ(x).
"""

import math

from mixtura._kernels.compile import kernel

_ENOUGH = 12  # the next term of each series is below 1e-15 there


@kernel
def log_gamma_ratio(a, b):
    """log Γ(a + b) - log Γ(a), which keeps its digits where a is large and the two are nearly equal."""
    product = 1.0
    for _ in range(_ENOUGH):
        if a < _ENOUGH:
            product *= a / (a + b)
            a += 1.0
    whole = (a - 0.5) * math.log1p(b / a) + b * math.log(a + b) - b
    return math.log(product) + whole + (_stirling(a + b) - _stirling(a))


@kernel
def _stirling(x):
    """log Γ(x) without (x - 1/2) log x - x + log(2π) / 2."""
    y = 1.0 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x


@kernel
def digamma(x):
    """The slope of log Γ."""
    total = 0.0
    for _ in range(_ENOUGH):
        if x < _ENOUGH:
            total -= 1.0 / x
            x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * (691 / 32760))))))
    return total + math.log(x) - 0.5 / x - series


@kernel
def trigamma(x):
    """The slope of digamma."""
    total = 0.0
    for _ in range(_ENOUGH):
        if x < _ENOUGH:
            total += 1.0 / (x * x)
            x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * (5 / 66 - y * (691 / 2730))))))
    return total + (1.0 + 0.5 / x + series) / x
