"""Latent classes: whole fits by mixtura and, where it is installed, by StepMix, in the same run.

Run it with ``python benchmarks/latent_classes.py [--quick]``; it prints one line per table and number of classes.

* Tables: answers of three levels drawn from five classes, one in ten of them missing, from a fixed seed.
* Seconds: processor time of a whole fit, each library with its usual way to look for the best optimum: mixtura's race
  and kicks, StepMix with ten random starts of at most 1000 iterations each.
* Log-likelihood: where each of them ended, in nats, and how much higher mixtura is.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from mixtura import LatentClassMixture

TABLES = (500, 6), (2_000, 10), (10_000, 12)
CLASSES = 2, 3, 5
N_STARTS = 10


def answers(n_rows: int, n_columns: int) -> np.ndarray:
    """Rows of five classes; NaN where there is no answer."""
    rng = np.random.default_rng(0)
    below = rng.dirichlet(np.full(3, 0.7), size=(5, n_columns)).cumsum(2)[:, :, :-1]
    drawn = rng.uniform(size=(n_rows, n_columns, 1)) > below[rng.integers(0, 5, n_rows)]
    return np.where(rng.uniform(size=(n_rows, n_columns)) < 0.1, np.nan, drawn.sum(2))


def ours(table: np.ndarray, n_classes: int) -> float:
    return float(LatentClassMixture(n_classes, random_state=0).fit(table).log_likelihood_)


def theirs(table: np.ndarray, n_classes: int) -> float:
    from stepmix.stepmix import StepMix

    options = {"n_init": N_STARTS, "max_iter": 1000, "random_state": 0, "verbose": 0, "progress_bar": 0}
    return float(StepMix(n_classes, measurement="categorical_nan", **options).fit(table).score(table) * len(table))


def measured(fit: Callable[[np.ndarray, int], float], table: np.ndarray, n_classes: int) -> tuple[float, float]:
    """Seconds, and the log-likelihood."""
    start = time.process_time()
    found = fit(table, n_classes)
    return time.process_time() - start, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the smallest table only: does it run at all?")
    tables, classes = (TABLES[:1], CLASSES[:1]) if parser.parse_args().quick else (TABLES, CLASSES)
    warnings.simplefilter("ignore")  # fits that end at `max_iter` say so
    has_peer = find_spec("stepmix") is not None
    print(f"{'rows x columns, K':>20}{'seconds':>10}{'StepMix':>10}{'ratio':>8}{'log-likelihood':>17}{'higher by':>11}")
    for shape in tables:
        for n_classes in classes:
            table = answers(*shape)
            seconds, found = measured(ours, table, n_classes)
            line = f"{shape[0]:>11,} x {shape[1]}, {n_classes}{seconds:>10.2f}"
            if not has_peer:
                print(f"{line}{'–':>10}{'–':>8}{found:>17.3f}{'–':>11}")
                continue
            other, reached = measured(theirs, table, n_classes)
            print(f"{line}{other:>10.2f}{other / seconds:>7.1f}×{found:>17.3f}{found - reached:>11.3f}")


if __name__ == "__main__":
    main()
