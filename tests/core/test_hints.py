"""Units and pairs that should differ: exact answers by counting, where there are few enough to count."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixtura.hints import Apart, share, take_turns

NOTHING = np.empty((0, 0))


def case(seed, n_units=5, n_components=3):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 2, (n_units, n_components)), rng.integers(1, 3, n_units).astype(float)


def apart(pairs, n_units, strength):
    pairs = np.array(pairs, dtype=int).reshape(-1, 2)
    return Apart(pairs, take_turns(pairs, n_units), strength)


def log_evidence(log_joint, pairs, strength):
    """Over all assignments of units of weight one."""
    U, K = log_joint.shape
    terms = [
        sum(log_joint[u, k] for u, k in enumerate(z)) - strength * sum(z[a] == z[b] for a, b in pairs)
        for z in product(range(K), repeat=U)
    ]
    return np.logaddexp.reduce(terms)


def test_without_pairs_it_is_bayes_theorem():
    log_joint, weights = case(0)
    shares, objective = share(log_joint, weights, apart([], 5, 10.0), NOTHING)
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(
        np.log(shares) - log_joint, -np.logaddexp.reduce(log_joint, axis=1)[:, None] + 0 * shares
    )
    assert objective == pytest.approx(weights @ np.logaddexp.reduce(log_joint, axis=1))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("strength", [0.0, 0.5, 3.0])
def test_the_objective_is_a_bound(seed, strength):
    log_joint, pairs = case(seed)[0], [(0, 1), (1, 2), (3, 4)]
    _, objective = share(log_joint, np.ones(5), apart(pairs, 5, strength), NOTHING)
    exact = log_evidence(log_joint, pairs, strength)
    assert objective <= exact + 1e-9
    if strength == 0:
        assert objective == pytest.approx(exact)


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_where_the_bound_is_highest_nearby(seed):
    log_joint, weights = case(seed)
    links = apart([(0, 1), (1, 2), (3, 4)], 5, 1.0)
    shares, best = share(log_joint, weights, links, NOTHING)
    again, same = share(log_joint, weights, links, shares)
    np.testing.assert_allclose(again, shares, atol=1e-8)
    assert same == pytest.approx(best, abs=1e-10)
    rng = np.random.default_rng(seed)
    left, right = links.pairs.T
    for _ in range(20):
        near = shares * np.exp(rng.normal(0, 0.05, shares.shape))
        near /= near.sum(1, keepdims=True)
        bound = (weights[:, None] * near * (log_joint - np.log(near))).sum()
        bound -= (weights[left] * weights[right]) @ (near[left] * near[right]).sum(1)
        assert bound <= best + 1e-9


def test_equal_units_that_should_differ_do():
    shares, _ = share(np.zeros((2, 2)), np.ones(2), apart([(0, 1)], 2, 10.0), np.array([[0.51, 0.49], [0.49, 0.51]]))
    np.testing.assert_allclose(shares, np.eye(2), atol=1e-3)


def test_what_is_impossible_stays_so():
    log_joint = np.array([[0.0, -np.inf], [0.0, 0.0]])
    shares, objective = share(log_joint, np.ones(2), apart([(0, 1)], 2, 5.0), NOTHING)
    assert shares[0].tolist() == [1.0, 0.0]
    assert shares[1, 1] == pytest.approx(1 / (1 + np.exp(-5)))
    assert np.isfinite(objective)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]), max_size=25))
def test_no_pair_takes_its_turn_together(pairs):
    turns = take_turns(np.array(pairs, dtype=int).reshape(-1, 2), 10)
    of = {unit: i for i, turn in enumerate(turns) for unit in turn.tolist()}
    assert sorted(of) == list(range(10))
    assert all(of[a] != of[b] for a, b in pairs)
