"""Two half moons: one ellipse a class, mixtures of classes, and six labels among many rows."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS

from mixtura import MixtureDiscriminant, SemiSupervisedMixture


def half_moons():
    """150 rows in each of two half moons."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, np.pi, (2, 150))
    upper = np.stack([np.cos(angle[0]), np.sin(angle[0])], axis=1)
    lower = np.stack([1 - np.cos(angle[1]), 0.4 - np.sin(angle[1])], axis=1)
    return np.concatenate([upper, lower]) + rng.normal(0, 0.12, (300, 2)), np.repeat([0, 1], 150)


def two_ellipses():
    """200 rows in two long clusters, and six whose labels are known."""
    rng = np.random.default_rng(3)
    points = rng.normal(0, [1.6, 0.35], (200, 2)) + np.repeat([[0.0, 0.0], [1.2, 1.1]], 100, axis=0)
    labels = np.full(200, -1)
    labels[[0, 30, 60]], labels[[110, 140, 170]] = 0, 1
    return points, labels


def draw():
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    points, classes = half_moons()
    for ax, model, title in (
        (axes[0], MixtureDiscriminant(), "one component a class"),
        (
            axes[1],
            MixtureDiscriminant([1, 2, 3, 4], covariance_type=["VVV", "VVI"], random_state=0),
            "a mixture a class",
        ),
    ):
        fitted = model.fit(points, classes)
        _draw_regions(ax, points, fitted)
        _draw_rows(ax, points, classes)
        ax.set_title(f"{title}: {1 - fitted.score(points, classes):.0%} wrong", loc="left", fontsize="small")
    points, labels = two_ellipses()
    fitted = SemiSupervisedMixture(random_state=0).fit(points, labels)
    _draw_regions(axes[2], points, fitted)
    _draw_rows(axes[2], points, labels)
    axes[2].set_title("six labels, 194 rows without", loc="left", fontsize="small")
    return figure


def _draw_regions(ax, points, fitted):
    """Shades of the probability of the second class, and the border."""
    low, high = points.min(0) - 0.3, points.max(0) + 0.3
    x, y = np.meshgrid(np.linspace(low[0], high[0], 160), np.linspace(low[1], high[1], 160))
    shares = fitted.predict_proba(np.stack([x.ravel(), y.ravel()], axis=1))[:, 1].reshape(x.shape)
    ax.contourf(x, y, shares, levels=[0, 0.5, 1], colors=[COLOURS[0], COLOURS[1]], alpha=0.15)
    ax.contour(x, y, shares, levels=[0.5], colors="black", linewidths=1)


def _draw_rows(ax, points, labels):
    for label, colour, area in ((-1, "0.5", 8), (0, COLOURS[0], 18), (1, COLOURS[1], 18)):
        ax.scatter(*points[labels == label].T, color=colour, s=area if (labels >= 0).mean() > 0.5 or label < 0 else 70,
                   edgecolors="white", linewidths=0.4)  # fmt: skip
