"""Threads share the items of a pass, and nobody waits for a thread that does not come."""

from itertools import count, islice
from threading import Barrier, Event, current_thread, main_thread

import pytest

from mixtura.runners.local import Local

several = pytest.mark.parametrize("n_threads", [2, 5])


def test_items_run_side_by_side_and_come_in_order():
    second_is_done = Event()

    def function(item):
        if item == 1:
            second_is_done.set()
        return item, second_is_done.wait(60)

    assert list(Local(2).map(function, range(20))) == [(item, True) for item in range(20)]


@several
def test_only_a_few_items_are_begun_ahead(n_threads):
    read = []
    items = (read.append(item) or item for item in count())
    for number, result in enumerate(islice(Local(n_threads).map(lambda item: -item, items), 50)):
        assert result == -number
        assert len(read) <= number + 2 * n_threads + 1


@several
@pytest.mark.parametrize("error", [ValueError, IndexError, KeyboardInterrupt])
@pytest.mark.parametrize("is_bad", [True, False], ids=["the caller's", "a helper"])
def test_an_error_in_any_thread_ends_the_pass(n_threads, error, is_bad):
    all_have_begun = Barrier(n_threads)

    def function(item):
        if item < n_threads:
            all_have_begun.wait(60)
        if (current_thread() is main_thread()) == is_bad:
            raise error("bad")
        return item

    with pytest.raises(error, match="bad"):
        list(Local(n_threads).map(function, range(20)))
    assert list(Local(n_threads).map(lambda item: item, range(20))) == list(range(20))


def test_an_item_may_be_a_pass_itself():
    inner = Local(2)

    def function(item):
        return sum(inner.map(lambda number: number * item, range(10)))

    assert list(Local(2).map(function, range(10))) == [45 * item for item in range(10)]


def test_a_pass_that_is_left_begins_nothing_more():
    begun, left, all_are_free = [], Event(), Barrier(5)

    def function(item):
        begun.append(item)
        if item > 0 and current_thread() is not main_thread():
            left.wait(60)
        return item

    results = Local(5).map(function, iter(range(20)))
    assert next(results) == 0
    results.close()
    n_begun = len(begun)
    left.set()
    list(Local(5).map(lambda item: all_are_free.wait(60), range(5)))
    assert len(begun) <= n_begun + 4  # a helper may have been about to begin
