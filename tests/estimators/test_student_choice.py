"""`StudentMixture` where the number of components or the shape of their scale matrices is to be chosen."""

import numpy as np
import pytest
from sklearn.base import clone

from mixtura import GaussianMixture, Options, Prior, StudentMixture, load, save, select
from mixtura.emissions.student import Student, StudentParameters
from mixtura.evidence import one_log_likelihood
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

TRUTH = StudentParameters(np.array([[0.0, 0.0], [9.0, 0.0]]), np.ones((2, 2)), np.full(2, 2.5))
ROWS = Student("diag").sample(TRUTH, np.array([300, 200]), np.random.default_rng(1))


@pytest.fixture(scope="module")
def chosen():
    return StudentMixture(range(1, 5), random_state=0).fit(ROWS)


def test_tails_are_no_groups(chosen):
    assert (chosen.n_components_, chosen.covariance_type_) == (2, "full")
    assert GaussianMixture(range(1, 5), random_state=0).fit(ROWS).n_components_ > 2
    assert chosen.means_.shape == (2, 2) and chosen.dof_[0] < 5


def test_what_was_chosen_is_what_is_answered(chosen):
    best = chosen.selection_.best
    assert best.criteria["bic"] == pytest.approx(chosen.bic(ROWS))
    assert best.evidence.n_free == chosen.n_parameters_ == 12
    assert len(chosen.selection_.table()) == 4
    alone = StudentMixture(2, random_state=0).fit(ROWS)
    assert (alone.predict(ROWS) == chosen.predict(ROWS)).all()
    assert not hasattr(alone, "selection_")
    assert alone.lower_bound_ == pytest.approx(chosen.lower_bound_, abs=1e-4)


def test_model_files_know_what_it_was_chosen_from(chosen, tmp_path):
    save(chosen, tmp_path / "model.safetensors")
    history = load(tmp_path / "model.safetensors").history
    assert [fit["n_components"] for fit in history["selection"]] == [1, 2, 3, 4]


def test_shapes_are_chosen_too_and_parameters_stay_as_given():
    mixture = StudentMixture([1, 2], covariance_type=["diag", "spherical"], criterion="icl", dof=3, random_state=0)
    found = clone(mixture).fit(ROWS)
    assert (found.n_components_, found.covariance_type_) == (2, "spherical")
    assert found.get_params() == mixture.get_params()
    assert found.selection_.criterion == "icl"
    np.testing.assert_array_equal(found.dof_, 3)


def test_what_is_of_one_fit_is_refused_where_several_are_asked_for():
    with pytest.raises(ValueError, match="n_init is of a single fit"):
        StudentMixture([1, 2], n_init=3).fit(ROWS)


def test_selections_take_tails():
    found = select(ROWS, n_components=[1, 2], covariances=["spherical"], options=Options(dof="free"))
    assert found.best.setting.n_components == 2
    assert isinstance(found.best.model.emission, Student)
    assert np.ptp(found.best.parameters.emission.dof) > 0


@pytest.mark.parametrize("dof", ["some", 0.0, -1.0, np.inf, np.nan])
def test_what_is_no_number_of_degrees_is_said_to_be_none(dof):
    with pytest.raises(ValueError, match="neither 'shared' nor 'free' nor"):
        select(ROWS, n_components=[1], options=Options(dof=dof))


def test_tails_and_a_prior_do_not_go_together():
    with pytest.raises(ValueError, match="neither a prior nor columns"):
        select(ROWS, n_components=[1], options=Options(dof="shared", prior=Prior()))


def test_one_component_to_compare_with_has_found_its_tails():
    source = ArraySource(ROWS)
    own = StudentMixture(random_state=0).fit(ROWS)
    found = one_log_likelihood(Student("full", "shared"), source, Local())
    assert found == pytest.approx(own.lower_bound_ * len(ROWS), abs=0.1)
