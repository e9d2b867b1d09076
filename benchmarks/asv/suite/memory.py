"""What a fit and a question need at most, the data included."""

from mixtura import GaussianMixture

from . import data


class Memory:
    """Two iterations and one answer on two threads."""

    params = (data.SIZES,)
    param_names = ("size",)

    def setup(self, size: str) -> None:
        self.points, self.means = data.overlapping(size)

    def peakmem_data(self, size: str) -> None:
        """What is there before anything is done: to be taken off the others."""

    def peakmem_fit(self, size: str) -> None:
        self._fit()

    def peakmem_predict(self, size: str) -> None:
        self._fit().predict(self.points)

    def _fit(self) -> GaussianMixture:
        start = data.whole_start(self.means, "full")
        return GaussianMixture(len(self.means), tol=data.AT_ONCE, n_jobs=2, **start).fit(self.points)
