"""Pieces of work that an earlier run has done: their results are given back in its order, and what follows is made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]  # a function and tasks -> results, in order


def ignore(results: Sequence[Any]) -> None:
    """What to do with results that nobody wants to know."""


@dataclass
class Replay:
    """What pieces of work came to, in the order in which they are asked for, and who is told of every new one.

    The order must depend on earlier results alone: then a run that was killed goes on to what it would have come to.
    """

    results: list[Any] = field(default_factory=list)
    keep: Callable[[Sequence[Any]], None] = ignore
    _n_asked: int = 0

    def through(self, each: Each, closing: Event) -> Each:
        """`each`, for what is not known yet; once `closing` is set, results are those of an interrupt and not kept."""

        def remembered(function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
            known = self.results[self._n_asked : self._n_asked + len(tasks)]
            self._n_asked += len(tasks)
            yield from known
            for result in each(function, tasks[len(known) :]):
                if not closing.is_set():
                    self.results.append(result)
                    self.keep(self.results)
                yield result

        return remembered
