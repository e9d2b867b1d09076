"""Numbers at the edges: far rows, components of weight zero, parameters that are not finite, large offsets."""

import numpy as np
import pytest

from kernels.cases import HEAVY, KINDS, relative_error
from mixtura import _kernels
from mixtura._kernels import reference, whitening
from mixtura._kernels.densities import Full, Spherical

kinds = pytest.mark.parametrize("kind", KINDS)
both = pytest.mark.parametrize("passes", [_kernels, reference], ids=["compiled", "twin"])


def _case(kind, N=200, D=3, K=3, centre=0.0):
    rng = np.random.default_rng(7)
    density = (KINDS | HEAVY)[kind](rng, K, D, centre)
    return rng.normal(centre, 3, (N, D)), rng.uniform(0.5, 1.5, N), np.log(np.ones(K) / K), density


@both
@kinds
def test_rows_where_every_density_underflows_still_belong_to_someone(kind, passes):
    points, _, log_weights, density = _case(kind)
    responsibilities, log_evidence = passes.posterior(points + 1e4, log_weights, density)
    np.testing.assert_allclose(responsibilities.sum(1), 1)
    log_joint = log_weights + reference.log_density(points + 1e4, density)
    np.testing.assert_allclose(log_evidence, np.logaddexp.reduce(log_joint, axis=1), rtol=1e-13)


@both
@kinds
def test_a_component_of_weight_zero_explains_exactly_nothing(kind, passes):
    points, weights, _, density = _case(kind)
    log_weights = np.array([-np.inf, np.log(0.5), np.log(0.5)])
    counts, moments, log_likelihood = passes.collect(points, weights, log_weights, density)
    assert counts[0] == 0
    assert not moments.shifts[0].any()
    without = type(density)(*(field[1:] if len(field) == 3 else field for field in density))
    scatter = passes.collect(points, weights, log_weights[1:], without)[1].scatter
    np.testing.assert_allclose(moments.scatter[-len(scatter) :], scatter, rtol=1e-12, atol=1e-12)
    assert not moments.scatter[: -len(scatter)].any()
    assert np.isfinite(log_likelihood)
    assert not passes.posterior(points, log_weights, density)[0][:, 0].any()
    assert (passes.classify(points, log_weights, density)[0] > 0).all()


@kinds
def test_rows_of_weight_zero_change_nothing(kind):
    points, weights, log_weights, density = _case(kind)
    weights[50:] = 0
    with_them = _kernels.collect(points, weights, log_weights, density)
    assert relative_error(with_them, _kernels.collect(points[:50], weights[:50], log_weights, density)) < 1e-13


@kinds
def test_weights_repeat_rows(kind):
    points, _, log_weights, density = _case(kind)
    times = np.arange(len(points)) % 4
    repeated = points.repeat(times, axis=0)
    once = _kernels.collect(points, times.astype(float), log_weights, density)
    assert relative_error(once, _kernels.collect(repeated, np.ones(len(repeated)), log_weights, density)) < 1e-12


@kinds
@pytest.mark.parametrize("n_rows", [1024, 1026])
def test_rows_that_count_once_need_fewer_logarithms(kind, n_rows):
    points, _, log_weights, density = _case(kind, N=n_rows)
    arguments = points, np.ones(n_rows), log_weights, density
    assert relative_error(_kernels.collect(*arguments), reference.collect(*arguments)) < 1e-12


@pytest.mark.parametrize("K", [2**15, 2**15 + 1])
def test_the_densities_of_very_many_equal_components_add_up(K):
    points = np.random.default_rng(0).normal(0, 1, (512, 1)).astype(np.float32)
    equal = Spherical(np.zeros((K, 1)), np.ones(K), np.zeros(K))
    *_, log_likelihood = _kernels.collect(points, np.ones(512), np.full(K, -np.log(K)), equal)
    assert log_likelihood == pytest.approx(-0.5 * ((points**2).sum() + 512 * np.log(2 * np.pi)), rel=1e-5)


