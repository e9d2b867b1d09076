import numpy as np
import pytest

from mixtura import GaussianMixture, em, race
from mixtura.acceleration import SmallRemainder
from mixtura.emissions.gaussian import Gaussian
from mixtura.kicks import Kicks, Tally
from mixtura.mixture import Mixture
from mixtura.race import Plan, Round, Search, search
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.starts import DIVERSE, Candidate


class Climb:
    """A toy model: parameters are (height, ceiling); a step goes one up, to the ceiling at most."""

    def statistics(self, parameters):
        return lambda block: parameters

    def objective(self, statistics, parameters):
        return float(statistics[0])

    def maximise(self, statistics, parameters):
        height, ceiling = parameters
        return min(height + 1, ceiling), ceiling


def run(function):
    return function(None)


def never(step):
    return False


def climbers(*pairs):
    return [Candidate(f"start {i}", pair) for i, pair in enumerate(pairs)]


def test_one_round_runs_all_to_the_end_and_keeps_the_highest():
    found = search(Climb(), climbers((0, 5), (0, 9), (3, 4)), [Round(run, 20, 3)], stop=never)
    assert found.best.parameters == (9, 9)
    assert [record.n_iterations for record in found.records] == [20, 20, 20]
    assert [record.objective for record in found.records] == [5, 9, 4]


def test_only_the_best_go_on():
    rounds = [Round(run, 3, 2), Round(run, 5, 1), Round(run, 50, 1)]
    found = search(Climb(), climbers((0, 1), (0, 40), (2, 30), (0, 2)), rounds, stop=never)
    assert [record.n_rounds for record in found.records] == [1, 2, 3, 1]
    assert [record.n_iterations for record in found.records] == [3, 8, 58, 3]
    assert found.best.parameters == (30, 30)


def test_a_start_keeps_what_it_climbed_in_all_rounds():
    rounds = [Round(run, 3, 1), Round(run, 5, 1)]
    found = search(Climb(), climbers((0, 40), (0, 2)), rounds, stop=never)
    assert [record.trace for record in found.records] == [tuple(range(8)), (0, 1, 2)]


def test_a_longer_race_is_never_worse():
    rng = np.random.default_rng(0)
    pairs = [(int(a), int(a + b)) for a, b in rng.integers(0, 20, (6, 2))]
    heights = [
        search(Climb(), climbers(*pairs), [Round(run, 3, keep), Round(run, 60, keep)], stop=never).best.objective
        for keep in (1, 2, 4, 6)
    ]
    assert heights == sorted(heights)
    assert heights[-1] == max(ceiling for _, ceiling in pairs)


def test_a_collapsed_start_does_not_win():
    class Cliff(Climb):
        def objective(self, statistics, parameters):
            return float("nan") if statistics[0] == 8 else super().objective(statistics, parameters)

    found = search(Cliff(), climbers((7, 9), (0, 3)), [Round(run, 9, 2)], stop=never)
    assert found.best.parameters == (3, 3)
    assert found.records[0].outcome is em.Outcome.COLLAPSED


def test_an_interrupt_before_the_first_step_of_a_round_keeps_the_round_before():
    def interrupted(function):
        raise KeyboardInterrupt

    found = search(Climb(), climbers((0, 10), (0, 50)), [Round(run, 12, 1), Round(interrupted, 9, 1)], stop=never)
    assert found.best.outcome is em.Outcome.INTERRUPTED
    assert (found.best.parameters, found.best.objective) == ((12, 50), 11.0)


@pytest.mark.parametrize(("after", "wanted"), [(2, 2), (15, 10)])
def test_an_interrupt_ends_the_race_with_the_best_so_far(after, wanted):
    steps = []

    def interrupt(step):
        steps.append(step)
        if len(steps) == after:
            raise KeyboardInterrupt

    found = search(Climb(), climbers((0, 10), (0, 50)), [Round(run, 12, 2)], stop=never, callbacks=[interrupt])
    assert found.best.outcome is em.Outcome.INTERRUPTED
    assert found.best.parameters[0] == wanted


