"""Rows, clusters and ellipses: two columns as they are, four columns along two directions."""

import matplotlib.pyplot as plt

from mixtura import GaussianMixture, datasets
from mixtura.plots import ClassificationDisplay


def draw():
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for axes, name, n_components in ((left, "people", 4), (right, "iris", 3)):
        rows = datasets.load(name).frame("polars").select(datasets.describe(name).feature_names)
        mixture = GaussianMixture(n_components, random_state=0).fit(rows)
        ClassificationDisplay.from_estimator(mixture, rows, ax=axes)
    return figure
