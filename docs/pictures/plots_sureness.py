"""Whether the clusters of Old Faithful come back, and how far their means may be off."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import IntervalDisplay, StabilityDisplay


def draw():
    faithful = datasets.load("faithful")
    fitted = assemble(select(faithful.data, n_components=[3], covariances=["tied"]), faithful.feature_names)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
    StabilityDisplay.from_estimator(fitted, faithful.data, ax=left)
    IntervalDisplay.from_estimator(fitted, faithful.data, column="waiting", ax=right)
    return figure
