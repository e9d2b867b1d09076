"""What a twentieth of gross outliers does to a mixture, by the kind of its components.

Run it with ``python benchmarks/outliers.py [--quick]``. Two Gaussian groups of 1200 and 800 rows in two columns, six
standard deviations apart; then one row in twenty is replaced by one drawn evenly from a square of so many standard
deviations to each side. Every way is a default fit of two components (or three, where the third may take the outliers):

* weights: the largest error of the mixing weight of a group, as a share of the truth; where there are three components,
  of the two that lie nearest to the groups.
* means: the largest error of a coordinate of a mean, in standard deviations.
* shapes: the largest error of an entry of a covariance or scale matrix, each made of volume one.

Medians over the simulations.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from mixtura import GaussianMixture, StudentMixture

N = 2000
WEIGHTS = np.array([0.6, 0.4])
MEANS = np.array([[0.0, 0.0], [6.0, 0.0]])
COVARIANCES = np.array([[[1.0, 0.6], [0.6, 1.0]], [[1.0, -0.7], [-0.7, 2.0]]])
WAYS: dict[str, Callable[[int], Any]] = {
    "Gaussian, 2": lambda seed: GaussianMixture(2, random_state=seed),
    "Gaussian, 3": lambda seed: GaussianMixture(3, random_state=seed),
    "Student, 2": lambda seed: StudentMixture(2, random_state=seed),
    "Student, 2, dof=4": lambda seed: StudentMixture(2, dof=4, random_state=seed),
}


def draw(reach: float, rng: np.random.Generator) -> np.ndarray:
    counts = (N * WEIGHTS).astype(int)
    rows = np.concatenate([
        rng.multivariate_normal(mean, covariance, count)
        for mean, covariance, count in zip(MEANS, COVARIANCES, counts, strict=True)
    ])  # fmt: skip
    bad = rng.choice(N, N // 20, replace=False)
    rows[bad] = rng.uniform(-reach, reach, (len(bad), 2))
    return rng.permutation(rows)


def shapes(matrices: np.ndarray) -> np.ndarray:
    return matrices / np.sqrt(np.linalg.det(matrices))[:, None, None]


def errors(found: Any) -> tuple[float, float, float]:
    nearest = ((found.means_ - MEANS[:, None]) ** 2).sum(2).argmin(1)
    weights = found.weights_[nearest] / WEIGHTS - 1
    means = (found.means_[nearest] - MEANS) / np.sqrt(np.einsum("kdd->kd", COVARIANCES))
    own = shapes(found.covariances_[nearest]) - shapes(COVARIANCES)
    return np.abs(weights).max(), np.abs(means).max(), np.abs(own).max()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one simulation: does it run at all?")
    n_simulations = 1 if parser.parse_args().quick else 12
    print(f"{'outliers within':>16} {'components':>18} {'weights':>8} {'means':>8} {'shapes':>8}")
    for reach in (20.0, 100.0, 1000.0):
        for name, make in WAYS.items():
            tables = ((seed, draw(reach, np.random.default_rng(seed))) for seed in range(n_simulations))
            told = [errors(make(seed).fit(rows)) for seed, rows in tables]
            weights, means, own = np.median(told, axis=0)
            print(f"{reach:16.0f} {name:>18} {weights:8.1%} {means:8.3f} {own:8.3f}", flush=True)


if __name__ == "__main__":
    main()
