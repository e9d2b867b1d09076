"""A runner that ends a fit as Ctrl-C does where its rows cannot be read any more: the best so far is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mixtura.errors import DataError, EngineError
from mixtura.runners.contract import Result, Runner, Source
from mixtura.statistics import Block


@dataclass
class Held:
    """`runner`, but what is wrong with the rows, or where they lie, is kept in `error` and interrupts the fit."""

    runner: Runner
    error: DataError | EngineError | None = None

    def __call__(self, source: Source, function: Callable[[Block], Result]) -> Result:
        """The sum of `function(block)` over all blocks."""
        try:
            return self.runner(source, function)
        except (DataError, EngineError) as error:
            self.error = error
            raise KeyboardInterrupt from None

    def conclude(self, *, is_interrupted: bool) -> None:
        """Once the best so far is kept: raise what was wrong with the rows, or pass Ctrl-C on."""
        if self.error is not None:
            raise self.error
        if is_interrupted:
            raise KeyboardInterrupt

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block; errors are the caller's."""
        return self.runner.each(source, function)
