"""How the starts of a fit climbed, from its record."""

import numpy as np
import pytest

from mixtura import assemble, datasets, select
from mixtura.drawing.courses import courses, highest
from mixtura.em import Outcome


@pytest.fixture(scope="module")
def history():
    return assemble(select(datasets.load("iris").data, n_components=[3], covariances=["full"])).history


def start(kind, n_iterations, n_rounds, outcome="converged"):
    return {"kind": kind, "n_iterations": n_iterations, "n_rounds": n_rounds, "outcome": outcome}


def test_every_start_ends_where_the_record_says_and_never_falls(history):
    found = courses(history)
    assert [course.kind for course in found] == [start["kind"] for start in history["starts"]]
    assert [course.log_likelihoods[-1] for course in found] == [start["log_likelihood"] for start in history["starts"]]
    assert all(np.diff(course.log_likelihoods).min(initial=0) > -1e-6 for course in found)
    assert highest(found) == pytest.approx(history["log_likelihood"], abs=1e-6)


def test_what_goes_on_from_others_comes_after_them():
    history = {
        "starts": [start("a", 2, 1, "exhausted"), start("b", 3, 2, "exhausted"), start("best of these", 90, 3)],
        "climbs": [[-9.0, -8.0], [-7.0, -6.0, -5.0], [-4.0]],
    }
    found = courses(history)
    assert [course.first for course in found] == [0, 0, 3]
    assert [course.is_through for course in found] == [False, False, True]


def test_starts_that_saw_but_a_sample_have_no_course():
    history = {"starts": [start("a", 6, 1), start("best of these", 90, 2)], "climbs": [[], [-5.0, -4.0]]}
    assert [(course.kind, course.first) for course in courses(history)] == [("best of these", 0)]


def test_a_fit_without_a_record_has_no_courses():
    assert courses({}) == []
    assert courses({"starts": [start("a", 6, 1)]}) == []


def test_collapsed_starts_are_not_the_highest():
    history = {"starts": [start("a", 1, 1, "collapsed"), start("b", 1, 1)], "climbs": [[50.0], [-5.0]]}
    found = courses(history)
    assert found[0].outcome is Outcome.COLLAPSED
    assert highest(found) == -5.0
    assert highest(found[:1]) == 50.0
