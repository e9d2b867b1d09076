"""Why a row belongs where it does, where tails are heavy: by the mixture's own densities, not by those of Gaussians."""

import numpy as np
import pytest

from mixtura import StudentMixture
from mixtura.explain import explain_row

RNG = np.random.default_rng(0)
POINTS = RNG.standard_t(3, size=(300, 2)) * [1.0, 2.0] + np.repeat([[0.0, 0.0], [5.0, 5.0], [0.0, 12.0]], 100, axis=0)
ROWS = POINTS[::23]


@pytest.fixture(scope="module", params=[3.0, "free"])
def student(request):
    return StudentMixture(3, dof=request.param, random_state=0).fit(POINTS)


def test_probabilities_are_those_of_the_mixture(student):
    for row in (*ROWS, np.array([np.nan, 3.0])):
        why = explain_row(student.to_fitted(), row)
        np.testing.assert_allclose(why.probabilities, student.predict_proba(row[None])[0], rtol=1e-8, atol=1e-12)
        assert why.log_density == pytest.approx(student.score_samples(row[None])[0])
        assert why.sizes + sum(why.contributions) == pytest.approx(why.log_odds)


def test_just_beyond_the_change_the_row_goes_over_and_before_it_stays(student):
    n_changes = 0
    for row in ROWS:
        why = explain_row(student.to_fitted(), row)
        for d, change in enumerate(why.changes):
            if change is not None:
                n_changes += 1
                step = np.eye(2)[d] * (change.value - row[d])
                line = row + np.array([*np.linspace(0, 1 - 1e-6, 9), 1 + 1e-6])[:, None] * step
                assert student.predict(line).tolist() == [why.label] * 9 + [change.label]
    assert n_changes > 10


def test_a_column_that_nothing_hangs_on_is_not_to_blame():
    rng = np.random.default_rng(0)
    points = np.column_stack([np.repeat([0.0, 9.0], 100) + rng.standard_t(4, size=200), rng.normal(size=200)])
    student = StudentMixture(2, covariance_type="diag", dof=4, random_state=0).fit(points)
    why = explain_row(student.to_fitted(), [1.0, 1.0])
    assert abs(why.contributions[0]) > 5 * abs(why.contributions[1])
