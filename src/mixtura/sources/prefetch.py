"""Read ahead: a thread of its own decodes the next few blocks while those before are worked on."""

from collections.abc import Callable, Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

Item = TypeVar("Item")

_LOOK = 0.1  # seconds after which a thread that waits for room looks whether anybody still wants it
_END = object()


def prefetched(read: Callable[[], Iterable[Item]], ahead: int = 2) -> Generator[Item, None, None]:
    """What `read` gives, in order, up to `ahead` items before they are asked for.

    An error of the reader is raised where its item would have come. A consumer that goes away, by Ctrl-C or because
    it has had enough, ends the thread.
    """
    queue: Queue[tuple[Any, BaseException | None]] = Queue(ahead)
    over = Event()
    Thread(target=_fill, args=(queue, read, over), name="mixtura-reader", daemon=True).start()
    try:
        while True:
            item, error = queue.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        over.set()


def _fill(queue: Queue[tuple[Any, BaseException | None]], read: Callable[[], Iterable[Any]], over: Event) -> None:
    try:
        for item in read():
            if not _put(queue, (item, None), over):
                return
        _put(queue, (_END, None), over)
    except BaseException as error:
        _put(queue, (None, error), over)


def _put(queue: Queue[tuple[Any, BaseException | None]], item: tuple[Any, BaseException | None], over: Event) -> bool:
    """Whether the item went in before nobody wanted it any more."""
    while not over.is_set():
        try:
            queue.put(item, timeout=_LOOK)
            return True
        except Full:
            continue
    return False
