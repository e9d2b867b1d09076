"""The invented sets: drawn from the seed alone, and telling the story they are there for."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from mixtura import datasets
from mixtura.errors import DataError

MAKERS = [datasets.make_people, datasets.make_customers]


def mixture_agreement(generated: datasets.Dataset) -> float:
    mixture = GaussianMixture(len(generated.target_names), n_init=10, init_params="k-means++", random_state=0)
    return adjusted_rand_score(generated.target, mixture.fit_predict(generated.data))


def kmeans_agreement(generated: datasets.Dataset) -> float:
    kmeans = KMeans(len(generated.target_names), n_init=10, random_state=0)
    return adjusted_rand_score(generated.target, kmeans.fit_predict(generated.data))


@pytest.mark.parametrize("seed", range(4))
def test_kmeans_cuts_the_people_and_a_mixture_finds_them(seed):
    people = datasets.make_people(500, seed)
    assert kmeans_agreement(people) <= 0.75
    assert mixture_agreement(people) >= 0.95


@pytest.mark.parametrize("seed", range(2))
def test_a_mixture_finds_the_customers_better_than_kmeans(seed):
    customers = datasets.make_customers(1000, seed)
    assert mixture_agreement(customers) >= 0.95
    assert kmeans_agreement(customers) < mixture_agreement(customers)


def test_weight_follows_height_within_every_group_of_people():
    people = datasets.make_people(4000, seed=1)
    for group in range(len(people.target_names)):
        assert np.corrcoef(people.data[people.target == group].T)[0, 1] > 0.9


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_gives_the_same_rows_and_another_seed_others(make):
    np.testing.assert_array_equal(make(50, seed=7).data, make(50, seed=7).data)
    np.testing.assert_array_equal(make(50, seed=7).target, make(50, seed=7).target)
    assert not np.array_equal(make(50, seed=7).data, make(50, seed=8).data)


@pytest.mark.parametrize("make", MAKERS)
def test_many_rows_stay_possible(make):
    generated = make(200_000, seed=0)
    assert generated.about.n_rows == len(generated.data) == len(generated.target) == 200_000
    assert (generated.data > 0).all()
    assert set(np.unique(generated.target)) == set(range(len(generated.target_names)))


def test_units_are_those_the_columns_say():
    weight, height = datasets.make_people(2000).data.T
    assert 40 < weight.min() < weight.max() < 115
    assert 140 < height.min() < height.max() < 215
    income, expenditure = datasets.make_customers(2000).data.T
    assert 1_000 < income.min() < income.max() < 200_000
    assert 1_000 < expenditure.min() < expenditure.max() < 200_000


@pytest.mark.parametrize("make", MAKERS)
def test_no_rows_are_refused_with_the_number(make):
    with pytest.raises(DataError, match="n is 0: ask for at least one row"):
        make(0)


@pytest.mark.parametrize("make", MAKERS)
def test_a_single_row_can_be_drawn(make):
    assert make(1).data.shape == (1, 2)
