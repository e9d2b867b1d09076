"""Run a pass on this machine."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain, count, islice
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from mixtura.runners import sweeping
from mixtura.runners.contract import Arrangeable, Continuous, Result, Source, Sweeping
from mixtura.statistics import Block, merge_all

Item = TypeVar("Item")


@dataclass(frozen=True)
class Local:
    """Threads of this process; one thread means no pool at all.

    Blocks run side by side and are added in the order they were read, so a result does not depend on `n_threads`.
    """

    n_threads: int = 1

    def __call__(self, source: Source, function: Callable[[Block], Result]) -> Result:
        """The sum of `function(block)` over all blocks; a source may choose the order of its rows."""
        # isinstance of a protocol would take as long as a small pass
        arranged = cast(Arrangeable, source).arranged(function) if hasattr(source, "arranged") else source
        lengths = sweeping.lengths(arranged, function, self.n_threads)
        if not lengths:
            return merge_all(self.each(arranged, function))
        sweep = cast(Sweeping, function)
        total = sweeping.add_up(self.map(sweep.of_each, cast(Continuous, arranged).stretches(lengths)))
        return cast(Result, sweep.of_all(total))

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block, in order; only a few blocks are in flight at any time."""
        return self.map(function, source.blocks())

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`function(item)` for each item, in order, whatever an item is."""
        items = iter(items)
        first = list(islice(items, 2))
        if self.n_threads == 1 or len(first) == 1:
            return map(function, chain(first, items))
        return _Shared(function, chain(first, items), self.n_threads - 1).results()


class _Shared:
    """Items that the thread which wants the results works through together with its helpers.

    A helper never waits: it takes what lies ready, and goes home when nothing does. So an interrupt, wherever it
    strikes, leaves no thread behind.
    """

    def __init__(self, function: Callable[[Any], Any], items: Iterable[Any], n_helpers: int) -> None:
        self._function, self._items, self._n_helpers = function, enumerate(items), n_helpers
        self._todo: deque[tuple[int, Any]] = deque()
        self._done: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()
        self._helpers: list[Future[None]] = []

    def results(self) -> Iterator[Any]:
        """One for each item, in order."""
        ready: dict[int, Any] = {}
        try:
            n_begun = self._put_ready(2 * (self._n_helpers + 1))
            for number in count():
                if number == n_begun:
                    return
                while number not in ready:
                    place, result = self._work() if self._done.empty() else self._wait()
                    ready[place] = result
                yield ready.pop(number)
                n_begun += self._put_ready(1)
        finally:
            self._todo.clear()

    def _put_ready(self, number: int) -> int:
        """Let the next few items lie ready, and helpers come -> how many there were."""
        items = list(islice(self._items, number))
        self._todo.extend(items)
        self._helpers = [helper for helper in self._helpers if not helper.done()]
        pool = _pool(self._n_helpers, os.getpid())
        self._helpers += [pool.submit(self._help) for _ in range(min(len(items), self._n_helpers - len(self._helpers)))]
        return len(items)

    def _work(self) -> tuple[int, Any]:
        try:
            number, item = self._todo.popleft()
        except IndexError:
            return self._wait()
        return number, self._function(item)

    def _wait(self) -> tuple[int, Any]:
        number, result, error = self._done.get()
        if error is not None:
            raise error
        return number, result

    def _help(self) -> None:
        with suppress(IndexError):
            while True:
                number, item = self._todo.popleft()
                try:
                    self._done.put((number, self._function(item), None))
                except BaseException as error:
                    self._done.put((number, None, error))


@cache
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    """One pool per size, kept: starting threads costs more than a small pass. A forked process gets its own."""
    return ThreadPoolExecutor(n_threads, thread_name_prefix="mixtura")


def n_threads(n_jobs: int | None) -> int:
    """How many threads scikit-learn's `n_jobs` asks for: None and 1 are one, -1 all cores, -2 all but one."""
    if n_jobs is None:
        return 1
    if n_jobs == 0:
        raise ValueError("n_jobs=0 asks for no thread at all: use 1 for one, -1 for all cores.")
    return n_jobs if n_jobs > 0 else max(1, _n_cores() + 1 + n_jobs)


def _n_cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
