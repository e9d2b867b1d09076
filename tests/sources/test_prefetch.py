"""Reading ahead changes nothing but when rows are read."""

import threading

import pytest

from mixtura.sources.prefetch import prefetched


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "mixtura-reader"]


def test_items_come_in_order():
    assert list(prefetched(lambda: range(100))) == list(range(100))
    assert list(prefetched(lambda: [])) == []


def test_the_next_items_are_read_before_they_are_asked_for():
    third_is_read = threading.Event()

    def read():
        yield 0
        yield 1
        third_is_read.set()
        yield 2

    items = prefetched(read, ahead=2)
    assert next(items) == 0
    assert third_is_read.wait(timeout=60)
    items.close()


def test_no_more_than_asked_for_lie_ready():
    read = []
    items = prefetched(lambda: (read.append(i) or i for i in range(100)), ahead=2)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    assert len(read) <= 3 + 2 + 1  # one more waits for room
    items.close()


def test_an_error_comes_in_its_place():
    def read():
        yield 1
        raise ValueError("the second item is spoiled")

    items = prefetched(read)
    assert next(items) == 1
    with pytest.raises(ValueError, match="spoiled"):
        next(items)


def test_who_goes_away_leaves_no_thread_behind():
    items = prefetched(lambda: iter(int, 1))
    next(items)
    (reader,) = readers()
    items.close()
    reader.join(timeout=60)
    assert not reader.is_alive()
