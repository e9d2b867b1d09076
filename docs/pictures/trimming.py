"""Two groups and a heap of strays: with all rows, and without the twentieth that fits worst."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import draw_clusters

from mixtura import TrimmedMixture


def _rows():
    rng = np.random.default_rng(3)
    groups = rng.standard_normal((190, 2)) * (0.8, 0.5) + np.repeat([[0, 0], [4, 2]], 95, axis=0)
    return np.concatenate([groups, rng.normal([9, -3], 0.2, (10, 2))])


def draw():
    points = _rows()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
    for axes, trim, title in zip(panels, (0.0, 0.05), ("all rows", "trimmed"), strict=True):
        draw_clusters(axes, TrimmedMixture(2, trim=trim, random_state=0).fit(points), points, title)
    return figure
