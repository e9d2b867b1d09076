"""scikit-learn's checks of its own contract; docs/scikit-learn.md says why some of them do not hold."""

from contextlib import nullcontext

import numpy as np
import pytest
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from mixtura import (
    BayesianGaussianMixture,
    GaussianMixture,
    KMeans,
    LatentClassMixture,
    MixtureDiscriminant,
    MixtureOutlierDetector,
    SemiSupervisedMixture,
    StudentMixture,
    TrimmedMixture,
)
from mixtura.errors import DataError

UNKNOWN = "-1 and NaN are labels that are not known"
TOLERANCE = "steps to degrees of freedom end within their tolerance, not at the same digits"


def expected_failures(estimator):
    """Starts of k-means are drawn from the rows as they come, so repeated rows in another order begin elsewhere."""
    if isinstance(estimator, SemiSupervisedMixture):
        return {"check_classifiers_classes": UNKNOWN, "check_supervised_y_no_nan": UNKNOWN}
    if isinstance(estimator, MixtureOutlierDetector) and estimator.mixture is None:
        return {"check_sample_weight_equivalence_on_dense_data": TOLERANCE}
    is_drawn_from_rows = isinstance(estimator, KMeans) and estimator.n_clusters == 2
    return {"check_sample_weight_equivalence_on_dense_data": expected_failures.__doc__} if is_drawn_from_rows else {}


@pytest.mark.parametrize("how", [{}, {"prior": "default"}, {"outliers": "uniform"}])
def test_only_those_that_take_missing_cells_are_tagged_so(how):
    mixture = GaussianMixture(2, **how)
    rows = np.where(np.arange(80).reshape(40, 2) % 7, np.random.default_rng(0).normal(size=(40, 2)), np.nan)
    with nullcontext() if get_tags(mixture).input_tags.allow_nan else pytest.raises(DataError, match="missing cells"):
        mixture.fit(rows)


# The checks give KMeans fewer different rows than its default of eight clusters; scikit-learn's warns too.
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
# Every number that a check draws is a level of its own; those of rows that weigh nothing are new to the fit.
@pytest.mark.filterwarnings("ignore:Levels that the fit never saw")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
# Columns of two or four values in sixteen rows.
@pytest.mark.filterwarnings("ignore:Flat in some direction, .* or because values repeat")
@parametrize_with_checks(
    [
        GaussianMixture(),
        GaussianMixture(2, covariance_type="tied"),
        KMeans(),
        KMeans(2),
        LatentClassMixture(),
        MixtureDiscriminant(covariance_type=["EEE", "VVV"]),
        SemiSupervisedMixture(),
        StudentMixture(),
        TrimmedMixture(),
        MixtureOutlierDetector(),
        BayesianGaussianMixture(),
        BayesianGaussianMixture(n_components="auto"),
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