def test_a_search_says_when_only_one_run_found_its_best():
    fit = em.Fit(None, (-5.0,), em.Outcome.CONVERGED)
    assert "Only one of 12 runs" in Search(fit, (), tally=Tally(n_runs=12, n_agreeing=1)).doubt
    assert Search(fit, (), tally=Tally(n_runs=12, n_agreeing=2)).doubt == Search(fit, ()).doubt == ""
    assert Search(fit, (), tally=Tally(n_runs=1, n_agreeing=1)).doubt == ""  # there was nothing to agree with


def test_one_component_needs_one_start():
    source, plan = (
        ArraySource(np.random.default_rng(0).normal(size=(50, 2))),
        Plan(1, DIVERSE, True, 100, SmallRemainder(0.01)),
    )
    found = race.run(Mixture(Gaussian("full")), source, plan, runner=Local(), rng=np.random.default_rng(0))
    assert [record.kind for record in found.records[:-1]] == list(DIVERSE[:1]) and not found.doubt


def _accidents(monkeypatch, of_all):
    """How many rows components were thought to hold when these were judged; those of all rows are accidents if so."""
    monkeypatch.setattr(race, "SAMPLE_ROWS", 500)
    judged = []

    def spurious(self, parameters, counts, spread):
        judged.append(round(counts.sum()))
        return np.arange(len(counts) if of_all and judged[-1] > 500 else 0)

    monkeypatch.setattr(Gaussian, "spurious", spurious)
    points = np.random.default_rng(0).normal(size=(5000, 2)) + 8 * (np.arange(5000)[:, None] % 2)
    return GaussianMixture(2, random_state=0), points, judged


def test_what_holds_enough_of_all_rows_is_no_accident_of_the_few_that_a_sample_has_of_it(monkeypatch):
    fit, points, judged = _accidents(monkeypatch, of_all=False)
    fit.fit(points)
    assert judged[0] == 500
    assert judged[-1] == 5000


def test_solutions_are_heard_on_more_rows_than_they_were_found_on_and_on_fewer_than_all(monkeypatch):
    heard = []

    def hear(ground, kicked, others, run, look):
        heard.append((len(ground.sample.points), run(lambda block: len(block.points))))
        return kicked

    monkeypatch.setattr(race, "_hear", hear)
    monkeypatch.setattr(race, "SAMPLE_ROWS", 500)
    points = np.random.default_rng(0).normal(size=(5000, 2)) + 8 * (np.arange(5000)[:, None] % 2)
    monkeypatch.setattr(race, "HEARING_ROWS", 2000)
    GaussianMixture(2, random_state=0).fit(points)
    monkeypatch.setattr(race, "HEARING_ROWS", 0)  # as in a wide table
    GaussianMixture(2, random_state=0).fit(points)
    assert heard == [(500, 2000), (500, 5000)]


def test_a_search_on_many_rows_does_not_depend_on_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(race, "SAMPLE_ROWS", 6000)
    points = np.random.default_rng(0).normal(size=(7000, 2)) + 3 * (np.arange(7000)[:, None] % 2)
    one, two = (GaussianMixture(2, random_state=0, n_jobs=n).fit(points) for n in (1, 2))
    assert one.means_.tobytes() == two.means_.tobytes()


def test_many_solutions_that_all_turn_out_to_be_accidents_leave_one_of_them(monkeypatch):
    fit, points, _ = _accidents(monkeypatch, of_all=True)
    monkeypatch.setattr(race, "_hear", lambda ground, kicked, *_: Kicks(kicked.pool[:1] * 5, kicked.tally))
    assert fit.fit(points).n_iter_ > 0


@pytest.mark.parametrize("rows", [500, 5000])
def test_without_patience_there_are_no_kicks(monkeypatch, rows):
    monkeypatch.setattr(race, "SAMPLE_ROWS", 1000)
    points = np.random.default_rng(0).normal(size=(rows, 2)) + 4 * (np.arange(rows)[:, None] % 3)
    plan = Plan(3, DIVERSE, True, 100, SmallRemainder(0.1), patience=0)
    found = race.run(
        Mixture(Gaussian("full", 1e-6)), ArraySource(points), plan, runner=Local(), rng=np.random.default_rng(0)
    )
    assert found.tally.n_kicks == 0
