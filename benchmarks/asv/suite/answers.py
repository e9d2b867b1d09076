"""What is asked of a fitted mixture, about a million rows in eight columns."""

from mixtura import GaussianMixture

from . import data


class Questions:
    """Each on two threads."""

    params = (["predict", "predict_proba", "score_samples"],)
    param_names = ("method",)

    def setup(self, method: str) -> None:
        self.points, means = data.overlapping("1000000 x 8, 16")
        start = data.whole_start(means, "full")
        self.mixture = GaussianMixture(16, tol=data.AT_ONCE, n_jobs=2, **start).fit(self.points)
        self.time_method(method)  # compiles

    def time_method(self, method: str) -> None:
        getattr(self.mixture, method)(self.points)
