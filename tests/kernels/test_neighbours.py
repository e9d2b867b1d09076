"""Leaving out components that cannot matter changes nothing; and the order that makes them many."""

import numpy as np
import pytest

from kernels.cases import relative_error
from mixtura import _kernels
from mixtura._kernels import reference
from mixtura._kernels.densities import NEIGHBOURS, Diagonal, Full, Spherical

kinds = pytest.mark.parametrize("kind", ["full", "diagonal", "spherical"])


def _density(kind, means, scales):
    """Spheres as components of any kind."""
    D = means.shape[1]
    log_det = -D * np.log(scales)
    whiteners = {
        "full": np.eye(D) / scales[:, None, None],
        "diagonal": np.tile(1 / scales[:, None], (1, D)),
        "spherical": 1 / scales,
    }[kind]
    return {"full": Full, "diagonal": Diagonal, "spherical": Spherical}[kind](means, whiteners, log_det)


def _case(kind, layout, N=3000, D=3, dtype=np.float64):
    """Rows leaf by leaf, weights, log weights, density."""
    rng = np.random.default_rng(5)
    means = rng.permutation(np.stack(np.meshgrid(*[np.arange(3.0)] * D), -1).reshape(-1, D))
    means *= {"separated": 30.0, "near": 7.0, "overlapping": 0.5, "nested": 30.0}[layout]
    scales = rng.uniform(0.7, 1.3, len(means))
    if layout == "nested":
        means[4], scales[4] = means.mean(0), 40.0
    labels = rng.integers(len(means), size=N)
    points = (means[labels] + rng.normal(0, 1, (N, D)) * scales[labels, None]).astype(dtype)
    order = _kernels.leaves(points)
    return (
        points[order],
        rng.uniform(0.5, 1.5, N),
        np.log(rng.dirichlet(np.ones(len(means)))),
        _density(kind, means, scales),
    )


