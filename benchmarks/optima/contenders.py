"""Who fits: scikit-learn as it comes and with care, mixtura as it comes, and R's mclust."""

import json
import subprocess
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import mixture
from threadpoolctl import threadpool_limits

from mixtura import GaussianMixture
from optima.cases import CASES, Case
from optima.judge import Solution
from optima.tables import tables_of_r

Contender = Callable[[Case, int], Solution | None]  # None where a fit failed

_COLLAPSED = "ill-defined empirical covariance"  # in the words of scikit-learn, which are ours too
_MCLUST = Path(__file__).with_name("fit.R")


def fit(estimator: Callable[..., Any], case: Case, seed: int, **options: Any) -> Solution | None:
    """A fit in one thread, timed by the processor's clock."""
    model = estimator(case.n_components, covariance_type=case.covariance_type, random_state=seed, **options)
    points = np.ascontiguousarray(case.points)
    with threadpool_limits(1):
        begin = time.process_time()
        try:
            model.fit(points)
        except ValueError as error:
            if _COLLAPSED in str(error):
                return None
            raise
        taken = time.process_time() - begin
    return Solution(model.weights_, model.means_, matrices(model), 1e3 * taken)


def matrices(model: Any) -> np.ndarray:
    """The covariances of an estimator as an array of shape (K, D, D)."""
    (K, D), covariances = model.means_.shape, model.covariances_
    if model.covariance_type == "tied":
        return np.repeat(covariances[None], K, axis=0)
    if model.covariance_type == "full":
        return covariances
    return np.reshape(covariances, (K, -1, 1)) * np.eye(D)


@cache
def _mclust(name: str) -> Solution | None:
    """R's mclust knows no seeds: it begins at a tree."""
    case = CASES[name]
    asked = {"rows": case.points.tolist(), "type": case.covariance_type, "K": case.n_components}
    command = ["Rscript", "--vanilla", str(_MCLUST)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    if not found:
        return None
    K, D = asked["K"], case.points.shape[1]
    arrays = (np.array(found[field], dtype=float) for field in ("weights", "means", "covariances"))
    shapes = ((K,), (K, D), (K, D, D))
    solved = (array.reshape(shape) for array, shape in zip(arrays, shapes, strict=True))
    return Solution(*solved, found["milliseconds"])


def peers() -> dict[str, Contender]:
    """Those who are there."""
    return {
        "scikit-learn, default": partial(fit, mixture.GaussianMixture),
        "scikit-learn, n_init=10, tol=1e-7": partial(fit, mixture.GaussianMixture, n_init=10, tol=1e-7, max_iter=1000),
        **({"mclust": lambda case, seed: _mclust(case.name)} if "banknote" in tables_of_r() else {}),
    }


OURS: dict[str, Contender] = {"mixtura, default": partial(fit, GaussianMixture)}
