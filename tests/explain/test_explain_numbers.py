from math import floor, log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixtura.explain.numbers import brief, percent, rounded

sizes = st.floats(-1e12, 1e12, allow_nan=False)


@given(sizes, st.floats(1e-6, 1e9))
def test_a_rounded_number_is_off_by_less_than_the_spread_can_show(value, spread):
    said = float(rounded(value, spread).replace(",", ""))
    unit = 10.0 ** (floor(log10(spread)) - 2)
    assert abs(said - value) <= 0.5001 * unit + 1e-14 * abs(value)


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (2.0376, 1.139, "2.04"),
        (54.49, 13.57, "54.5"),
        (1e8 + 3.4911, 1.1, "100,000,003.49"),
        (45218.3, 23456.0, "45,200"),
        (-0.001, 5.0, "0.00"),
        (0.0, 0.0, "0"),
        (12.0, 0.0, "12.0"),
        (3.1e-9, 1e-9, "3.10e-09"),
        (2.5e20, 1e19, "2.500e+20"),
        (5.0, np.inf, "5.00"),
        (np.nan, 1.0, "unknown"),
        (np.inf, 1.0, "unknown"),
    ],
)
def test_numbers_have_the_digits_that_mean_something(value, spread, text):
    assert rounded(value, spread) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2314.296, "2,314"), (0.012345, "0.0123"), (-3.0, "-3"), (1e20, "1.00e+20"), (np.nan, "unknown")],
)
def test_brief_numbers(value, text):
    assert brief(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"), (1e-9, "under 0.1 %"), (0.0042, "0.4 %"), (0.0949, "9 %"), (0.5, "50 %"),
        (0.994, "99.4 %"), (0.99999, "over 99.9 %"), (1.0, "100 %"),
    ],
)  # fmt: skip
def test_shares_are_never_all_or_nothing_unless_they_are(share, text):
    assert percent(share) == text
