"""Laws of the covariance models alone: their constraints, and what an M-step makes of scatter matrices."""

import numpy as np
import pytest

from laws.settings import LETTERED, NAMES
from mixtura.covariance import MODELS

every_model = pytest.mark.parametrize("name", NAMES)
every_lettered_model = pytest.mark.parametrize("name", LETTERED)
K, D = 3, 4
COUNTS = np.array([20.0, 50.0, 7.0])


def scatters(seed=0, n_columns=D):
    """Full scatter matrices of components that differ in all respects."""
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((K, n_columns, 3 * n_columns)) * rng.uniform(0.3, 3, (K, n_columns, 1))
    return roots @ roots.mT * COUNTS[:, None, None]


def seen_by(model, full):
    """What a pass collects of full scatter matrices for the model."""
    diagonals = np.einsum("kdd->kd", full).copy()
    return {
        "spherical": diagonals.mean(1), "diagonal": diagonals, "full": full, "pooled": full.sum(0, keepdims=True),
    }[model.scatter]  # fmt: skip


def as_matrices(covariances, n_columns=D):
    if covariances.ndim == 3:
        return covariances
    return covariances.reshape(len(covariances), -1, 1) * np.eye(n_columns)


def m_step(name, full, previous=None, counts=COUNTS):
    model = MODELS[name]
    return as_matrices(model.maximise(seen_by(model, full), counts, previous), full.shape[-1])


def expected_log_likelihood(covariances, full):
    return -0.5 * sum(
        n * np.linalg.slogdet(own)[1] + np.trace(np.linalg.solve(own, scatter))
        for n, own, scatter in zip(COUNTS, covariances, full, strict=True)
    )


def axes_of(name, covariances):
    """Axes along which the letters can be read: sorted by length where every component has its own."""
    if name[2] == "V":
        return np.linalg.eigh(covariances)[1]
    return np.tile(np.eye(D) if name[2] == "I" else np.linalg.eigh(covariances.sum(0))[1], (K, 1, 1))


def varied(letter, values):
    """Values of each component as the letter lets them be."""
    return {"E": np.repeat(values[:1], K, axis=0), "V": values, "I": 0 * values}[letter]


def neighbour(name, covariances, size, rng):
    """Other covariances that obey the letters, `size` away; made without the code under test."""
    axes = axes_of(name, covariances)
    log_variances = np.log(np.einsum("kij,kil,klj->kj", axes, covariances, axes))
    shapes = rng.standard_normal((K, D))
    log_variances += size * varied(name[0], rng.standard_normal((K, 1)))
    log_variances += size * varied(name[1], shapes - shapes.mean(1, keepdims=True))
    spins = rng.standard_normal((K, D, D))
    spins = size * varied(name[2], spins - spins.mT) / 2
    turned = np.linalg.solve(np.eye(D) - spins, np.eye(D) + spins) @ axes  # Cayley's orthogonal matrices
    return turned * np.exp(log_variances)[:, None, :] @ turned.mT


@every_lettered_model
@pytest.mark.parametrize("seed", range(3))
def test_an_m_step_beats_its_neighbours_within_the_constraint(name, seed):
    full, rng = scatters(seed), np.random.default_rng(seed)
    found = m_step(name, full)
    best = expected_log_likelihood(found, full)
    assert expected_log_likelihood(neighbour(name, found, 0.0, rng), full) == pytest.approx(best, rel=1e-12)
    for size in (1e-3, 1e-2, 0.3):
        for _ in range(20):
            assert expected_log_likelihood(neighbour(name, found, size, rng), full) < best


@every_lettered_model
def test_letters_are_obeyed(name):
    found = m_step(name, scatters())
    axes = axes_of(name, found)
    along = np.einsum("kji,kjl,klm->kim", axes, found, axes)
    variances = np.einsum("kdd->kd", along)
    np.testing.assert_allclose(along, variances[:, :, None] * np.eye(D), atol=1e-10 * variances.max())
    volumes = np.exp(np.log(variances).mean(1))
    shapes = variances / volumes[:, None]
    is_equal = {"E": True, "I": True, "V": False}
    assert np.allclose(volumes, volumes[0]) is is_equal[name[0]]
    assert np.allclose(shapes, shapes[0]) is is_equal[name[1]]
    assert np.allclose(shapes, 1) is (name[1] == "I")
    assert np.allclose(axes, axes[0]) is is_equal[name[2]]


