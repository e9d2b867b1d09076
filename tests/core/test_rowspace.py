"""Where rows are fewer than columns, fits in the space of the rows are the fits in the columns."""

import numpy as np
import pytest

from laws.settings import block_of
from mixtura import GaussianMixture, rowspace
from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture
from mixtura.sources.array import ArraySource
from mixtura.starts import parameters_from

RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1, 2], 14)
CENTRES = RNG.normal(0, 3, (3, 90))
WIDE = (CENTRES[LABELS] + RNG.normal(size=(42, 90))) * np.geomspace(1e-3, 1e3, 90) + 1e4


def ridge_of(points):
    return tuple(1e-6 * points.var(0))


@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_a_step_in_the_space_of_the_rows_is_the_step_in_the_columns(covariance):
    ridge, weights = ridge_of(WIDE), RNG.uniform(0.5, 2, len(WIDE))
    space = rowspace.RowSpace.of(WIDE, np.sqrt(ridge))
    assert space.basis.shape[1] <= 42
    wide, narrow = Mixture(Gaussian(covariance, ridge)), Mixture(Gaussian(covariance, 1.0))
    rows, columns = block_of(space.apply(WIDE), weights), block_of(WIDE, weights)
    before = parameters_from(narrow, rows, (LABELS + (np.arange(42) % 5 == 0)) % 3, 3, pseudo_rows=0.0)
    for _ in range(2):
        here, there = narrow.statistics(before)(rows), wide.statistics(space.widen(before))(columns)
        shift = space.shift * weights.sum()
        assert wide.objective(there, space.widen(before)) == pytest.approx(narrow.objective(here, before) - shift)
        before, after = narrow.maximise(here, before), wide.maximise(there, space.widen(before))
        unit = np.sqrt(ridge)
        for own, known in zip(space.widen(before).emission, after.emission, strict=True):
            scale = unit[:, None] * unit if own.ndim == 3 else unit
            np.testing.assert_allclose(own / scale, known / scale, rtol=1e-6, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Flat in some direction")
@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_a_default_fit_is_at_rest_in_the_columns(covariance, monkeypatch):
    fit = GaussianMixture(3, covariance_type=covariance, reg_covar=1e-6, random_state=0).fit(WIDE)
    assert fit.score(WIDE) == pytest.approx(fit.lower_bound_, rel=1e-7)  # beside 10 000, that is what rounding leaves
    assert fit.lower_bounds_[-1] == pytest.approx(fit.lower_bound_)
    given = {"weights_init": fit.weights_, "means_init": fit.means_, "precisions_init": fit.precisions_}
    monkeypatch.setattr(rowspace, "run", None)
    on = GaussianMixture(3, covariance_type=covariance, reg_covar=1e-6, max_iter=5, tol=1e-9, **given).fit(WIDE)
    assert on.score(WIDE) == pytest.approx(fit.score(WIDE), rel=1e-6)


def test_starts_look_at_the_columns():
    space = rowspace.RowSpace.of(WIDE, np.sqrt(ridge_of(WIDE)))
    seen = rowspace.InRowSpace("full", 1.0, space=space).view(space.apply(WIDE), np.ones(42))
    np.testing.assert_allclose(seen, WIDE, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_groups_in_few_rows_of_many_columns_are_found(dtype):
    points = (CENTRES[LABELS] + RNG.normal(size=(42, 90))).astype(dtype)
    fit = GaussianMixture(3, covariance_type="tied", random_state=0).fit(points)
    assert len({tuple(pair) for pair in zip(LABELS.tolist(), fit.predict(points).tolist(), strict=True)}) == 3
    assert fit.means_.dtype == dtype


@pytest.mark.parametrize(
    "points",
    [np.ones((5, 80)), np.repeat(RNG.normal(size=(2, 80)), 4, axis=0), RNG.normal(size=(6, 80)) * (np.arange(80) > 9)],
    ids=["identical", "two places", "constant columns"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_that_span_little_are_no_obstacle(points):
    fit = GaussianMixture(2, random_state=0).fit(points)
    assert np.isfinite(fit.score(points))


@pytest.mark.parametrize(
    ("model", "points"),
    [
        (Mixture(Gaussian("diag", 1e-6)), WIDE),
        (Mixture(Gaussian("full", 0.0)), WIDE),
        (Mixture(Gaussian("full", 1e-6)), WIDE[:, :40]),
        (Mixture(Gaussian("full", 1e-6)), np.where(np.arange(90) == 3, np.nan, WIDE)),
        (Mixture(Gaussian("full", 1e-6)), np.ones((3, 90))),
    ],
    ids=["axes", "no ridge", "few columns", "holes", "nothing spanned"],
)
def test_other_fits_stay_in_the_columns(model, points, monkeypatch):
    calls = []
    monkeypatch.setattr(rowspace.race, "run", lambda seen, *_, **__: calls.append(seen))
    plan = rowspace.Plan(2, (), True, 10, None)
    rowspace.run(model, ArraySource(np.ascontiguousarray(points)), plan, runner=None, rng=None)
    assert calls == [model]
