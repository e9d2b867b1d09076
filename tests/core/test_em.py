import numpy as np
import pytest

from mixtura import em
from mixtura.acceleration import SmallGain, SmallRemainder, SmallShift, default_tolerance
from mixtura.em import Outcome, Step


class Halving:
    """A toy model: the objective is -|parameter|, and a step halves it. Statistics of a block are the parameter."""

    def statistics(self, parameter):
        return lambda block: parameter

    def objective(self, statistics, parameters):
        return -abs(statistics)

    def maximise(self, statistics, parameter):
        return parameter / 2


def run(function):
    return function(None)


def never(step):
    return False


def test_the_loop_records_the_objective_before_each_step():
    fit = em.fit(Halving(), 8.0, run, stop=never, max_iterations=3)
    assert fit == em.Fit(1.0, (-8.0, -4.0, -2.0), Outcome.EXHAUSTED)
    assert fit.objective == -2.0


def test_stop_sees_the_step_and_ends_the_loop():
    fit = em.fit(Halving(), 8.0, run, stop=lambda step: step.after < 1, max_iterations=50)
    assert (fit.parameters, len(fit.trace), fit.outcome) == (0.5, 4, Outcome.CONVERGED)


def test_callbacks_see_every_step():
    steps = []
    em.fit(Halving(), 8.0, run, stop=never, max_iterations=2, callbacks=[lambda s: steps.append((s.before, s.after))])
    assert steps == [(8.0, 4.0), (4.0, 2.0)]


def test_an_objective_that_is_no_number_is_a_collapse_and_keeps_the_last_parameters():
    model = Halving()
    model.objective = lambda statistics, parameters: float("nan") if statistics < 4 else -statistics
    fit = em.fit(model, 8.0, run, stop=never, max_iterations=50)
    assert (fit.parameters, fit.trace, fit.outcome) == (2.0, (-8.0, -4.0), Outcome.COLLAPSED)


def test_an_interrupt_keeps_the_parameters_so_far():
    def interrupt(step):
        if len(step.trace) == 3:
            raise KeyboardInterrupt

    fit = em.fit(Halving(), 8.0, run, stop=never, max_iterations=50, callbacks=[interrupt])
    assert (fit.parameters, len(fit.trace), fit.outcome) == (1.0, 3, Outcome.INTERRUPTED)


def test_a_fit_without_steps_has_the_worst_objective():
    assert em.fit(Halving(), 8.0, run, stop=never, max_iterations=0).objective == -np.inf


def geometric(limit, gap, ratio, n):
    return [limit - gap * ratio**i for i in range(n)]


def stopping_step(rule, trace):
    """No rule looks back farther than some steps."""
    return next((n for n in range(1, len(trace) + 1) if rule(Step(trace[max(0, n - 5) : n], None, None))), None)


@pytest.mark.parametrize("ratio", [0.3, 0.9, 0.99])
def test_aitken_rule_stops_within_the_tolerance_of_the_limit(ratio):
    trace = geometric(-100.0, 50.0, ratio, 5000)
    n = stopping_step(SmallRemainder(1e-3), trace)
    assert -100.0 - trace[n - 1] < 2e-3
    assert n > 1 and -100.0 - trace[n // 2] > 1e-3


@pytest.mark.parametrize(
    "gains", [1e-4 * 0.9999 ** np.arange(200_000), 1e-5 * 1.1 ** np.arange(100)], ids=["crawl", "rise"]
)
def test_aitken_rule_goes_on_where_a_small_gain_stops_too_early(gains):
    """EM crawls along a ridge, a small step at a time; or it leaves a saddle, with steps that grow."""
    trace = list(np.cumsum(gains))
    early, late = (stopping_step(rule(1e-3), trace) for rule in (SmallGain, SmallRemainder))
    assert trace[-1] - trace[early - 1] > 0.5
    assert late is None or trace[-1] - trace[late - 1] < 2e-3


def test_who_is_too_many_steps_below_an_aim_is_given_up_but_not_who_is_close():
    far, close = ([height + 0.1 * n for n in range(5)] for height in (-3.2, -1.1))
    given_up = [stopping_step(SmallRemainder(1e-3, aim=0.0, hope=hope), far) for hope in (20.0, 40.0)]
    assert given_up == [3, None]  # 30 at the third
    assert stopping_step(SmallRemainder(1e-3, aim=0.0, hope=5.0), close) is None


def test_aitken_rule_stops_at_a_constant_objective():
    assert stopping_step(SmallRemainder(1e-3), [-5.0] * 10) == 4


def test_small_gain_is_scikit_learns_rule():
    assert stopping_step(SmallGain(0.5), [-10.0, -9.0, -8.6, -8.5]) == 3


def test_small_shift_looks_at_the_centres():
    assert SmallShift(0.02)(Step([], np.zeros((2, 2)), np.full((2, 2), 0.05)))
    assert not SmallShift(0.02)(Step([], np.zeros((2, 2)), np.full((2, 2), 0.1)))


def test_default_tolerance_is_a_thousandth_of_a_nat_and_grows_with_the_rows():
    assert default_tolerance(50) == default_tolerance(1000) == 1e-3
    assert default_tolerance(1e6) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("gains", "n_plateaus"), [([9, 3, 1, 0.3, 0.1], 0), ([9, 1e-8, 1e-8, 2, 1, 0.5], 1), ([4, 1e-9, 3, 1e-9, 2], 2)]
)
def test_plateaus_are_counted(gains, n_plateaus):
    trace = (-100 + np.cumsum([0.0, *gains])).tolist()
    assert em.Fit(None, tuple(trace), em.Outcome.CONVERGED).n_plateaus == n_plateaus
