"""Laws of Student-t components, against SciPy's distributions and its optimiser."""

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import digamma, gammaln

from laws.settings import FAMILIES, POINTS, D, K, N, assert_close
from mixtura._kernels.tails import solve
from mixtura.emissions._moments import matrices
from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student, StudentParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block, Incomplete

STUDENTS = [name for name in FAMILIES if name.startswith("student") and "holes" not in name]
HOLED = [name for name in FAMILIES if name.startswith("student") and "holes" in name]
every_student = pytest.mark.parametrize("name", STUDENTS)


def scipys(emission, k, columns=slice(None)):
    """SciPy's distribution of some columns of one component."""
    scale = matrices(emission.covariances, D)[k][columns][:, columns]
    return stats.multivariate_t(emission.means[k][columns], scale, df=emission.dof[k])


@every_student
def test_a_family_keeps_its_contract(name):
    assert isinstance(FAMILIES[name].model.emission, Emission)


@every_student
def test_densities_are_scipys(name):
    model, parameters, points = FAMILIES[name]
    own = model.emission.log_density(points, model.emission.density(parameters.emission))
    theirs = np.stack([scipys(parameters.emission, k).logpdf(points) for k in range(K)], axis=1)
    np.testing.assert_allclose(own, theirs, rtol=1e-11)


@every_student
def test_densities_of_rows_with_holes_are_marginal_ones(name):
    model, parameters, points = FAMILIES[name]
    holed = points[:20].copy()
    holed[:, [0, 2]] = np.nan
    own = model.emission.log_density(holed, model.emission.density(parameters.emission))
    theirs = np.stack([scipys(parameters.emission, k, [1, 3]).logpdf(holed[:, [1, 3]]) for k in range(K)], axis=1)
    np.testing.assert_allclose(own, theirs, rtol=1e-11)
    nothing = model.posterior(parameters)(Incomplete(np.full((1, D), np.nan), np.ones(1)))
    np.testing.assert_allclose(nothing[0][0], parameters.weights)


def expected(emission, weighted, precision, logarithm, points):
    """The log-likelihood of rows and their precisions, expected under earlier parameters (Peel & McLachlan, eq. 12)."""
    total, half = 0.0, emission.dof / 2
    for k, scale in enumerate(matrices(emission.covariances, D)):
        apart = points - emission.means[k]
        squares = (apart * np.linalg.solve(scale, apart.T).T).sum(1)
        normal = -0.5 * (np.linalg.slogdet(scale)[1] + precision[:, k] * squares)
        gamma = half[k] * (np.log(half[k]) + logarithm[:, k] - precision[:, k]) - gammaln(half[k])
        total += weighted[:, k] @ (normal + gamma)
    return total


@every_student
def test_one_step_beats_its_neighbours(name):
    model, parameters, points = FAMILIES[name]
    block, before = Block(points, np.ones(N)), parameters.emission
    new = model.maximise(model.statistics(parameters)(block), parameters).emission
    responsibilities, _ = model.posterior(parameters)(block)
    squares = np.stack([_squares(before, k, points) for k in range(K)], axis=1)
    shapes, rates = (before.dof + D) / 2, (before.dof + squares) / 2
    told = responsibilities, shapes / rates, digamma(shapes) - np.log(rates), points
    best = expected(new, *told)
    for nudge in (-1e-3, 1e-3):
        assert expected(new._replace(means=new.means + nudge), *told) < best
        assert expected(new._replace(covariances=new.covariances * (1 + nudge)), *told) < best
        if model.emission.known_dof is None:
            assert expected(new._replace(dof=new.dof * (1 + nudge)), *told) < best
    if model.emission.known_dof is not None:
        np.testing.assert_array_equal(new.dof, before.dof)
    if model.emission.dof == "shared":
        assert np.ptp(new.dof) == 0


def _squares(emission, k, points):
    apart = points - emission.means[k]
    return (apart * np.linalg.solve(matrices(emission.covariances, D)[k], apart.T).T).sum(1)


@every_student
def test_distances_of_samples_follow_the_law_of_f(name):
    model, parameters, _ = FAMILIES[name]
    n_rows = 3000
    drawn = model.emission.sample(parameters.emission, np.full(K, n_rows), np.random.default_rng(0))
    for k in range(K):
        squares = _squares(parameters.emission, k, drawn[k * n_rows : (k + 1) * n_rows])
        assert stats.kstest(squares / D, stats.f(D, parameters.emission.dof[k]).cdf).pvalue > 1e-3


