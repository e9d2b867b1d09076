"""A signal may come at any moment, most likely within a kernel: what was found by then is kept."""

import signal

import numpy as np
import pytest

from mixtura import GaussianMixture, datasets, race, trials
from mixtura import _kernels as kernels
from mixtura import starts as starts_module
from mixtura._kernels.densities import Full
from mixtura.em import Outcome
from mixtura.options import Options
from mixtura.selection import select

RNG = np.random.default_rng(0)


@pytest.fixture
def alarm():
    """Call it with seconds: the main thread is then interrupted as by Ctrl-C."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_signal_within_a_kernel_is_an_interrupt(alarm):
    points = RNG.normal(size=(60_000, 8))
    density = Full(RNG.normal(size=(16, 8)), np.tile(np.eye(8), (16, 1, 1)), np.zeros(16))
    arguments = points, np.ones(len(points)), np.full(16, -np.log(16)), density
    kernels.collect(*arguments)
    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            alarm(1e-3)  # a call takes some milliseconds
            while True:
                kernels.collect(*arguments)


def test_an_interrupted_estimator_holds_the_best_so_far(alarm):
    points = RNG.normal(size=(30_000, 6))
    begun = [lambda step: alarm(0.2) if len(step.trace) == 1 else None]
    mixture = GaussianMixture(
        20, tol=0, max_iter=100_000, init_params="random_from_data", random_state=0, callbacks=begun
    )
    with pytest.raises(KeyboardInterrupt):
        mixture.fit(points)
    assert mixture.outcome_ is Outcome.INTERRUPTED
    assert mixture.n_iter_ > 0 and np.isfinite(mixture.score(points[:100]))


@pytest.mark.parametrize("n_rows", [3000, 6000], ids=["one by one", "side by side"])
def test_an_interrupted_selection_keeps_what_was_done_and_soon_ends(n_rows, alarm):
    points = RNG.normal(size=(n_rows, 20))
    options = Options(n_threads=2, tolerance=1e-12, max_iterations=10**6, prune=False)
    done = []

    def ring_after_the_first(candidate):
        done.append(candidate)
        if len(done) == 1:
            alarm(0.2)

    found = select(
        points, n_components=[1, *range(40, 50)], covariances=["diag"], options=options, on_fit=ring_after_the_first
    )
    assert not found.is_complete
    assert 1 <= len(done) == len(found.candidates) < 11  # those not begun by then were never made


def test_an_interrupt_while_a_start_is_drawn_ends_the_search(monkeypatch):
    points, calls, collect_nearest = RNG.normal(size=(300, 2)), [], kernels.collect_nearest

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return collect_nearest(*arguments)

    monkeypatch.setattr(kernels, "collect_nearest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        starts_module.kmeans(points, np.ones(300), 7, np.random.default_rng(0))


def test_an_interrupt_in_the_last_pass_of_a_fit_keeps_the_fit(monkeypatch):
    points, calls = RNG.normal(size=(300, 2)), []
    collect_all_evidence = trials.collect_all_evidence

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return collect_all_evidence(*arguments)

    monkeypatch.setattr(trials, "collect_all_evidence", interrupted)
    found = select(points, n_components=[1, 2, 3], covariances=["full"], options=Options(prune=False))
    assert [c.setting.n_components for c in found.candidates] == [1, 2]
    assert found.candidates[1].search.best.outcome is Outcome.INTERRUPTED and not found.is_complete


def test_an_interrupt_while_the_second_best_is_finished_is_not_forgotten(monkeypatch):
    """The best, which is finished by then, is kept; who pressed Ctrl-C hears of it all the same."""
    points = datasets.load("faithful").data
    whole = GaussianMixture(3, random_state=0).fit(points)
    assert "second of these" in whole.fit_report_["starts"][-1]["kind"]
    searched = []
    search = race.search

    def interrupted(*arguments, **others):
        searched.append(search(*arguments, **others))
        if len(searched) == 3:  # after the race and the best
            cut = searched[-1].best._replace(outcome=Outcome.INTERRUPTED)
            return searched[-1]._replace(best=cut._replace(trace=cut.trace[:1]))
        return searched[-1]

    monkeypatch.setattr(race, "search", interrupted)
    mixture = GaussianMixture(3, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        mixture.fit(points)
    assert mixture.outcome_ is Outcome.INTERRUPTED
    assert mixture.lower_bound_ == pytest.approx(whole.lower_bound_, abs=1e-4)
