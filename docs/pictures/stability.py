"""How alike the clusters of Old Faithful and those of fits to rows drawn again are."""

import matplotlib.pyplot as plt

from mixtura import assemble, datasets, select
from mixtura.plots import StabilityDisplay


def draw():
    faithful = datasets.load("faithful").data
    fitted = assemble(select(faithful, n_components=[3], covariances=["tied"]))
    figure, axes = plt.subplots(figsize=(6.5, 3), layout="constrained")
    StabilityDisplay.from_estimator(fitted, faithful, ax=axes)
    return figure
