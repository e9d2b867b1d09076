"""Two groups among strays: without noise, and with it."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import GaussianMixture


def _rows():
    rng = np.random.default_rng(3)
    groups = rng.standard_normal((160, 2)) * (0.8, 0.5) + np.repeat([[0, 0], [4, 2]], 80, axis=0)
    return np.concatenate([groups, rng.uniform((-5, -5), (9, 7), (40, 2))])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for axes, outliers, title in zip(panels, ("none", "uniform"), ("two components", "and noise"), strict=True):
        found = GaussianMixture(2, outliers=outliers, random_state=0).fit(points)
        labels = found.predict(points)
        axes.plot(*points[labels < 0].T, "x", color=GREY, ms=5)
        for k, (mean, covariance) in enumerate(zip(found.means_, found.covariances_, strict=True)):
            axes.plot(*points[labels == k].T, "o", color=COLOURS[k], ms=4, alpha=0.7, mew=0)
            draw_ellipse(axes, mean, covariance, COLOURS[k])
        axes.set(title=title, xticks=[], yticks=[])
    return figure
