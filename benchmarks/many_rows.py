"""Whether default fits to many rows end in the best optimum, and after how long, beside scikit-learn's.

Run it with ``python benchmarks/many_rows.py [--tables 6] [--rows 400000] [--quick]``; it prints a table in Markdown.
Rows are drawn around centres at random; `spread` is how far centres lie apart, in standard deviations of a group. The
best optimum known is the higher of the best found and of where EM ends that begins at the true centres. Counted are
fits lower by less than 1e-5 nats a row. Seconds are of the processor, medians.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.mixture import GaussianMixture as Theirs

from mixtura import GaussianMixture

CASES = ((8, 16, 4.0), (8, 16, 1.5), (2, 30, 10.0), (2, 4, 4.0))  # columns, groups, spread
NEAR = 1e-5


class Ended(NamedTuple):
    """Mean log-likelihood of a row, iterations, seconds."""

    height: float
    n_iterations: int
    seconds: float


def rows(n_rows: int, case: tuple[int, int, float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A table, and the centres of its groups."""
    rng = np.random.default_rng(seed)
    n_columns, n_groups, spread = case
    centres = rng.normal(0, spread, (n_groups, n_columns))
    return centres[rng.integers(n_groups, size=n_rows)] + rng.normal(size=(n_rows, n_columns)), centres


def clock(estimator: Any, points: np.ndarray) -> Ended:
    """Fit it."""
    begun = time.process_time()
    fit = estimator.fit(points)
    return Ended(float(fit.lower_bound_), int(fit.n_iter_), time.process_time() - begun)


def lines(n_rows: int, n_tables: int, cases: tuple[tuple[int, int, float], ...] = CASES) -> Iterator[str]:
    """One row a case."""
    yield "| rows × columns, K | spread | mixtura | iterations | seconds | scikit-learn | iterations | seconds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for case in cases:
        n_columns, K, spread = case
        ours, theirs, best = [], [], []
        for seed in range(n_tables):
            points, centres = rows(n_rows, case, seed)
            truth = clock(GaussianMixture(K, means_init=centres), points)
            ours.append(clock(GaussianMixture(K, random_state=seed), points))
            theirs.append(clock(Theirs(K, random_state=seed), points))
            best.append(max(truth.height, ours[-1].height, theirs[-1].height))
        told = [_told(ended, best) for ended in (ours, theirs)]
        yield f"| {n_rows:_} × {n_columns}, {K} | {spread:g} | ".replace("_", " ") + " | ".join(told) + " |"


def _told(ended: list[Ended], best: list[float]) -> str:
    there = sum(one.height > most - NEAR for one, most in zip(ended, best, strict=True))
    iterations, seconds = (statistics.median(numbers) for numbers in list(zip(*ended, strict=True))[1:])
    return f"{there} of {len(ended)} | {iterations:.0f} | {seconds:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=6)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--quick", action="store_true", help="few rows, one table: does it run at all?")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    n_rows, n_tables = (2000, 1) if arguments.quick else (arguments.rows, arguments.tables)
    for line in lines(n_rows, n_tables, CASES[-1:] if arguments.quick else CASES):
        print(line)


if __name__ == "__main__":
    main()
