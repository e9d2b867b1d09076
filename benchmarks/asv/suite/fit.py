"""Whole fits: small ones, where what a call costs shows, and large ones."""

import numpy as np

from mixtura import GaussianMixture, KMeans, datasets, select

from . import data


class Small:
    """272 × 2 rows, two components."""

    def setup(self) -> None:
        self.points = np.ascontiguousarray(datasets.load("faithful").data, dtype=np.float64)
        self.time_default()  # compiles

    def time_default(self) -> None:
        GaussianMixture(2, random_state=0).fit(self.points)

    def time_one_start(self) -> None:
        GaussianMixture(2, init_params="kmeans", random_state=0).fit(self.points)

    def time_kmeans(self) -> None:
        KMeans(2, random_state=0).fit(self.points)

    def time_select(self) -> None:
        select(self.points, n_components=range(1, 4))


class Large:
    """A million rows in eight columns, default fits on two threads."""

    timeout = 300

    def setup(self) -> None:
        self.points, _ = data.overlapping("1000000 x 8, 16")

    def time_mixture(self) -> None:
        GaussianMixture(16, random_state=0, n_jobs=2).fit(self.points)

    def time_kmeans(self) -> None:
        KMeans(16, random_state=0, n_jobs=2).fit(self.points)
