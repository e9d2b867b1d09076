"""Iris in the directions that tell its clusters apart, what these tell, and a search for columns that do."""

import matplotlib.pyplot as plt
import numpy as np
from pictures._style import COLOURS

from mixtura import GaussianMixture, datasets, discriminant_directions, select_columns
from mixtura.plots import ColumnsDisplay, DirectionsDisplay


def draw():
    iris = datasets.load("iris").data
    mixture = GaussianMixture(3, random_state=0).fit(iris)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
    seen = discriminant_directions(mixture, 2).transform(iris)
    left.scatter(
        *seen.T, c=[COLOURS[label] for label in mixture.predict(iris)], s=16, edgecolors="white", linewidths=0.3
    )
    left.set_xlabel("direction 1")
    left.set_ylabel("direction 2")
    DirectionsDisplay.from_estimator(mixture, ax=middle)
    ColumnsDisplay.from_selection(select_columns(_with_noise(), n_components=[2, 3]), ax=right)
    return figure


def _with_noise():
    """Two columns that tell of two groups, one that follows them, two of noise."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 2, 300)
    noise = rng.normal(size=(300, 3))
    length, width = 4 * groups + rng.normal(size=300), 3 * groups + rng.normal(size=300)
    follows = 0.6 * length + 0.3 * width + noise[:, 0]
    return {"length": length, "width": width, "follows": follows, "noise a": noise[:, 1], "noise b": noise[:, 2]}