def test_cells_are_drawn_as_tails_and_the_other_cells_say():
    one = StudentParameters(np.array([[1.0, -2.0]]), np.array([[[2.0, 1.2], [1.2, 1.5]]]), np.array([3.0]))
    family, rng = Student("full"), np.random.default_rng(0)
    rows = family.sample(one, np.array([40_000]), rng)
    holed = rows.copy()
    holed[:, 1] = np.nan
    labels = np.zeros(len(rows), dtype=int)
    drawn = family.draw(holed, labels, family.density(one), rng)
    np.testing.assert_array_equal(drawn[:, 0], rows[:, 0])
    apart = drawn - one.means[0]
    squares = (apart * np.linalg.solve(one.covariances[0], apart.T).T).sum(1)
    assert stats.kstest(squares / 2, stats.f(2, 3.0).cdf).pvalue > 1e-3
    expected = family.expect(holed, np.ones((len(rows), 1)), family.density(one))
    np.testing.assert_allclose(expected[:, 1], -2 + 0.6 * (rows[:, 0] - 1))


@every_student
def test_a_shift_moves_the_means_and_nothing_else(name):
    model, parameters, points = FAMILIES[name]
    shifted = parameters._replace(emission=parameters.emission._replace(means=parameters.emission.means + 1e6))
    here = model.maximise(model.statistics(parameters)(Block(points, np.ones(N))), parameters).emission
    there = model.maximise(model.statistics(shifted)(Block(points + 1e6, np.ones(N))), shifted).emission
    assert_close(there._replace(means=there.means - 1e6), here, rtol=1e-8)


def test_rescaling_parameters_is_rescaling_rows():
    model, parameters, points = FAMILIES["student VVV free"]
    centre, scale = np.arange(4.0), np.array([1.0, 10.0, 0.1, 3.0])
    stretched = parameters._replace(emission=model.emission.rescale(parameters.emission, centre, scale))
    here = model.classify(parameters)(Block(points, np.ones(N)))
    there = model.classify(stretched)(Block(centre + points * scale, np.ones(N)))
    np.testing.assert_allclose(there.log_density, here.log_density - np.log(scale).sum(), rtol=1e-9)


@every_student
def test_coordinates_lead_back(name):
    model, parameters, _ = FAMILIES[name]
    assert_close(model.at(model.coordinates(parameters, parameters), parameters), parameters)


@pytest.mark.parametrize(("name", "n_dof"), list(zip(STUDENTS, (K, 1, K, 0), strict=True)))
def test_free_parameters_are_counted(name, n_dof):
    emission, parameters = FAMILIES[name].model.emission, FAMILIES[name].parameters.emission
    assert emission.n_free(parameters) == emission.inner.n_free(parameters.ellipses) + n_dof


@every_student
def test_parameters_survive_their_names(name):
    emission, parameters = FAMILIES[name].model.emission, FAMILIES[name].parameters.emission
    assert_close(emission.from_arrays(emission.arrays(parameters)), parameters, rtol=0)
    emission.check(parameters)
    with pytest.raises(ValueError, match="degrees of freedom are not 3 numbers"):
        emission.check(parameters._replace(dof=np.array([1.0, -1.0, 2.0])))
    with pytest.raises(ValueError, match="neither 'free' nor 'shared'"):
        Student("full", "many").check(parameters)


@every_student
def test_kicked_components_are_still_components(name):
    model, parameters, points = FAMILIES[name]
    emission, rng = model.emission, np.random.default_rng(0)
    for changed in (
        emission.place(parameters.emission, parameters.weights, 1, points, (3, 40)),
        emission.split(parameters.emission, 0, 2, rng),
    ):
        emission.check(changed)
        assert np.isfinite(emission.log_density(points, emission.density(changed))).all()


@pytest.mark.parametrize("dof", [1.0, 1.7, 4.0, 33.0, 200.0])
def test_degrees_of_freedom_solve_their_equation(dof):
    even = digamma(dof / 2) - np.log(dof / 2) - 1
    np.testing.assert_allclose(solve(np.array([even])), dof, rtol=1e-9)


