"""A column of few values has no width within groups: it counts where the other columns bear it out, and only there."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from mixtura import GaussianMixture, MixedMixture

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:.*spike")

RNG = np.random.default_rng(0)
GROUPS = RNG.integers(0, 3, 90)
SIZES = RNG.normal(size=(90, 2)) + 4 * np.column_stack([GROUPS, -GROUPS])


def test_a_code_that_agrees_with_the_groups_decides_where_no_fit_is_sound():
    rows = np.column_stack([SIZES, GROUPS])
    mixture = GaussianMixture(3, covariance_type="diag", random_state=0).fit(rows)
    assert adjusted_rand_score(GROUPS, mixture.predict(rows)) == 1


def test_a_code_decides_where_one_shape_is_flat_for_all():
    rows = np.column_stack([SIZES, GROUPS])
    mixture = GaussianMixture(3, covariance_type="tied", random_state=0).fit(rows)
    assert adjusted_rand_score(GROUPS, mixture.predict(rows)) == 1


@pytest.mark.parametrize("share", [0.5, 0.9], ids=["nothing", "some"])
@pytest.mark.parametrize("covariance", ["tied", "full", "EEI"])
def test_two_groups_are_not_the_two_values_of_a_column(covariance, share):
    """One shape that is flat along the column explains it without limit, and nothing else."""
    truth = np.repeat([0, 1], 75)
    value = np.where(RNG.random(150) < share, truth, 1 - truth)
    rows = np.column_stack([RNG.normal(size=(150, 3)) + 4 * truth[:, None], value])
    mixture = GaussianMixture(2, covariance_type=covariance, random_state=0).fit(rows)
    assert adjusted_rand_score(truth, mixture.predict(rows)) > 0.9


def test_beside_categories_too():
    rows = np.column_stack([SIZES, GROUPS, RNG.integers(0, 2, 90)])
    mixture = MixedMixture(3, categorical=[3], covariance_type="diag", random_state=0).fit(rows)
    assert adjusted_rand_score(GROUPS, mixture.predict(rows)) == 1


@pytest.mark.parametrize("covariance", ["full", "diag"])
def test_a_code_that_the_other_columns_know_nothing_of_does_not(covariance):
    code = np.arange(90) % 3
    mixture = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(np.column_stack([SIZES, code]))
    assert adjusted_rand_score(GROUPS, mixture.predict(np.column_stack([SIZES, code]))) > 0.9
