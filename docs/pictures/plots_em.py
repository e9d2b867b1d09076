"""A run of EM, from a random start to its end."""

from mixtura import GaussianMixture, datasets
from mixtura.plots import EMDisplay


def draw():
    people = datasets.load("people").frame("polars").drop("group")
    return EMDisplay.from_estimator(GaussianMixture(4, random_state=0).fit(people), people, random_state=3).figure_
