"""Numbers as people write them: as many digits as mean something."""

from math import floor, isfinite, log10

_FIXED = 1e-4, 1e15  # sizes outside are written with an exponent


def rounded(value: float, spread: float, digits: int = 3) -> str:
    """The value to `digits` significant digits of `spread`: of how much such values differ.

    Examples
    --------
    >>> rounded(54.4911, spread=13.57), rounded(100000003.4911, spread=1.1), rounded(45218.3, spread=23456.0)
    ('54.5', '100,000,003.49', '45,200')
    """
    if not isfinite(value):
        return "unknown"
    size = max(abs(value), abs(spread) if isfinite(spread) else 0.0)
    if size == 0:
        return "0"
    decimals = digits - 1 - floor(log10(spread if isfinite(spread) and spread > 0 else size))
    if _FIXED[0] <= size < _FIXED[1]:
        decimals = min(decimals, 15 - floor(log10(size)))
        return _unsigned_zero(f"{round(value, decimals):,.{max(decimals, 0)}f}")
    return f"{value:.{min(max(decimals + floor(log10(abs(value) or size)), 0), 15)}e}"


def brief(value: float) -> str:
    """Three significant digits, or the whole number where it has more.

    Examples
    --------
    >>> brief(2314.296), brief(0.012345), brief(12.0)
    ('2,314', '0.0123', '12')
    """
    if not isfinite(value):
        return "unknown"
    if value == round(value) or abs(value) >= 100:
        return _unsigned_zero(f"{value:,.0f}") if abs(value) < _FIXED[1] else f"{value:.2e}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share of one as a percentage; never "0 %" of something, never "100 %" of nearly all.

    Examples
    --------
    >>> percent(0.356), percent(0.0042), percent(1e-7), percent(0.9999), percent(1.0)
    ('36 %', '0.4 %', 'under 0.1 %', 'over 99.9 %', '100 %')
    """
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if share < 0.001 or share > 0.999:
        return "under 0.1 %" if share < 0.5 else "over 99.9 %"
    return f"{100 * share:.1f} %" if share < 0.0095 or share > 0.9905 else f"{100 * share:.0f} %"


def _unsigned_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text
