"""Fits that go on in step: what `em.together` does with courses, interrupts and ends."""

import pytest

from mixtura import em


class Halving:
    """A model whose objective is minus its one number, which every step halves."""

    def statistics(self, parameters):
        return lambda block: parameters

    def objective(self, statistics, parameters):
        return -statistics

    def maximise(self, statistics, parameters):
        return statistics / 2


def courses(*numbers, callbacks=()):
    stop = lambda step: step.after < 1  # noqa: E731
    return [em.course(Halving(), n, stop=stop, max_iterations=20, callbacks=callbacks) for n in numbers]


def test_each_course_ends_by_its_own_rule():
    asked = []

    def look(wanted):
        asked.append(len(wanted))
        return wanted

    fits = em.together(courses(1.5, 6.0, 24.0), look)
    assert [len(fit.trace) for fit in fits] == [1, 3, 5]
    assert all(fit.outcome is em.Outcome.CONVERGED for fit in fits)
    assert asked == [3, 2, 2, 1, 1]


def test_an_interrupt_while_looking_ends_all_where_they_stand():
    calls = []

    def look(wanted):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return wanted

    fits = em.together(courses(1.5, 24.0, 48.0), look)
    assert [fit.outcome.name for fit in fits] == ["CONVERGED", "INTERRUPTED", "INTERRUPTED"]
    assert [fit.parameters for fit in fits] == [0.75, 6.0, 12.0]


def test_an_interrupt_in_one_course_ends_the_others():
    def strike(step):
        if step.before == 24.0:
            raise KeyboardInterrupt

    fits = em.together(courses(100.0, 24.0, callbacks=[strike]), list)
    assert [fit.outcome.name for fit in fits] == ["INTERRUPTED", "INTERRUPTED"]
    assert fits[1].trace == (-24.0,)


@pytest.mark.parametrize("numbers", [(), (3.0,)])
def test_no_steps_are_no_trouble(numbers):
    going = [em.course(Halving(), n, stop=lambda step: False, max_iterations=0) for n in numbers]
    assert [fit.trace for fit in em.together(going, list)] == [()] * len(numbers)
