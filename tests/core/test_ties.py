"""Values that repeat are no groups: a prior gives components a width where their rows have none."""

import numpy as np
import pytest

from mixtura import BayesianGaussianMixture, GaussianMixture
from mixtura.finding import find

YEARS = np.arange(240) % 3 + 2007.0
GROUPS = np.repeat([0, 1], 120)
rng = np.random.default_rng(0)
SIZES = rng.normal(size=(240, 2)) + 7 * GROUPS[:, None]
TABLE = np.column_stack([SIZES, YEARS])
by_shape = pytest.mark.parametrize("covariance", ["full", "diag", "tied", "tied_diag", "VEI", "EVE", "VVE", "VEE"])


def agree(labels, groups):
    return len(np.unique(np.column_stack([labels, groups]), axis=0)) == len(np.unique(groups))


@pytest.mark.parametrize(
    ("covariance", "n_start"), [("full", 1), ("full", 8), ("diag", 1), ("tied", 8), ("VEI", 1), ("VVE", 8)]
)
def test_rows_of_a_year_are_no_group(covariance, n_start):
    bayes = BayesianGaussianMixture(
        n_components="auto", covariance_type=covariance, start_components=n_start, random_state=0
    ).fit(TABLE)
    assert bayes.n_components_ == 2
    np.testing.assert_array_equal(bayes.predict(TABLE), bayes.predict(TABLE)[[0, -1]][GROUPS])


@pytest.mark.parametrize("unit", [1.0, 1e-3, 1e6])
def test_fits_that_rest_on_ties_are_set_aside_with_a_remark(unit):
    selection = find(TABLE * [1, 1, unit])
    assert selection.best.setting.n_components == 2
    remarks = {c.remark for c in selection.candidates if c.setting.n_components > 2 and c.remark}
    assert remarks == {"A component holds rows of one value in some column, and only the prior gives it a width there."}
    aside = min(c.criteria["bound"] for c in selection.candidates if c.remark)
    assert aside < selection.best.criteria["bound"]


def test_where_all_fits_rest_on_ties_the_best_is_given_with_the_remark():
    selection = find(TABLE, n_components=[6])
    assert selection.best.remark.startswith("A component holds rows of one value")


@by_shape
def test_a_number_that_is_asked_for_may_rest_on_ties_but_not_in_silence(covariance):
    labels = GROUPS * 3 + (YEARS - 2007).astype(int)
    how = {"n_components": 6, "mean_precision_prior": 0.01, "responsibilities_init": labels}
    bayes = BayesianGaussianMixture(covariance_type=covariance, **how)
    with pytest.warns(match=r"In components of 40, .*rows, all rows have one value in some column"):
        bayes.fit(TABLE)


@pytest.mark.parametrize("covariance", ["full", "diag", "tied", "VEI"])
def test_groups_of_any_width_that_have_one_are_groups(covariance):
    """A ten-thousandth of the table's width is one; so is a column that is constant in the whole table."""
    narrow = np.column_stack([SIZES[:, 0] % 1 * 1e-4 + GROUPS, SIZES[:, 1], np.ones(240)])
    bayes = BayesianGaussianMixture(n_components="auto", covariance_type=covariance, random_state=0).fit(narrow)
    assert bayes.n_components_ >= 2
    assert agree(GROUPS, bayes.predict(narrow)) or agree(bayes.predict(narrow), GROUPS)


def test_what_rows_scatter_is_what_a_fit_without_a_prior_says():
    bayes = BayesianGaussianMixture(n_components=2, responsibilities_init=GROUPS).fit(TABLE)
    parameters = bayes.to_fitted().parameters
    learnt = bayes.to_fitted().model.emission._variances_of_rows(parameters.emission)
    plain = GaussianMixture(2, means_init=bayes.means_, reg_covar=0.0, random_state=0, order="none").fit(TABLE)
    np.testing.assert_allclose(learnt, np.diagonal(plain.covariances_, axis1=1, axis2=2), rtol=1e-3)
