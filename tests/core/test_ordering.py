import numpy as np
import pytest

from mixtura.ordering import canonical_order, match


@pytest.mark.parametrize(("by", "wanted"), [("weight", [2, 3, 0, 1]), ("means", [3, 1, 0, 2]), ("none", [0, 1, 2, 3])])
def test_orders(by, wanted):
    weights = np.array([0.2 + 1e-12, 0.1, 0.5, 0.2])
    locations = np.array([[1.0, 2.0], [1.0, 1.0], [5.0, 0.0], [0.0, 9.0]])
    assert canonical_order(weights, locations, by).tolist() == wanted


def test_order_does_not_depend_on_the_order_it_is_given():
    rng = np.random.default_rng(0)
    weights, locations = rng.dirichlet(np.ones(6)), rng.normal(size=(6, 2))
    shuffle = rng.permutation(6)
    np.testing.assert_array_equal(
        weights[canonical_order(weights, locations)],
        weights[shuffle][canonical_order(weights[shuffle], locations[shuffle])],
    )


def test_unknown_order_is_refused():
    with pytest.raises(ValueError, match="order='size'"):
        canonical_order(np.ones(1), np.ones((1, 1)), "size")


def test_match_finds_the_permutation_and_minds_the_scale():
    rng = np.random.default_rng(1)
    reference = rng.normal(size=(5, 3)) * [1.0, 1000.0, 1.0]
    shuffle = rng.permutation(5)
    order = match(reference, reference[shuffle] + 0.01, np.array([1.0, 1000.0, 1.0]))
    np.testing.assert_array_equal(shuffle[order], np.arange(5))


def test_match_is_one_to_one():
    """Each place could be nearest to the same component; everyone still gets another."""
    assert sorted(match(np.array([[0.0], [0.1]]), np.array([[0.05], [9.0]]), np.ones(1)).tolist()) == [0, 1]
