"""How starts climb, and what became of those of a fit."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import ConvergenceDisplay, StartsDisplay


def draw():
    iris = datasets.load("iris")
    fitted = assemble(select(iris.data, n_components=[3], covariances=["full"]), iris.feature_names)
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4), layout="constrained")
    ConvergenceDisplay.from_estimator(fitted, iris.data, ax=left)
    StartsDisplay.from_estimator(fitted, ax=right)
    return figure
