"""What one EM iteration costs, beside scikit-learn's in the same run.

Run it with ``python benchmarks/iteration.py [--quick]``; it prints one line per size and covariance type.

* Ours: the E-step and the sums of the M-step over all rows, in blocks on two threads; the M-step's few small matrices
  are left out. The median of five passes after one that warms up.
* scikit-learn's: two fits from the same start (weights, means, precisions given), one of 1 and one of 3 iterations,
  with ``tol=0``; half of the difference of their times, the median of three such pairs. Whatever a fit does besides
  iterating cancels.
* Share of the ceiling: useful operations a second, a multiplication and an addition for each entry of a triangle to
  whiten and as many for its scatter (full), or for each feature (diag, spherical), over what the machine can do:
  --ceiling in billions a second and core, about 125 where this was written.
* Extra memory: the largest resident size during our passes less the size before them, data and weights in place
  (Linux only).
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.mixture import GaussianMixture

from mixtura import _kernels as kernels
from mixtura._kernels.densities import Diagonal, Full, Spherical

SIZES = [(1_000_000, 2, 4), (1_000_000, 8, 16), (200_000, 32, 32), (50_000, 128, 16)]
THREADS = 2
STATUS = Path("/proc/self/status")


class Case(NamedTuple):
    points: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    mixing: np.ndarray


def case(N: int, D: int, K: int) -> Case:
    """Overlapping groups, so that every component takes part in every row."""
    rng = np.random.default_rng(0)
    means = rng.normal(0, 1.5, (K, D))
    points = means[rng.integers(K, size=N)] + rng.normal(0, 1, (N, D))
    return Case(points, np.ones(N), means, np.full(K, 1 / K))


def densities(means: np.ndarray) -> dict[str, Full | Diagonal | Spherical]:
    """Unit covariances, said in three ways."""
    K, D = means.shape
    zeros = np.zeros(K)
    return {
        "full": Full(means, np.tile(np.eye(D), (K, 1, 1)), zeros),
        "diag": Diagonal(means, np.ones((K, D)), zeros),
        "spherical": Spherical(means, np.ones(K), zeros),
    }


def one_pass(data: Case, density: Full | Diagonal | Spherical, pool: ThreadPoolExecutor) -> float:
    """The log-likelihood, after all other sums: this is the line to change when the estimator is to be measured."""
    rows = min(16_384, len(data.points) // (4 * THREADS))
    cuts = [slice(start, start + rows) for start in range(0, len(data.points), rows)]
    log_weights = np.log(data.mixing)
    results = pool.map(lambda cut: kernels.collect(data.points[cut], data.weights[cut], log_weights, density), cuts)
    return sum(log_likelihood for _, _, log_likelihood in results)


def useful_operations(data: Case, covariance_type: str) -> int:
    """N K 2 D (D + 1) with full covariances: a triangle has D (D + 1) / 2 entries. N K 4 D where axes are apart."""
    N, D = data.points.shape
    return N * len(data.means) * (2 * D * (D + 1) if covariance_type == "full" else 4 * D)


def median_seconds(function: Callable[[], object], repeats: int) -> float:
    function()
    return statistics.median(seconds(function) for _ in range(repeats))


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def theirs(data: Case, covariance_type: str, repeats: int) -> float:
    """Seconds of one of scikit-learn's iterations."""
    K, D = data.means.shape
    precisions = {"full": np.tile(np.eye(D), (K, 1, 1)), "diag": np.ones((K, D)), "spherical": np.ones(K)}
    start = {"weights_init": data.mixing, "means_init": data.means, "precisions_init": precisions[covariance_type]}

    def fit(n_iterations: int) -> None:
        model = GaussianMixture(K, covariance_type=covariance_type, max_iter=n_iterations, tol=0, **start)
        model.fit(data.points)

    pairs = [seconds(lambda: fit(3)) - seconds(lambda: fit(1)) for _ in range(repeats)]
    return statistics.median(pairs) / 2


def extra_megabytes(function: Callable[[], object]) -> float:
    function()
    if not STATUS.exists():
        return float("nan")
    (STATUS.parent / "clear_refs").write_text("5")  # forget the largest size so far
    before = _megabytes("VmRSS")
    function()
    return _megabytes("VmHWM") - before


def _megabytes(field: str) -> float:
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows, one repeat: does it run at all?")
    parser.add_argument("--ceiling", type=float, default=125, help="billions of operations a second and core")
    arguments = parser.parse_args()
    quick, ceiling = arguments.quick, arguments.ceiling * 1e9 * THREADS
    warnings.simplefilter("ignore")  # fits of three iterations have not converged, and say so
    ours_heading = f"{'N x D, K':>20} {'covariance':>10} {'ours ms':>9} {'of ceiling':>10}"
    print(f"{ours_heading} {'sklearn ms':>11} {'ratio':>6} {'extra MB':>9}")
    with ThreadPoolExecutor(THREADS) as pool:
        for N, D, K in SIZES:
            data = case(N // 100 if quick else N, D, K)
            for name, density in densities(data.means).items():
                ours = partial(one_pass, data, density, pool)
                own, extra = median_seconds(ours, 1 if quick else 5), extra_megabytes(ours)
                other = theirs(data, name, 1 if quick else 3)
                size = f"{len(data.points)} x {D}, {K}"
                share = useful_operations(data, name) / own / ceiling
                ours_said = f"{size:>20} {name:>10} {own * 1e3:9.1f} {share:10.0%}"
                print(f"{ours_said} {other * 1e3:11.0f} {other / own:5.0f}x {extra:9.1f}")


if __name__ == "__main__":
    main()
