"""What a pass over 500 000 x 4 costs with many components: all of them, and only those that can matter.

Run it with ``python benchmarks/large_k.py [--quick]``; it prints one line per covariance type, number of components
and distance between neighbouring clusters (on a grid of four dimensions, in standard deviations).

* Dense: the pass as it is without any of this, over the rows as they come. Skipping: what a fit runs, the decision
  whether to skip and the gathering of neighbours included. Processor time of one thread, the least of three passes,
  the two in turn.
* Active: the share of the components that a tile of neighbours meets, on average; 1 where the pass is the dense one.
* Order: what it takes, once for all fits on the same rows, to find out which rows are neighbours; nothing where a
  sample says that it would not pay.
* Error: the largest difference of any sum, relative to the largest number of its array.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture, MixtureParameters, Sums
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.sources.neighbours import Neighbourhoods
from mixtura.statistics import MixtureStatistics, merge_all

N, D = 500_000, 4
COMPONENTS = 64, 256, 1024
DISTANCES = {"separated": 12.0, "4 sigma": 4.0, "overlapping": 1.0}
COVARIANCES = {
    "full": lambda K: np.tile(np.eye(D), (K, 1, 1)),
    "diag": lambda K: np.ones((K, D)),
    "spherical": np.ones,
}


def clusters(K: int, distance: float, rng: np.random.Generator) -> np.ndarray:
    """Means on K points of a grid."""
    side = int(np.ceil(K ** (1 / D)))
    chosen = rng.choice(side**D, K, replace=False)
    return distance * np.stack(np.unravel_index(chosen, (side,) * D), axis=1).astype(float)


def seconds(function: Callable[[], object]) -> float:
    start = time.thread_time()
    function()
    return time.thread_time() - start


def dense(source: ArraySource, function: Sums) -> MixtureStatistics:
    return merge_all(Local().each(source, function))


def error(result: MixtureStatistics, expected: MixtureStatistics) -> float:
    pairs = zip((result.counts, *result.emission), (expected.counts, *expected.emission), strict=True)
    return max(float(abs(one - other).max() / abs(other).max()) for one, other in pairs)


def active_share(source: ArraySource, function: Sums) -> float:
    """1 where a pass reads the rows as they are."""
    arranged = source.arranged(function)
    if arranged is source:
        return 1.0
    return float(np.mean([function.active_share(block.points) for block in arranged.blocks()]))


def compare(source: ArraySource, function: Sums) -> str:
    order = seconds(lambda: source.arranged(function))
    difference = error(Local()(source, function), dense(source, function))
    times = [(seconds(lambda: dense(source, function)), seconds(lambda: Local()(source, function))) for _ in range(3)]
    all_of_them, skipping = map(min, zip(*times, strict=True))
    return (
        f"{all_of_them * 1e3:9.1f} {skipping * 1e3:12.1f} {all_of_them / skipping:6.2f}x "
        f"{active_share(source, function):7.3f} {order * 1e3:9.1f} {difference:8.0e}"
    )


def compile_all() -> None:
    """So that no line pays for it."""
    points = np.random.default_rng(0).normal(0, 1, (2000, D))
    for name, covariances in COVARIANCES.items():
        parameters = MixtureParameters(np.ones(1), GaussianParameters(np.zeros((1, D)), covariances(1)))
        function = Mixture(Gaussian(name)).statistics(parameters)
        for block in (*ArraySource(points).blocks(), *Neighbourhoods(points, None, 2000).blocks()):
            function(block)
        function.active_share(points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="64 components only: does it run at all?")
    quick = parser.parse_args().quick
    compile_all()
    print(f"{'covariance':>10} {'K':>5} {'clusters':>12} {'dense ms':>9} {'skipping ms':>12} {'ratio':>7} ", end="")
    print(f"{'active':>7} {'order ms':>9} {'error':>8}")
    for name, covariances in COVARIANCES.items():
        for K in COMPONENTS[: 1 if quick else None]:
            for layout, distance in DISTANCES.items():
                rng = np.random.default_rng(0)
                means = clusters(K, distance, rng)
                source = ArraySource(means[rng.integers(K, size=N)] + rng.normal(0, 1, (N, D)))
                parameters = MixtureParameters(np.full(K, 1 / K), GaussianParameters(means, covariances(K)))
                function = Mixture(Gaussian(name)).statistics(parameters)
                print(f"{name:>10} {K:5} {layout:>12} {compare(source, function)}", flush=True)


if __name__ == "__main__":
    main()
