"""Every pair of the columns of iris."""

from mixtura import assemble, datasets, select
from mixtura.plots import PairDisplay


def draw():
    iris = datasets.load("iris")
    fitted = assemble(select(iris.data, n_components=[3], covariances=["full"]), iris.feature_names)
    return PairDisplay.from_estimator(fitted, iris.data).figure_