@both
@kinds
@pytest.mark.parametrize("field", ["means", "whiteners", "log_det"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_not_finite_shows_in_the_log_likelihood(kind, passes, field, value):
    points, weights, log_weights, density = _case(kind)
    spoiled = getattr(density, field).copy()
    spoiled.flat[0] = value
    *_, log_likelihood = passes.collect(points, weights, log_weights, density._replace(**{field: spoiled}))
    assert np.isnan(log_likelihood)


@both
@kinds
@pytest.mark.parametrize("field", ["means", "whiteners"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_it_shows_where_cells_are_missing(kind, passes, field, value):
    points, weights, log_weights, density = _case(kind)
    points[::3, 1] = np.nan
    assert np.isfinite(passes.collect_incomplete(points, weights, log_weights, density)[2])
    spoiled = getattr(density, field).copy()
    spoiled.flat[0] = value
    *_, log_likelihood = passes.collect_incomplete(points, weights, log_weights, density._replace(**{field: spoiled}))
    assert np.isnan(log_likelihood)


@both
@pytest.mark.parametrize("kind", HEAVY)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_it_shows_where_tails_are_heavy(kind, passes, value):
    points, weights, log_weights, density = _case(kind)
    for spoiled in (density.dof, density.ellipses.means, density.ellipses.whiteners, density.ellipses.log_det):
        before, spoiled.flat[0] = spoiled.flat[0], value
        assert np.isnan(passes.collect(points, weights, log_weights, density)[2])
        spoiled.flat[0] = before


@both
@pytest.mark.parametrize("kind", HEAVY)
def test_rows_far_outside_hardly_count_where_tails_are_heavy(kind, passes):
    points, weights, log_weights, density = _case(kind)
    density = density._replace(dof=np.full(3, 3.0))
    counts, (mass, _, evenness), log_likelihood = passes.collect(points + 1e100, weights, log_weights, density)
    assert counts.sum() == pytest.approx(weights.sum())
    assert mass.sum() < 1e-190
    assert np.isfinite(evenness).all()
    assert np.isfinite(log_likelihood)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_and_centres_that_are_not_finite_do_no_harm(value):
    points, weights, log_weights, density = _case("full")
    points[3, 1] = value
    assert np.isnan(_kernels.collect(points, weights, log_weights, density)[2])
    centres = density.means.copy()
    centres[0, 0] = value
    labels, _ = _kernels.nearest(points, centres)
    assert set(labels) <= {0, 1, 2}
    _kernels.collect_nearest(points, weights, centres)


@kinds
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_single_precision_gives_the_parameters_of_double_precision_wherever_zero_is(kind, offset):
    points, weights, log_weights, density = _case(kind, N=2000, centre=offset)
    single = points.astype(np.float32)
    results = [_kernels.collect(rows, weights, log_weights, density) for rows in (single, single.astype(float))]
    parameters = [(counts, shifts / counts[:, None], scatter) for counts, (shifts, scatter), _ in results]
    assert relative_error(*parameters) < 1e-4
    assert relative_error(*(log_likelihood for *_, log_likelihood in results)) < 1e-5


def test_scatter_is_symmetric_and_positive():
    points, weights, log_weights, density = _case("full", D=9, centre=1e4)
    scatter = _kernels.collect(points, weights, log_weights, density)[1].scatter
    assert (scatter == scatter.transpose(0, 2, 1)).all()
    assert (np.linalg.eigvalsh(scatter) > 0).all()


@both
def test_equal_components_and_centres_go_to_the_first(passes):
    points = np.random.default_rng(0).normal(0, 1, (70, 2))
    twins = Spherical(np.zeros((6, 2)), np.ones(6), np.zeros(6))
    labels, probabilities, _ = passes.classify(points, np.log(np.ones(6) / 6), twins)
    assert not labels.any()
    np.testing.assert_allclose(probabilities, 1 / 6)
    assert not passes.nearest(points, np.zeros((6, 2)))[0].any()


def test_a_centre_on_a_row_is_at_distance_zero():
    points = np.random.default_rng(0).normal(1e3, 1, (40, 5))
    labels, distances = _kernels.nearest(points, points)
    assert (labels == np.arange(40)).all()
    assert not distances.any()


def test_matrices_that_are_not_positive_definite_have_no_whitener():
    flat, good = np.ones((2, 2)), np.eye(2)
    whiteners, log_det = _kernels.whiten(np.stack([flat, good, -good, np.full((2, 2), np.nan)]))
    assert np.isnan(log_det).tolist() == [True, False, True, True]
    assert (whiteners[1] == good).all()


def test_responsibilities_far_below_double_precision_are_zero_not_noise():
    density = Full(np.array([[0.0], [1e3]]), np.ones((2, 1, 1)), np.zeros(2))
    responsibilities, _ = _kernels.posterior(np.array([[0.0], [1e3]]), np.log([0.5, 0.5]), density)
    assert (responsibilities == np.eye(2)).all()


def test_lapack_whitens_as_the_kernel_does():
    rng = np.random.default_rng(0)
    roots = rng.normal(size=(3, 6, 9))
    matrices = roots @ roots.mT
    matrices[1] = -np.eye(6)  # not positive definite
    for wide, expected in zip(whitening.whiten_wide(matrices), reference.whiten(matrices), strict=True):
        np.testing.assert_allclose(wide, expected, rtol=1e-10, atol=1e-13)
        assert np.isnan(wide[1]).all()
