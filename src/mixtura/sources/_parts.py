"""What is done with a part of the rows where it lies: it becomes numbers, is counted, looked at, and passed over."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from mixtura.sources._floats import Cut, blocks_of, check_cells
from mixtura.sources._found import Batch
from mixtura.sources._scout import Facts, Scout
from mixtura.sources.array import ArraySource
from mixtura.sources.holes import by_pattern
from mixtura.sources.sampling import Reservoir
from mixtura.statistics import Block

Result = TypeVar("Result")


class Part(Protocol):
    """Some of the rows, in blocks; parts are numbered in the order of their rows."""

    @property
    def number(self) -> int: ...
    @property
    def n_read(self) -> int: ...  # rows before those that do not take part were left out
    def blocks(self) -> Iterable[Block]: ...


@dataclass(frozen=True, eq=False)
class HeldPart(ArraySource):
    """Rows that stay in memory between passes."""

    number: int = 0
    n_read: int = 0


class EmptyPart(NamedTuple):
    """No rows that take part."""

    number: int
    n_read: int

    def blocks(self) -> Iterator[Block]:
        """Yield nothing."""
        return iter(())


@dataclass
class PassingPart:
    """Rows that go by, once."""

    number: int
    rows: Iterator[Block]
    n_read: int = 0

    def blocks(self) -> Iterator[Block]:
        """The rows in order."""
        return self.rows

    def arranged(self, function: Callable[[Block], Any]) -> "PassingPart":
        """The rows for a sum: of each block those that lack the same cells together."""
        self.rows = map(by_pattern, self.rows)
        return self


class _Given(NamedTuple):
    rows: Iterable[Batch]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The batches, which hold other columns too."""
        return iter(self.rows)


class Tally(NamedTuple):
    """How much there is in a part."""

    number: int
    n_rows: int
    n_read: int
    total_weight: float


class Glance(NamedTuple):
    """How to look at parts: where each begins among the rows that take part, and how to draw from them."""

    names: tuple[str, ...]
    starts: Mapping[int, int]
    size: int
    threshold: float  # what rows have to reach to be drawn, as far as that is known before


def passing(batches: Iterable[Batch], number: int, cut: Cut, *, is_checked: bool) -> PassingPart | EmptyPart:
    """The rows of some batches as they come; looking whether there are any begins the only pass over them."""
    part = PassingPart(number, iter(()))

    def look(batch: Batch) -> None:
        part.n_read += batch.cells.num_rows
        if not is_checked:
            check_cells(batch, cut)

    rows = blocks_of(_Given(batches), cut, look)
    for first in rows:
        part.rows = chain([first], rows)
        return part
    return EmptyPart(number, part.n_read)


def held(batches: Iterable[Batch], number: int, cut: Cut) -> HeldPart | EmptyPart:
    """The rows of some batches as one array."""
    together = list(batches)
    n_rows = max(1, sum(batch.cells.num_rows for batch in together))
    part = passing(together, number, cut._replace(n_rows=n_rows), is_checked=False)
    for points, weights in part.blocks():
        return HeldPart(points, weights if cut.weight else None, number=number, n_read=part.n_read)
    return EmptyPart(number, part.n_read)


def tally(part: Part) -> tuple[Tally]:
    """How much there is in a part; tuples of these add up to one for all."""
    n_rows, total_weight = 0, 0.0
    for points, weights in part.blocks():
        n_rows += len(points)
        total_weight += float(weights.sum())
    return (Tally(part.number, n_rows, part.n_read, total_weight),)


def look(part: Part, glance: Glance) -> Facts:
    """The facts about a part, drawn from by the random numbers that its rows would get in one file."""
    start, bits = glance.starts[part.number], np.random.PCG64(0)
    bits.advance(start)
    reservoir = Reservoir(glance.size, np.random.Generator(bits), n_seen=start, threshold=glance.threshold)
    scout = Scout(glance.names, reservoir)
    for block in part.blocks():
        scout.look(block)
    return scout.facts(part.n_read - scout.n_rows)


def where_rows(part: Part, function: Callable[[Any], Result]) -> tuple[Result, ...]:
    """What a function says of a part, if that has rows."""
    return () if isinstance(part, EmptyPart) else (function(part),)


def join_some(
    left: tuple[Result, ...], right: tuple[Result, ...], join: Callable[[Result, Result], Result]
) -> tuple[Result, ...]:
    """What there is, joined."""
    return (join(left[0], right[0]),) if left and right else left or right
