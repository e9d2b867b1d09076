"""Selections in which only fits that may win are searched."""

from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest

from mixtura import Options, climbing, datasets, path, race, schedule, select
from mixtura import selection as selection_module
from mixtura.acceleration import SmallGain
from mixtura.chances import NEAR, contenders
from mixtura.covariance import FOURTEEN
from mixtura.statistics import Block
from mixtura.trials import PATH, SEARCH, Setting, Workshop

FAITHFUL, IRIS = datasets.load("faithful").data, datasets.load("iris").data
WHOLE = Options(prune=False)
SIX = ["EII", "VII", "EEI", "VVI", "EEE", "VVV"]


@pytest.fixture(scope="module")
def pruned():
    return select(FAITHFUL)


def test_the_winner_is_that_of_searches_for_all(pruned):
    whole = select(FAITHFUL, options=WHOLE)
    assert pruned.best.setting == whole.best.setting
    assert pruned.best.criteria["bic"] <= whole.best.criteria["bic"] + 0.01
    assert all(candidate.is_searched for candidate in whole.candidates)


def test_what_is_near_the_best_is_searched_and_most_is_not(pruned):
    best = pruned.best.criteria["bic"]
    for candidate in pruned.candidates:
        is_near = candidate.criteria["bic"] <= best + NEAR and not candidate.remark
        assert candidate.is_searched or not is_near
    assert pruned.best.is_searched and pruned.runner_up.is_searched
    assert sum(candidate.is_searched for candidate in pruned.candidates) < len(pruned.candidates) / 2
    assert [row["is_searched"] for row in pruned.table()] == [c.is_searched for c in pruned.candidates]


def fit(n_components, bic, covariance="full", **more):
    told = {"remark": "", "is_searched": False, "sketched": None} | more
    return SimpleNamespace(setting=Setting(n_components, covariance), criteria={"bic": bic}, **told)


def test_what_may_win_is_what_is_near_the_best_or_a_spike_beside_that():
    spike = {"remark": "A spike."}
    fits = [fit(1, 120.0, is_searched=True), fit(2, 103.0), fit(3, 60.0, **spike), fit(4, 50.0, **spike)]
    fits += [fit(2, 100.0, "diag"), fit(3, 111.0, "diag"), fit(4, 55.0, "diag", **spike)]
    assert contenders(fits, "bic") == [(2, "diag"), (2, "full"), (3, "full")]


def test_what_a_search_has_gained_others_may_gain_too():
    fits = [fit(1, 100.0, is_searched=True), fit(2, 99.0, is_searched=True, sketched={"bic": 107.0})]
    fits += [fit(3, 106.0), fit(4, 108.0)]
    assert contenders(fits, "bic") == [(3, "full")]


def test_where_all_are_spikes_all_are_searched():
    assert len(contenders([fit(k, 50.0, remark="A spike.") for k in (2, 3, 4)], "bic")) == 3


def test_a_search_is_never_worse_than_its_sketch(pruned):
    searched = [candidate for candidate in pruned.candidates if candidate.sketched]
    assert searched
    for candidate in searched:
        assert candidate.criteria["bic"] <= candidate.sketched["bic"] + 1e-6
        assert {PATH, SEARCH} & {record.kind for record in candidate.search.records}


def test_a_search_that_leads_lower_leaves_the_sketch(monkeypatch):
    run = race.run
    monkeypatch.setattr(
        race,
        "run",
        lambda model, source, plan, **how: run(model, source, plan._replace(known=(), is_race=False), **how),
    )
    monkeypatch.setattr(Workshop, "_stop", lambda workshop: lambda step: True)  # after a step
    searched = [c for c in select(FAITHFUL, n_components=range(1, 5)).candidates if c.sketched]
    assert searched
    for candidate in searched:
        assert candidate.is_searched and candidate.criteria == candidate.sketched
        assert PATH not in [record.kind for record in candidate.search.records]


def test_a_bad_sketch_begins_again_with_the_groups_of_another_model(monkeypatch):
    walk, told = path.walk, []

    def lame(grounds, value):
        if next(iter(grounds.values())).model.emission.covariance == "full":
            return walk(grounds, value)
        starts = {number: list(path._drawn(ground, number))[:1] for number, ground in grounds.items()}
        stop = SmallGain(0.0)
        return {
            number: ground.judge(
                climbing.fit_all(ground.model, starts[number], ground.run, stop=stop, max_iterations=1)[0]
            )
            for number, ground in grounds.items()
        }

    monkeypatch.setattr(path, "walk", lame)
    monkeypatch.setattr(schedule, "ADOPTED", 1e9)
    select(FAITHFUL, n_components=[1, 2, 3], covariances=["full", "diag"], on_fit=told.append)
    sketches = [c.evidence.log_likelihood for c in told if c.setting == (2, "diag") and not c.sketched]
    assert len(sketches) == 2 and sketches[1] > sketches[0] + 1.0


def test_all_of_mclusts_models_on_iris():
    """The published choice is VEV with two components, BIC 561.7285."""
    found = select(IRIS, n_components=range(1, 5), covariances=FOURTEEN, options=Options(scale="none"))
    assert found.best.setting == (2, "VEV")
    assert found.best.criteria["bic"] < 561.7286
    assert found.runner_up.setting == (3, "VEV")


