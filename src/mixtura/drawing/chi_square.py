"""Quantiles of the chi-square distribution, without SciPy, which takes longer to import than a small fit."""

from math import erfc, exp, lgamma, log, sqrt

_STEPS = 60  # halvings of an interval


def chi_square_quantile(share: float, n_columns: int) -> float:
    """The value below which a share of a chi-square distribution with so many degrees of freedom lies.

    Examples
    --------
    >>> round(chi_square_quantile(0.95, 2), 6), round(chi_square_quantile(0.5, 1), 6)
    (5.991465, 0.454936)
    """
    low, high = 0.0, 10.0 * n_columns + 100.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - _above(middle, n_columns) < share else (low, middle)
    return (low + high) / 2


def _above(value: float, n_columns: int) -> float:
    """The share of a chi-square distribution above a value > 0: a finite sum (Abramowitz & Stegun 26.4.4, 26.4.5)."""
    half, is_odd = value / 2, n_columns % 2
    powers = (is_odd / 2 + i for i in range(n_columns // 2))
    terms = (exp(power * log(half) - half - lgamma(power + 1)) for power in powers)
    return sum(terms, start=erfc(sqrt(half)) if is_odd else 0.0)
