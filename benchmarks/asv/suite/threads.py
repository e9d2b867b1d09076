"""The same fit on one thread and on two."""

import warnings

from sklearn.exceptions import ConvergenceWarning

from mixtura import GaussianMixture

from . import data


class Threads:
    """Ten iterations with full covariances."""

    params = (data.SIZES[:3], [1, 2])
    param_names = ("size", "threads")

    def setup(self, size: str, threads: int) -> None:
        self.points, self.means = data.overlapping(size)

    def time_fit(self, size: str, threads: int) -> None:
        start = data.whole_start(self.means, "full")
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            GaussianMixture(len(self.means), tol=0.0, max_iter=10, n_jobs=threads, **start).fit(self.points)
