"""How alike the clusters of Old Faithful and those of fits to rows drawn again are."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY

from mixtura import assemble, datasets, select, stability


def draw():
    faithful = datasets.load("faithful").data
    fitted = assemble(select(faithful, n_components=[3], covariances=["tied"]))
    found = stability(fitted, faithful)
    rng = np.random.default_rng(0)
    figure, axes = plt.subplots(figsize=(6.5, 3))
    for k, name in enumerate(fitted.cluster_names):
        height = k + rng.uniform(-0.25, 0.25, len(found.jaccard))
        axes.plot(found.jaccard[:, k], height, "o", color=COLOURS[k], ms=4, alpha=0.6, mew=0)
        axes.plot(found.means[[k, k]], [k - 0.35, k + 0.35], color="black", lw=2)
        axes.annotate(name, (0.02, k), va="center")
    for least, words in ((0.6, "a pattern"), (0.75, "stable"), (0.85, "very stable")):
        axes.axvline(least, color=GREY, lw=0.8)
        axes.annotate(words, (least + 0.005, 2.5), fontsize=8, color="#555555")
    axes.set(
        yticks=[], xlabel="Jaccard similarity in each of 100 fits, and their mean", xlim=(0, 1.02), ylim=(-0.5, 2.7)
    )
    return figure
