"""What heavy tails cost: an iteration of Student components beside one of Gaussian ones.

Run it with ``python benchmarks/heavy_tails.py [--quick]``. For each size and covariance type it prints the processor
time of the sums of one iteration in milliseconds, the least of seven in turn, one thread; then that of default fits to
Old Faithful, two components, by what is known of the degrees of freedom, the least of three.

The peer is the same iteration as scikit-learn makes it of Gaussians: the difference of fits of two and of seven steps.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn import mixture
from sklearn.exceptions import ConvergenceWarning

from mixtura import GaussianMixture, StudentMixture, datasets
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.student import Student, StudentParameters
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import Block

SIZES = (1_000_000, 8, 16), (1_000_000, 2, 4), (200_000, 32, 32)
BLOCK_ROWS = 16_384  # as runners take them
FEW, MANY = 2, 7


def seconds(function: Callable[[], object]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def least(functions: list[Callable[[], object]], times: int) -> list[float]:
    """Of each, in milliseconds, taken in turn after one that does not count."""
    rounds = [list(map(seconds, functions)) for _ in range(times + 1)][1:]
    return [1e3 * min(column) for column in zip(*rounds, strict=True)]


def over_blocks(function: Callable[[Block], object], points: np.ndarray) -> None:
    for start in range(0, len(points), BLOCK_ROWS):
        rows = points[start : start + BLOCK_ROWS]
        function(Block(rows, np.ones(len(rows))))


def peer(points: np.ndarray, means: np.ndarray, covariance: str, n_steps: int) -> None:
    K = len(means)
    mixture.GaussianMixture(
        K, covariance_type=covariance, max_iter=n_steps, tol=0, means_init=means, init_params="random_from_data",
        random_state=0,
    ).fit(points)  # fmt: skip


def iterations(N: int, D: int, K: int) -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(0, 3, (K, D))
    points = means[rng.integers(K, size=N)] + rng.normal(size=(N, D))
    matrices, weights = np.tile(np.eye(D), (K, 1, 1)), np.full(K, 1 / K)
    kinds = {"full": matrices, "tied": matrices, "diag": np.ones((K, D)), "spherical": np.ones(K)}
    for name, covariances in kinds.items():
        gaussian = MixtureParameters(weights, GaussianParameters(means, covariances))
        student = MixtureParameters(weights, StudentParameters(means, covariances, np.full(K, 7.0)))
        sums = Mixture(Gaussian(name)).statistics(gaussian), Mixture(Student(name)).statistics(student)
        own, tails = least([partial(over_blocks, function, points) for function in sums], 7)
        few, many = least([partial(peer, points, means, name, n) for n in (FEW, MANY)], 1)
        other = (many - few) / (MANY - FEW)
        print(f"{N:9d} {D:3d} {K:3d} {name:>10} {own:9.1f} {tails:9.1f} {tails / own:6.2f} {other:13.1f}", flush=True)


def fits() -> None:
    rows = datasets.load("faithful").data
    ways = {"Gaussian": GaussianMixture(2, random_state=0)}
    ways |= {f"Student, dof={dof}": StudentMixture(2, dof=dof, random_state=0) for dof in (4, "shared", "free")}
    for name, taken in zip(ways, least([partial(way.fit, rows) for way in ways.values()], 3), strict=True):
        print(f"{name:>20} {taken:9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore", ConvergenceWarning)
    print("     rows  columns, K covariance  Gaussian   Student  ratio  scikit-learn (Gaussian)")
    for N, D, K in SIZES:
        iterations(N // 100 if quick else N, D, K)
    print("\ndefault fits to Old Faithful, ms")
    fits()


if __name__ == "__main__":
    main()
