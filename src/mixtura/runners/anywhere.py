"""Run a pass where the rows are: in threads of this process, or on the machines of a cluster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mixtura.runners.contract import Result, Source, is_distant
from mixtura.runners.local import Local
from mixtura.statistics import Block, merge


@dataclass(frozen=True)
class Anywhere(Local):
    """Threads for the rows that come here; functions go to those that lie elsewhere, and only sums come back.

    There, as here, blocks are added in the order of reading: a result does not depend on the number of machines.
    """

    def __call__(self, source: Source, function: Callable[[Block], Result]) -> Result:
        """The sum of `function(block)` over all blocks."""
        if is_distant(source):
            return source.reduce(partial(_sum_of, function=function), merge)
        return super().__call__(source, function)

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block, in order."""
        if is_distant(source):
            return (result for part in source.apply(partial(_each_of, function=function)) for result in part)
        return super().each(source, function)


def _sum_of(part: Source, function: Callable[[Block], Result]) -> Result:
    return Local()(part, function)


def _each_of(part: Source, function: Callable[[Block], Result]) -> list[Result]:
    return list(Local().each(part, function))