@kinds
@pytest.mark.parametrize("layout", ["separated", "near", "overlapping", "nested"])
def test_the_sums_are_those_of_all_components(kind, layout):
    case = _case(kind, layout)
    expected = _kernels.collect(*case)
    result = _kernels.collect_neighbours(*case)
    assert relative_error(result, expected) < 1e-12
    for one, other, count in zip(result[1].scatter, expected[1].scatter, expected[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * count)


@kinds
def test_rows_need_not_be_neighbours(kind):
    points, *rest = _case(kind, "separated")
    shuffled = np.random.default_rng(0).permutation(len(points))
    case = points[shuffled], *rest
    assert relative_error(_kernels.collect_neighbours(*case), _kernels.collect(*case)) < 1e-12


@kinds
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_single_precision(kind, offset):
    points, weights, log_weights, density = _case(kind, "nested", dtype=np.float32)
    case = points + np.float32(offset), weights, log_weights, density._replace(means=density.means + offset)
    assert relative_error(_kernels.collect_neighbours(*case), _kernels.collect(*case)) < 1e-5


@kinds
def test_components_out_of_sight_are_left_out(kind):
    """What is far enough to change no digit, yet near enough to be more than zero where it is counted."""
    points, weights = np.linspace(-1, 1, 3 * NEIGHBOURS)[:, None], np.ones(3 * NEIGHBOURS)
    density = _density(kind, np.array([[0.0], [15.0]]), np.ones(2))
    everything = _kernels.collect(points, weights, np.log([0.5, 0.5]), density)[0]
    seen = _kernels.collect_neighbours(points, weights, np.log([0.5, 0.5]), density)[0]
    assert everything[1] > 0
    assert seen[1] == 0


@kinds
def test_components_that_only_the_box_sees_are_left_out(kind):
    points, weights = np.repeat([[0.0], [100.0]], NEIGHBOURS // 2, axis=0), np.ones(NEIGHBOURS)
    density = _density(kind, np.array([[0.0], [-15.0], [100.0]]), np.ones(3))
    assert _kernels.active_share(points, np.log(np.ones(3) / 3), density) == 1
    assert _kernels.collect(points, weights, np.log(np.ones(3) / 3), density)[0][1] > 0
    counts, _, _ = _kernels.collect_neighbours(points, weights, np.log(np.ones(3) / 3), density)
    np.testing.assert_array_equal(counts, [NEIGHBOURS / 2, 0, NEIGHBOURS / 2])


@kinds
def test_one_component(kind):
    points, weights, _, density = _case(kind, "separated")
    one = type(density)(*(field[:1] for field in density))
    case = points, weights, np.zeros(1), one
    assert relative_error(_kernels.collect_neighbours(*case), _kernels.collect(*case)) < 1e-12


@kinds
def test_weights_of_zero(kind):
    points, weights, log_weights, density = _case(kind, "nested")
    weights[100:400], log_weights[[0, 4]] = 0, -np.inf
    case = points, weights, log_weights, density
    result = _kernels.collect_neighbours(*case)
    assert relative_error(result, _kernels.collect(*case)) < 1e-12
    assert not result[0][[0, 4]].any()
    assert not result[1].scatter[[0, 4]].any()


@kinds
@pytest.mark.parametrize("field", ["means", "whiteners", "log_det"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_not_finite_is_not_out_of_sight(kind, field, value):
    points, weights, log_weights, density = _case(kind, "separated")
    spoiled = getattr(density, field).copy()
    spoiled.flat[-1] = value
    *_, log_likelihood = _kernels.collect_neighbours(points, weights, log_weights, density._replace(**{field: spoiled}))
    assert np.isnan(log_likelihood)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_show_in_the_log_likelihood(value):
    case = _case("full", "separated")
    case[0][700, 1] = value
    assert np.isnan(_kernels.collect_neighbours(*case)[2])


def test_rows_far_from_every_component():
    points, *rest = _case("full", "nested")
    case = points + 1e6, *rest
    assert relative_error(_kernels.collect_neighbours(*case), _kernels.collect(*case)) < 1e-12


@kinds
def test_the_share_of_components_in_sight(kind):
    points, _, log_weights, density = _case(kind, "separated", N=20_000)
    assert _kernels.active_share(points, log_weights, density) < 0.4
    shuffled = np.random.default_rng(0).permutation(points)
    assert _kernels.active_share(shuffled, log_weights, density) == 1
    points, _, log_weights, density = _case(kind, "overlapping", N=20_000)
    assert _kernels.active_share(points, log_weights, density) == 1


@pytest.mark.parametrize("passes", [_kernels, reference], ids=["compiled", "twin"])
@pytest.mark.parametrize("N", [1, NEIGHBOURS, NEIGHBOURS + 1, 3333])
def test_the_leaves_hold_every_row_once_and_divide_the_space(passes, N):
    points = np.random.default_rng(0).normal(0, 1, (N, 2)) * [1, 1000]
    order = passes.leaves(points)
    assert (np.sort(order) == np.arange(N)).all()
    leaves = [points[order[start : start + NEIGHBOURS]] for start in range(0, N, NEIGHBOURS)]
    for i, leaf in enumerate(leaves):
        for other in leaves[:i]:
            assert ((leaf.min(0) >= other.max(0)) | (leaf.max(0) <= other.min(0))).any()


@pytest.mark.parametrize(
    "points",
    [np.zeros((1000, 2)), np.full((1000, 2), np.nan), np.arange(2000.0).reshape(-1, 2) % 2, np.full((1000, 1), np.inf)],
    ids=["equal", "nan", "few values", "infinite"],
)
def test_rows_that_cannot_be_told_apart_are_put_in_some_order(points):
    assert (np.sort(_kernels.leaves(points)) == np.arange(1000)).all()


def test_the_order_is_told_apart_far_from_zero():
    points = np.random.default_rng(0).normal(0, 1, (2000, 2))
    assert (_kernels.leaves(points + 2.0**40) == _kernels.leaves((points + 2.0**40) - 2.0**40)).all()