@pytest.mark.parametrize("criterion", ["icl", "aic", "aicc", "caic", "sabic", "holdout", "cv"])
def test_other_criteria_prune_too(criterion):
    how = {"n_components": [1, 2, 3], "covariances": ["tied", "spherical"], "criterion": criterion}
    found, whole = select(FAITHFUL, **how), select(FAITHFUL, **how, options=WHOLE)
    assert all(np.isfinite(candidate.criteria[criterion]) for candidate in found.candidates)
    assert found.best.setting == whole.best.setting and found.best.is_searched
    assert not all(candidate.is_searched for candidate in found.candidates)


@pytest.mark.parametrize(
    "how",
    [
        {"criterion": "nec", "n_components": [1, 2, 3]},
        {"options": Options(n_init=2), "n_components": [1, 2, 3]},
        {"options": Options(max_iterations=2), "n_components": [1, 2, 3]},
        {"n_components": [2, 3]},
    ],
    ids=["entropy is no deviance", "starts are asked for", "few steps", "the best and the runner-up"],
)
def test_where_nothing_is_pruned(how):
    found = select(FAITHFUL, covariances=["diag"], **how)
    assert all(candidate.is_searched and candidate.sketched is None for candidate in found.candidates)
    assert found.is_complete


@pytest.mark.parametrize("n_rows", [300, 5000], ids=["one by one", "side by side"])
def test_threads_change_nothing(n_rows):
    points = np.random.default_rng(0).normal(size=(n_rows, 2)) * [1, 3]
    points[: n_rows // 2] += 4

    def told(n_threads):
        found = select(points, n_components=[1, 2, 3], covariances=SIX, options=Options(n_threads=n_threads))
        return [(c.setting, c.is_searched, c.evidence.log_likelihood) for c in found.candidates]

    assert told(1) == told(3)


def test_every_fit_is_told_and_those_that_are_searched_again():
    told = []
    found = select(FAITHFUL, n_components=[1, 2, 3], covariances=["tied", "diag"], on_fit=told.append)
    assert [candidate.setting for candidate in told[:6]] == [candidate.setting for candidate in found.candidates]
    again = [candidate.setting for candidate in told[6:]]
    assert set(again) == {c.setting for c in found.candidates if c.sketched}
    assert again[0] == found.best.setting


def test_weights_count_as_repeated_rows():
    weights = np.tile([1.0, 2.0], 136)
    how = {"n_components": [1, 2, 3], "covariances": ["tied", "full"]}
    weighted, repeated = (
        select(FAITHFUL, weights, **how),
        select(np.repeat(FAITHFUL, weights.astype(int), axis=0), **how),
    )
    assert weighted.best.setting == repeated.best.setting
    assert weighted.best.criteria["bic"] == pytest.approx(repeated.best.criteria["bic"], abs=0.01)


def test_a_walk_on_some_of_many_rows_is_judged_by_all():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(9000, 2)) + 5 * rng.integers(3, size=(9000, 1))
    found = select(points, n_components=range(1, 6), covariances=["spherical", "diag"])
    assert found.best.setting == (3, "spherical")
    sketches = [candidate for candidate in found.candidates if not candidate.is_searched]
    assert sketches
    for candidate in sketches:
        assert candidate.evidence.n_rows == 9000
        last = candidate.search.best.objective - found.shift  # of a step over all rows
        assert last == pytest.approx(candidate.evidence.log_likelihood, abs=1.0)
        own = candidate.model.statistics(candidate.parameters)
        assert candidate.evidence.log_likelihood == pytest.approx(_log_likelihood(own, points), rel=1e-9)


def _log_likelihood(statistics, points):
    return statistics(Block(points, np.ones(len(points)))).log_likelihood


class Patience(Event):
    """A clock that strikes when it has been asked so often, however long that took."""

    left = 0

    def is_set(self):
        self.left -= 1
        return self.left < 0 or super().is_set()


@pytest.mark.parametrize("n_asked", [0, 3, 20, 35])
@pytest.mark.parametrize(("n_rows", "n_threads"), [(400, 1), (5000, 2)])
def test_when_the_time_is_up_sketches_are_an_answer(monkeypatch, n_asked, n_rows, n_threads):
    points, clock = np.random.default_rng(0).normal(size=(n_rows, 3)), Patience()
    monkeypatch.setattr(selection_module, "Event", lambda: clock)
    clock.left = n_asked
    found = select(
        points, n_components=range(1, 12), covariances=["full", "diag"], time_limit=1000.0,
        options=Options(n_threads=n_threads),
    )  # fmt: skip
    assert not found.is_complete and found.candidates
    assert len(found.candidates) < 22 or not all(candidate.is_searched for candidate in found.candidates)
    assert np.isfinite(found.best.criteria["bic"])


def test_a_column_that_repeats_few_values():
    points = np.column_stack([np.tile([1.0, 2.0, 3.0], 40), np.random.default_rng(0).normal(size=120)])
    assert select(points, n_components=range(1, 5)).is_complete


@pytest.mark.parametrize("offset", [0.0, 1e8])
@pytest.mark.parametrize("scale", [1e-138, 1.0, 1e140])
def test_units_do_not_matter(offset, scale):
    found = select((FAITHFUL + offset) * scale, n_components=range(1, 5), covariances=["tied", "diag"])
    assert found.best.setting == (3, "tied")