def test_no_optimiser_finds_more():
    """From a rough guess, over all parameters of two components in one column, with tails of their own."""
    rng = np.random.default_rng(3)
    column = np.concatenate([stats.t(3, -4, 1).rvs(200, random_state=rng), stats.t(8, 4, 2).rvs(100, random_state=rng)])

    def loss(numbers):
        logit, *rest = numbers
        logs = np.stack([stats.t.logpdf(column, np.exp(d), m, np.exp(s)) for m, s, d in (rest[:3], rest[3:])])
        return -np.logaddexp(logs[0] - np.logaddexp(0, -logit), logs[1] - np.logaddexp(0, logit)).sum()

    found = optimize.minimize(loss, [0.5, -3, 0.5, 1.5, 3, 0.5, 1.5], method="BFGS", options={"gtol": 1e-4})
    points = column[:, None]
    model = Mixture(Student("VVI", "free", ridge=0.0))
    start = StudentParameters(np.array([[-3.0], [3.0]]), np.ones((2, 1)), np.full(2, 5.0))
    parameters = MixtureParameters(np.full(2, 0.5), start)
    block = Block(points, np.ones(len(points)))
    for _ in range(1500):
        parameters = model.maximise(model.statistics(parameters)(block), parameters)
    assert model.statistics(parameters)(block).log_likelihood == pytest.approx(-found.fun, abs=1e-4)
    np.testing.assert_allclose(parameters.emission.means[:, 0], found.x[[1, 4]], atol=1e-3)
    np.testing.assert_allclose(np.log(parameters.emission.dof), found.x[[3, 6]], atol=2e-2)


@pytest.mark.parametrize("name", HOLED)
def test_a_fit_to_rows_with_holes_ends_where_the_likelihood_is_flat(name):
    """The likelihood of the cells that are there, which knows nothing of precisions."""
    model, parameters, _ = FAMILIES[name]
    heavy = parameters.emission._replace(dof=np.array([2.0, 4.0, 3.0]))
    rng = np.random.default_rng(0)
    points = model.emission.sample(heavy, np.array([200, 120, 80]), rng)
    points[rng.uniform(size=points.shape) < 0.1] = np.nan
    block = Incomplete(points, np.ones(len(points)))
    for _ in range(400):
        parameters = model.maximise(model.statistics(parameters)(block), parameters)

    def slope(which):
        """By the logarithm of all numbers of a kind."""
        there, back = (
            parameters.emission._replace(**{which: getattr(parameters.emission, which) * (1 + nudge)})
            for nudge in (1e-5, -1e-5)
        )
        rise = np.subtract(
            *(model.statistics(parameters._replace(emission=e))(block).log_likelihood for e in (there, back))
        )
        return rise / 2e-5

    for which in ("means", "covariances", "dof"):
        assert abs(slope(which)) < 1e-2


def test_starts_are_drawn_without_outliers():
    """Rows far outside are seen at the edge, so the others keep their distances."""
    far = np.concatenate([POINTS, np.full((3, D), 1e7)])
    weights = np.ones(len(far))
    seen = Student().view(far, weights)
    np.testing.assert_array_equal(seen[:N], POINTS)
    assert seen.max() < 100
    assert (Student().spread(far, weights).deviations < 50).all()


@pytest.mark.parametrize("kind", ["VVV", "EEE", "VVI", "VII"])
def test_without_tails_it_is_a_gaussian_mixture(kind):
    _, (weights, gaussians), points = FAMILIES[f"gaussian {kind}"]
    block = Block(points, np.linspace(0, 2, N))
    gaussian, student = Mixture(Gaussian(kind, ridge=0.0)), Mixture(Student(kind, "1e12", ridge=0.0))
    one = MixtureParameters(weights, gaussians)
    other = MixtureParameters(weights, StudentParameters(*gaussians, np.full(K, 1e12)))
    ours, theirs = student.statistics(other)(block), gaussian.statistics(one)(block)
    assert_close(ours[::2], theirs[::2])
    assert_close(ours.emission.moments, theirs.emission)
    assert_close(student.maximise(ours, other).emission.ellipses, gaussian.maximise(theirs, one).emission)


def test_rows_with_holes_are_seen_by_all_components_at_once(monkeypatch):
    """What inverts the matrices of missing cells is called as often for many components as for one."""

    def count(n_components):
        emission, calls = Student("full"), []
        monkeypatch.setattr(np.linalg, "inv", lambda matrices: calls.append(len(matrices)) or invert(matrices))
        density = emission.density(emission.pooled(POINTS, np.ones(N), n_components))
        emission.log_density(holed, density)
        emission.accumulate(holed, np.full((N, n_components), 1 / n_components), density)
        return len(calls)

    invert, holed = np.linalg.inv, POINTS.copy()
    holed[::2, 0] = holed[::3, 1] = np.nan
    assert 0 < count(5) == count(1)
