"""Two groups that move: a mixture that follows them, and one that remembers all."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS, GREY, draw_ellipse

from mixtura import GaussianMixture, Schedule

_DAYS, _SHOWN = 30, (0, 14, 29)


def _batch(day):
    rng = np.random.default_rng(day)
    centres = np.array([[0.0, 0.0], [2 + day / 8, day / 8]])
    return centres[rng.integers(0, 2, 200)] + rng.standard_normal((200, 2)) * 0.6


def draw():
    figure, rows = plt.subplots(2, len(_SHOWN), figsize=(9, 5), sharex=True, sharey=True, layout="constrained")
    for panels, schedule, title in zip(
        rows, (Schedule(window=400), Schedule(power=1)), ("window=400", "power=1"), strict=True
    ):
        mixture, shown = GaussianMixture(2, random_state=0, schedule=schedule, order="means"), iter(panels)
        for day in range(_DAYS):
            points = _batch(day)
            mixture.partial_fit(points)
            if day in _SHOWN:
                axes = next(shown)
                axes.plot(*points.T, ".", color=GREY, ms=3)
                for colour, mean, covariance in zip(COLOURS, mixture.means_, mixture.covariances_, strict=False):
                    draw_ellipse(axes, mean, covariance, colour)
                axes.set(title=f"{title}, batch {day + 1}", xticks=[], yticks=[])
    return figure
