"""What a pass needs: something that gives rows, and something that runs a function over them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeGuard, TypeVar, runtime_checkable

from mixtura.statistics import Block, Placed, Stretch

Result = TypeVar("Result")


@runtime_checkable
class Source(Protocol):
    """Anything that gives its rows block by block, as often as it is asked."""

    def blocks(self) -> Iterable[Block]:
        """The blocks, always cut in the same way and in the same order."""
        ...


@runtime_checkable
class Arrangeable(Source, Protocol):
    """A source that can give its rows in another order."""

    def arranged(self, function: Callable[[Block], Any]) -> Source:
        """The same rows in an order in which the sum of `function` costs least; as they are if no order does."""
        ...


class Continuous(Source, Protocol):
    """A source whose blocks follow each other in memory."""

    @property
    def n_stretched(self) -> int:
        """How many blocks `stretches` can give."""
        ...

    def stretches(self, lengths: Iterable[int]) -> Iterator[Stretch]:
        """The blocks, so many at a time, in the order of reading."""
        ...


class Sweeping(Protocol):
    """A function of a block that takes many of them in one call, for less than a call for each would cost."""

    @property
    def n_sums(self) -> int:
        """How many numbers its value is; zero if it takes one block at a time after all."""
        ...

    def of_each(self, stretch: Stretch) -> Any:
        """The value of each block, as a row of numbers (B, L)."""
        ...

    def of_all(self, row: Any) -> Any:
        """The value that such a row, or the sum of several, stands for."""
        ...


@runtime_checkable
class Measured(Source, Protocol):
    """A source that knows how much there is of it."""

    @property
    def n_rows(self) -> int: ...
    @property
    def n_columns(self) -> int: ...
    @property
    def total_weight(self) -> float: ...
    @property
    def dtype(self) -> Any: ...


@runtime_checkable
class Sampled(Measured, Protocol):
    """A source whose passes cost so much that some of its rows are kept at hand."""

    @property
    def sample(self) -> Block:
        """Some of the rows, each with the weight that it stands for."""
        ...


class Resumable(Source, Protocol):
    """A source that can begin in the middle."""

    def placed(self, n_read: int) -> Iterator[Placed]:
        """The blocks that come after so many rows have been read, where one was full then."""
        ...


@runtime_checkable
class Distant(Source, Protocol):
    """A source whose rows lie on other machines, in parts: functions of a part go there, and results come back."""

    def reduce(self, function: Callable[[Source], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts, always in the same order, whatever runs where."""
        ...

    def apply(self, function: Callable[[Source], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in the order of reading."""
        ...


@runtime_checkable
class Runner(Protocol):
    """Anything that applies a function to every block of a source, here or elsewhere: functions and results pickle."""

    def __call__(self, source: Source, function: Callable[[Block], Result]) -> Result:
        """The sum of `function(block)` over all blocks, added in the order of reading."""
        ...

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block, in the order of reading."""
        ...


# `isinstance` of a protocol would take Python as long as a small pass, and each pass asks.


def is_sampled(source: Source) -> TypeGuard[Sampled]:
    """Whether some of the rows are kept at hand."""
    return hasattr(source, "sample")


def is_resumable(source: Source) -> TypeGuard[Resumable]:
    """Whether a pass may begin in the middle: not where parts are added elsewhere."""
    return hasattr(source, "placed") and not is_distant(source)


def is_distant(source: Source) -> TypeGuard[Distant]:
    """Whether the rows lie on other machines."""
    return hasattr(source, "reduce")
