"""A runner that tells on the way how far a sum is, and goes on from where an earlier run was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np

from mixtura.runners.contract import Arrangeable, Result, Source, is_resumable
from mixtura.runners.local import Local
from mixtura.statistics import Block, Placed, leaves, like, merge


class Begun(NamedTuple):
    """A sum over the first blocks: how many rows had been read then, and its arrays and numbers, in order."""

    n_read: int
    numbers: tuple[Any, ...]


@dataclass
class Stepwise:
    """What `runner` does; the first sum over rows that can be begun in the middle goes on from `begun`, if that is one.

    Blocks are added one after the other, from the middle as from the first: a sum has the same bits either way. While
    it is under way, `begun` says how far it is, and `note` is called with that before each of the next blocks.
    """

    runner: Local
    begun: Begun | None
    note: Callable[[Begun], None]

    def __call__(self, source: Source, function: Callable[[Block], Result]) -> Result:
        """The sum of `function(block)` over all blocks."""
        arranged = cast(Arrangeable, source).arranged(function) if hasattr(source, "arranged") else source
        if not is_resumable(arranged):
            return self.runner(source, function)
        n_read, numbers = self.begun or (0, ())
        values = self.runner.map(partial(_of_placed, function=function), arranged.placed(n_read))
        n_read, total = next(values)
        if numbers:
            total = _with_earlier(numbers, total)
        for n_read_then, value in values:
            self.begun = Begun(n_read, tuple(leaves(total)))
            self.note(self.begun)
            n_read, total = n_read_then, merge(total, value)
        self.begun = None
        return total

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block."""
        return self.runner.each(source, function)


def _of_placed(placed: Placed, function: Callable[[Block], Result]) -> tuple[int, Result]:
    return placed.n_read, function(placed.block)


def _with_earlier(numbers: tuple[Any, ...], value: Result) -> Result:
    if [np.shape(number) for number in numbers] != [np.shape(leaf) for leaf in leaves(value)]:
        raise ValueError("the sum that was begun is of another kind than its next part")
    return merge(like(value, iter(numbers)), value)
