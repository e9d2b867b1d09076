"""Passes over rows that lie in the memory of Dask's workers, and waiting for what these find."""

from asyncio import CancelledError
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from threading import Event
from time import monotonic
from typing import Any, TypeVar

from mixtura.errors import EngineError

Result = TypeVar("Result")

_FAN_IN = 8  # results that are joined at once: sums come together as the branches of a tree
_AT_A_TIME = 64  # parts whose results wait to be fetched
_LOOK = 1.0  # seconds after which somebody who waits for a result looks whether anybody still works on it
_FETCH = 60.0  # seconds after which what was ready and does not come is waited for anew
_PATIENCE = 60.0  # seconds that a cluster may be without workers: lost ones are usually started again


@dataclass(frozen=True)
class DaskParts:
    """Rows as numbers in the memory of workers."""

    client: Any
    futures: Sequence[Any]

    def reduce(self, function: Callable[[Any], Result], join: Callable[[Result, Result], Result]) -> Result:
        """What `join` makes of `function(part)` of all parts: in a tree whose shape depends on their number alone."""
        with told(self.client):
            level = self._begin(function, self.futures)
            while len(level) > 1:
                branches = [level[start : start + _FAN_IN] for start in range(0, len(level), _FAN_IN)]
                level = self.client.map(_joined, branches, join=join, pure=False)
            return wait_for(level[0], self.client)

    def apply(self, function: Callable[[Any], Result]) -> Iterator[Result]:
        """`function(part)` for each part, in order."""
        for start in range(0, len(self.futures), _AT_A_TIME):
            with told(self.client):
                found = self._begin(function, self.futures[start : start + _AT_A_TIME])
            for future in found:
                with told(self.client):
                    result = wait_for(future, self.client)
                yield result

    def _begin(self, function: Callable[[Any], Any], futures: Sequence[Any]) -> list[Any]:
        """The function travels once to each worker, which has it from the others; any of them can make it again."""
        travelling = self.client.submit(_itself, function, pure=False)
        begun: list[Any] = self.client.map(_applied, futures, function=travelling, pure=False)
        return begun


def _itself(function: Any) -> Any:
    return function


def _applied(part: Any, function: Callable[[Any], Result]) -> Result:
    return function(part)


def _joined(results: Sequence[Result], join: Callable[[Result, Result], Result]) -> Result:
    return reduce(join, results)


def wait_for(future: Any, client: Any) -> Any:
    """The result of a task; EngineError where nobody is left to work on it."""
    seen, done = monotonic(), Event()
    future.add_done_callback(lambda _: done.set())
    while True:
        if done.wait(_LOOK):
            with suppress(TimeoutError):  # its worker may have been lost since
                return future.result(timeout=_FETCH)
        now = monotonic()
        seen = now if client.nthreads() else seen
        if now - seen > _PATIENCE:
            raise EngineError(f"The Dask cluster has had no workers for {now - seen:.0f} s: start some, and fit again.")


@contextmanager
def told(client: Any) -> Iterator[None]:
    """Say in a sentence what the cluster cannot do."""
    from distributed import KilledWorker
    from distributed.client import ClosedClientError
    from distributed.comm import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise EngineError(
            f"Workers died again and again over the same part of the rows ({error.last_worker}), as they do when it "
            "does not fit into their memory: use more and smaller partitions, or larger workers."
        ) from None
    except (CancelledError, ClosedClientError, CommClosedError) as error:
        raise EngineError(
            f"The Dask scheduler is lost ({type(error).__name__}): connect a client again, and fit again."
        ) from None
