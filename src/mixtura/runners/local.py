"""Run a pass on this machine."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any, TypeVar

from mixtura.runners.contract import Arrangeable, Result, Source
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
        arranged = source.arranged(function) if isinstance(source, Arrangeable) else source
        return merge_all(self.each(arranged, function))

    def each(self, source: Source, function: Callable[[Block], Result]) -> Iterator[Result]:
        """`function(block)` for each block, in order; only a few blocks are in flight at any time."""
        return self.map(function, source.blocks())

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`function(item)` for each item, in order, whatever an item is."""
        items = iter(items)
        first = list(islice(items, 2))
        if self.n_threads == 1 or len(first) == 1:
            return map(function, chain(first, items))
        return _in_order(_pool(self.n_threads, os.getpid()), function, chain(first, items), ahead=2 * self.n_threads)


@cache
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    """One pool per size, kept: starting threads costs more than a small pass. A forked process gets its own."""
    return ThreadPoolExecutor(n_threads, thread_name_prefix="mixtura")


def _in_order(
    pool: ThreadPoolExecutor, function: Callable[[Any], Any], items: Iterable[Any], ahead: int
) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) == ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


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
