"""Rows that lie far away, as they are in the units of a fit: each block is scaled as it comes by, where it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from mixtura.runners.contract import Arrangeable, Distant, Result, Sampled, Source
from mixtura.scaling import Scaling
from mixtura.statistics import Block


@dataclass(frozen=True)
class Part:
    """A source in the units of a scaling."""

    source: Source
    scaling: Scaling

    def blocks(self) -> Iterator[Block]:
        """The blocks of the source, scaled."""
        return map(partial(scaled, scaling=self.scaling), self.source.blocks())

    def arranged(self, function: Callable[[Block], Any]) -> "Part":
        """The rows in the order that the source would give them in."""
        inner = self.source
        return Part(inner.arranged(function), self.scaling) if isinstance(inner, Arrangeable) else self


@dataclass(frozen=True)
class Rescaled(Part):
    """A source of which some rows are at hand, in the units of a scaling."""

    source: Sampled

    @property
    def n_rows(self) -> int:
        return self.source.n_rows

    @property
    def n_columns(self) -> int:
        return self.source.n_columns

    @property
    def total_weight(self) -> float:
        return self.source.total_weight

    @property
    def dtype(self) -> Any:
        return self.source.dtype

    @property
    def sample(self) -> Block:
        """The rows at hand."""
        return scaled(self.source.sample, self.scaling)


@dataclass(frozen=True)
class RescaledThere(Rescaled):
    """The same of rows on other machines, which scale them."""

    source: Any

    def reduce(self, function: Callable[[Source], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts."""
        return self.source.reduce(partial(_of_part, function=function, scaling=self.scaling), join)

    def apply(self, function: Callable[[Source], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in order."""
        found: Iterator[Result] = self.source.apply(partial(_of_part, function=function, scaling=self.scaling))
        return found


def rescaled(source: Sampled, scaling: Scaling) -> Rescaled:
    """The source in the units of a scaling."""
    return RescaledThere(source, scaling) if isinstance(source, Distant) else Rescaled(source, scaling)


def scaled(block: Block, scaling: Scaling) -> Block:
    """The rows of a block in the units of a scaling."""
    return block._replace(points=scaling.apply(block.points))


def _of_part(part: Source, function: Callable[[Source], Result], scaling: Scaling) -> Result:
    return function(Part(part, scaling))
