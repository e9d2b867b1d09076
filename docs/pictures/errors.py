"""The mean waiting time of three clusters of Old Faithful, with intervals by all methods."""

import matplotlib.pyplot as plt
from pictures._style import COLOURS

from mixtura import assemble, datasets, select, uncertainty
from mixtura.resampling.parameters import METHODS

WAITING = 1


def draw():
    faithful = datasets.load("faithful").data
    fitted = assemble(select(faithful, n_components=[3], covariances=["tied"]), order="means")
    figure, panels = plt.subplots(1, 3, figsize=(9, 3), sharey=True)
    for row, method in enumerate(METHODS):
        found = uncertainty(fitted, faithful, method=method, n_replicates=None if method == "jackknife" else 300)
        for k, axes in enumerate(panels):
            estimate, low, high = (part["means"][k, WAITING] for part in (found.estimates, found.low, found.high))
            axes.plot([low, high], [row, row], color=COLOURS[k], lw=2)
            axes.plot(estimate, row, "o", color=COLOURS[k], ms=5)
    for axes, name in zip(panels, fitted.cluster_names, strict=True):
        axes.set(title=name, xlabel="mean waiting time, minutes", yticks=range(len(METHODS)), yticklabels=METHODS)
    panels[0].invert_yaxis()
    return figure
