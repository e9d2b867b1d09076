"""With `max_iter=0` the attributes are those of the start, for every mixture alike."""

import warnings

import numpy as np
import pytest

from mixtura import (
    BayesianGaussianMixture,
    GaussianMixture,
    LatentClassMixture,
    MixedMixture,
    SemiSupervisedMixture,
    StudentMixture,
    TrimmedMixture,
)

RNG = np.random.default_rng(0)
ROWS = np.concatenate([RNG.normal(0, 1, (60, 2)), RNG.normal(6, 1, (40, 2))])
ANSWERS = RNG.integers(0, 3, (100, 3)).astype(str)
NUMBERS = GaussianMixture, BayesianGaussianMixture, StudentMixture, TrimmedMixture, SemiSupervisedMixture
CASES = {kind.__name__: (kind, ROWS) for kind in NUMBERS} | {
    "MixedMixture": (MixedMixture, ROWS),
    "LatentClassMixture": (LatentClassMixture, ANSWERS),
}


@pytest.mark.parametrize("name", CASES)
def test_a_start_is_a_mixture_that_has_taken_no_step(name):
    kind, rows = CASES[name]
    more = (np.where(np.arange(100) % 10 == 0, np.arange(100) // 60, -1),) if kind is SemiSupervisedMixture else ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = kind(n_components=2, max_iter=0, random_state=0).fit(rows, *more)
    assert found.n_iter_ == 0 and not found.converged_ and found.lower_bound_ == -np.inf
    assert np.isfinite(found.score_samples(rows)).all()
    assert sum(found.weights_) == pytest.approx(1)
