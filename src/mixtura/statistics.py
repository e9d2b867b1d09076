"""What flows: blocks of rows in, sums that add up out."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Statistics = TypeVar("Statistics", bound=Any)


class Block(NamedTuple):
    """Some rows of the data, and how much each of them counts."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]


class Neighbours(Block):
    """Rows in an order in which those that follow each other lie close together."""

    __slots__ = ()


class Incomplete(Block):
    """Rows that lack some cells, which are NaN; passes cost less where rows that lack the same follow each other."""

    __slots__ = ()


class Stretch(NamedTuple):
    """Blocks that follow each other in memory: so many rows each, the last one what is left."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " M"]  # of all rows, or of one block where all have the same
    size: int


class Placed(NamedTuple):
    """A block, and how many rows had been read when it was full, those that take no part among them."""

    block: Block
    n_read: int


class MixtureStatistics(NamedTuple):
    """Expected sufficient statistics of a mixture: how much each component explains, and what it explains."""

    counts: Float[ndarray, " K"]
    emission: Any  # the emission family's own statistics, a NamedTuple of arrays
    log_likelihood: float  # in nats, summed over the rows
    noise: float = 0.0  # the rows that no component explains


def merge(left: Statistics, right: Statistics) -> Statistics:
    """Add two statistics of the same kind, field by field."""
    if not isinstance(left, tuple):
        return left + right
    fields = [merge(a, b) for a, b in zip(left, right, strict=True)]
    return type(left)(*fields) if hasattr(left, "_fields") else type(left)(fields)


def times(statistics: Statistics, factor: float) -> Statistics:
    """Statistics of rows that count `factor` times."""
    if not isinstance(statistics, tuple):
        return statistics * factor
    fields = [times(field, factor) for field in statistics]
    return type(statistics)(*fields) if hasattr(statistics, "_fields") else type(statistics)(fields)


def joined(values: Sequence[Statistics]) -> Statistics:
    """Nested tuples of arrays as one of longer arrays, those of the first value first."""
    if not isinstance(values[0], tuple):
        return np.concatenate(values)  # type: ignore[return-value]
    fields = [joined(parts) for parts in zip(*values, strict=True)]
    return type(values[0])(*fields) if hasattr(values[0], "_fields") else type(values[0])(fields)


def cut(value: Statistics, rows: slice) -> Statistics:
    """These rows of all arrays of nested tuples."""
    if not isinstance(value, tuple):
        return value[rows]
    fields = [cut(field, rows) for field in value]
    return type(value)(*fields) if hasattr(value, "_fields") else type(value)(fields)


def leaves(value: Any) -> Iterator[Any]:
    """The arrays and numbers of nested tuples."""
    if isinstance(value, tuple):
        for field in value:
            yield from leaves(field)
    else:
        yield value


def like(statistics: Any, values: Iterator[Any]) -> Any:
    """Statistics of the same kind, whose arrays and numbers are these, in the order of `leaves`."""
    if not isinstance(statistics, tuple):
        value = next(values)
        return value if np.ndim(statistics) else float(np.ravel(value)[0])
    fields = [like(field, values) for field in statistics]
    return type(statistics)(*fields) if hasattr(statistics, "_fields") else type(statistics)(fields)


def merge_all(statistics: Iterable[Statistics]) -> Statistics:
    """Add many statistics in the order given, so that the rounding is the same on every run."""
    return reduce(merge, statistics)
