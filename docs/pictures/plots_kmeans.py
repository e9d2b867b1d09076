"""k-means beside a mixture, on the people of the tutorial."""

from mixtura import GaussianMixture, KMeans, datasets
from mixtura.plots import KMeansDisplay


def draw():
    people = datasets.load("people").frame("polars").drop("group")
    kmeans = KMeans(4, n_init=10, random_state=0).fit(people)
    return KMeansDisplay.from_estimators(kmeans, GaussianMixture(4, random_state=0).fit(people), people).figure_
