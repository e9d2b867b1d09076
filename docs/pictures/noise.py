"""Two groups among strays: without noise, and with it."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import draw_clusters

from mixtura import GaussianMixture


def _rows():
    rng = np.random.default_rng(3)
    groups = rng.standard_normal((160, 2)) * (0.8, 0.5) + np.repeat([[0, 0], [4, 2]], 80, axis=0)
    return np.concatenate([groups, rng.uniform((-5, -5), (9, 7), (40, 2))])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for axes, outliers, title in zip(panels, ("none", "uniform"), ("two components", "and noise"), strict=True):
        draw_clusters(axes, GaussianMixture(2, outliers=outliers, random_state=0).fit(points), points, title)
    return figure
