"""Two groups and a heap of strays: with all rows, and without the twentieth that fits worst."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import TrimmedMixture


def _rows():
    rng = np.random.default_rng(3)
    groups = rng.standard_normal((190, 2)) * (0.8, 0.5) + np.repeat([[0, 0], [4, 2]], 95, axis=0)
    return np.concatenate([groups, rng.normal([9, -3], 0.2, (10, 2))])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for axes, trim, title in zip(panels, (0.0, 0.05), ("all rows", "trimmed"), strict=True):
        found = TrimmedMixture(2, trim=trim, random_state=0).fit(points)
        labels = found.predict(points)
        axes.plot(*points[labels < 0].T, "x", color=GREY, ms=5)
        for k, (mean, covariance) in enumerate(zip(found.means_, found.covariances_, strict=True)):
            axes.plot(*points[labels == k].T, "o", color=COLOURS[k], ms=4, alpha=0.7, mew=0)
            draw_ellipse(axes, mean, covariance, COLOURS[k])
        axes.set(title=title, xticks=[], yticks=[])
    return figure