@every_model
def test_free_numbers_are_the_rank_of_what_m_steps_reach(name):
    full, rng, size = scatters(), np.random.default_rng(0), 1e-3
    changes = []
    for _ in range(70):
        nudge = rng.standard_normal(full.shape) * np.abs(full).max((1, 2), keepdims=True)
        up, down = (m_step(name, full + sign * size * (nudge + nudge.mT)) for sign in (1, -1))
        changes.append((up - down).ravel() / size)
    lengths = np.linalg.svd(np.array(changes), compute_uv=False)
    assert (lengths > 1e-3 * lengths[0]).sum() == MODELS[name].n_free(K, D)


@every_model
def test_where_it_begins_does_not_change_where_it_ends(name):
    full = scatters()
    kind = MODELS[name].kind
    others = as_matrices(m_step(name, scatters(5)))
    previous = {"full": others, "diagonal": np.einsum("kdd->kd", others), "spherical": others[:, 0, 0]}[kind]
    np.testing.assert_allclose(m_step(name, full, previous), m_step(name, full), rtol=1e-5, atol=1e-6)


@every_model
def test_order_of_components_does_not_matter(name):
    full, order = scatters(), np.array([2, 0, 1])
    found = m_step(name, full[order], counts=COUNTS[order])
    np.testing.assert_allclose(found, m_step(name, full)[order], rtol=1e-6, atol=1e-7)


@every_model
def test_units_matter_where_the_model_says_so(name):
    full, unit = scatters(), np.array([1.0, 1e3, 1e-2, 7.0])
    stretch = unit[:, None] * unit
    is_same = np.allclose(m_step(name, full * stretch) / stretch, m_step(name, full), rtol=1e-5, atol=1e-6)
    assert is_same is not MODELS[name].is_of_its_units
    np.testing.assert_allclose(m_step(name, full * 1e6), 1e6 * m_step(name, full), rtol=1e-5)


@every_lettered_model
def test_axes_turn_with_the_data_where_they_are_free(name):
    full, turn = scatters(), np.linalg.qr(np.random.default_rng(1).standard_normal((D, D)))[0]
    turned = m_step(name, turn @ full @ turn.T)
    is_free = name[2] != "I" or name[1] == "I"
    assert np.allclose(turned, turn @ m_step(name, full) @ turn.T, rtol=1e-5, atol=1e-5) is is_free


@every_lettered_model
def test_one_column_leaves_equal_or_own_variances(name):
    full = scatters(n_columns=1)
    wanted = full.sum() / COUNTS.sum() if name[0] == "E" else full / COUNTS[:, None, None]
    np.testing.assert_allclose(m_step(name, full), np.broadcast_to(wanted, (K, 1, 1)))
    assert MODELS[name].n_free(K, 1) == (1 if name[0] == "E" else K)


@every_lettered_model
def test_volumes_of_many_columns_do_not_overflow(name):
    """The determinants are about 1e-1600 and 1e1600."""
    full = np.tile(np.diag(np.linspace(1, 2, 100)), (K, 1, 1)) * COUNTS[:, None, None]
    for size in (1e-16, 1e16):
        found = m_step(name, size * full)
        np.testing.assert_allclose(np.einsum("kdd->k", found), size * 150, rtol=1e-6)


@every_model
@pytest.mark.parametrize("flat", [[0], [0, 1, 2]], ids=["one component", "all"])
def test_rows_on_one_point_get_their_width_from_the_ridge(name, flat):
    model, full = MODELS[name], scatters()
    full[flat] = 0
    ridged = as_matrices(model.estimate(seen_by(model, full), COUNTS, 1e-6))
    assert np.linalg.eigvalsh(ridged).min() > 1e-9
    if len(flat) == K:
        np.testing.assert_allclose(ridged, 1e-6 * np.tile(np.eye(D), (K, 1, 1)), atol=1e-12)
        assert not (m_step(name, full) != 0).any() or np.isnan(m_step(name, full)).any()


@every_model
def test_a_component_that_explains_nothing_takes_no_part(name):
    full, counts = scatters(), COUNTS.copy()
    full[1], counts[1] = full[1] * 1e-30, 1e-15
    model = MODELS[name]
    found = as_matrices(model.estimate(seen_by(model, full), counts, 1e-9))
    alone = model.estimate(seen_by(model, full[[0, 2]]), counts[[0, 2]], 1e-9)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[[0, 2]], as_matrices(alone), rtol=1e-4, atol=1e-5)
