"""The protocol under which the two libraries meet, and the columns that show it."""

from collections.abc import Callable
from typing import TypeVar

from threadpoolctl import threadpool_limits

from comparison.table import TIME, TIMES

Measured = TypeVar("Measured")

THREADS = 2  # ours, everywhere but in the part that compares one with two


def columns(unit: str = "ms") -> list[tuple[str, str]]:
    """Headings and formats of what `beside` returns."""
    return [
        (f"mixtura, {unit}", TIME),
        (f"scikit-learn, 1 thread, {unit}", TIME),
        (f"its default, {unit}", TIME),
        ("ratio to its better", TIMES),
    ]


def theirs(measure: Callable[[], Measured]) -> tuple[Measured, Measured]:
    """What `measure` finds with one thread for BLAS and OpenMP, and with as many as scikit-learn takes by itself."""
    with threadpool_limits(1):
        one = measure()
    return one, measure()


def beside(ours: float, one: float, default: float, scale: float = 1e3) -> tuple[float, ...]:
    """Our seconds, theirs with one thread and by default, in milliseconds, and how many times theirs are ours."""
    return ours * scale, one * scale, default * scale, min(one, default) / ours
