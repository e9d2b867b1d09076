"""Fits to draw, made once."""

import numpy as np
import pytest

from mixtura import GaussianMixture, assemble, datasets, select


@pytest.fixture(scope="session")
def iris():
    return datasets.load("iris").data


@pytest.fixture(scope="session")
def people():
    return datasets.load("people").data


@pytest.fixture(scope="session")
def of_iris(iris):
    return GaussianMixture(3, random_state=0).fit(iris)


@pytest.fixture(scope="session")
def of_people(people):
    return GaussianMixture(4, random_state=0).fit(people)


@pytest.fixture(scope="session")
def of_one_column():
    points = np.random.default_rng(0).normal(0, 1, (200, 1)) + np.repeat([[0.0], [3.0]], 100, axis=0)
    return assemble(select(points, n_components=[2], covariances=["full"]), ["minutes"]), points


@pytest.fixture(scope="session")
def selection(iris):
    return select(iris, n_components=[1, 2, 3], covariances=["full", "tied", "spherical"])
