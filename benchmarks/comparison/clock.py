"""Stopwatches: medians, what one iteration of a fit takes, and memory."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from numpy import ndarray

_STATUS = Path("/proc/self/status")


def seconds(function: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def median_seconds(function: Callable[[], object], repeats: int) -> float:
    """The median of so many calls, after one that warms up."""
    function()
    return statistics.median(seconds(function) for _ in range(repeats))


def per_iteration(fit: Callable[[int], int], few: int, many: int, repeats: int) -> float:
    """Seconds of one iteration: the difference of two fits from the same start, so that all else cancels.

    `fit` takes the most iterations and returns how many there were. The median of so many pairs, after a fit that warms
    up; NaN where other programs disturbed it so much that the longer fit was the faster.
    """
    fit(few)
    middle = statistics.median(_difference(fit, few, many) for _ in range(repeats))
    return middle if middle > 0 else float("nan")


def _difference(fit: Callable[[int], int], few: int, many: int) -> float:
    clock = [time.perf_counter()]
    counts = []
    for most in (few, many):
        counts.append(fit(most))
        clock.append(time.perf_counter())
    return (clock[2] - 2 * clock[1] + clock[0]) / (counts[1] - counts[0])


def from_seeds(estimator: Callable[..., Any], points: ndarray, quality: str, repeats: int) -> tuple[float, float]:
    """Medians, over fits from so many random states, of the seconds a fit takes and of an attribute that judges it."""
    fits = [estimator(random_state=seed) for seed in range(repeats)]
    times = [seconds(partial(fit.fit, points)) for fit in fits]
    return statistics.median(times), statistics.median(float(getattr(fit, quality)) for fit in fits)


def extra_megabytes(function: Callable[[], object]) -> float:
    """The largest resident size during a call less the size before it; NaN where that is not known (Linux knows)."""
    if not _STATUS.exists():
        return float("nan")
    (_STATUS.parent / "clear_refs").write_text("5")  # forget the largest size so far
    before = _megabytes("VmRSS")
    function()
    return _megabytes("VmHWM") - before


def _megabytes(field: str) -> float:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024
