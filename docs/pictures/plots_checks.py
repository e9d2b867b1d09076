"""What the clusters are, how much they overlap, and whether they are Gaussian."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import OverlapDisplay, ProfileDisplay, QQDisplay


def draw():
    iris = datasets.load("iris")
    fitted = assemble(select(iris.data, n_components=[3], covariances=["full"]), iris.feature_names)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4), layout="constrained")
    ProfileDisplay.from_estimator(fitted, ax=left)
    OverlapDisplay.from_estimator(fitted, iris.data, ax=middle)
    QQDisplay.from_estimator(fitted, iris.data, ax=right)
    return figure
