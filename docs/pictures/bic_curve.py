"""The choice for Old Faithful: BIC by the number of groups, a line for each covariance model."""

from itertools import groupby

import matplotlib.pyplot as plt
from pictures._style import COLOURS

from mixtura import datasets, select


def draw():
    selection = select(datasets.load("faithful").data)
    figure, axes = plt.subplots(figsize=(6.5, 3.6))
    fits = groupby(selection.candidates, key=lambda candidate: candidate.setting.covariance)
    for (name, candidates), marker, colour in zip(fits, "osD^", COLOURS, strict=False):
        line = [(candidate.setting.n_components, candidate.criteria["bic"]) for candidate in candidates]
        axes.plot(*zip(*line, strict=True), marker=marker, ms=5, color=colour, label=name)
    best = selection.best
    here = (best.setting.n_components, best.criteria["bic"])
    note = {"xytext": (0, -22), "textcoords": "offset points", "ha": "center", "arrowprops": {"arrowstyle": "-"}}
    axes.annotate("chosen", here, **note)
    lowest = best.criteria["bic"]  # one group is far worse under any model: two lines of four would fill the picture
    axes.set(xlabel="number of groups", ylabel="BIC (smaller is better)", ylim=(lowest - 48, lowest + 320))
    axes.legend(frameon=False)
    return figure
