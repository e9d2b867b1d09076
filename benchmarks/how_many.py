"""How often variational Bayes finds the true number of separated groups, beside scikit-learn's.

Run it with ``python benchmarks/how_many.py [--seeds 20] [--few] [--quick]``; it prints a table in Markdown. Groups are
Gaussian with random covariances and shares; the centres of any two are at least five times the largest standard
deviation apart. The number of scikit-learn is that of the components that some row is put into.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import sklearn.mixture

from mixtura import BayesianGaussianMixture

CASES = ((1, 2, 200), (3, 2, 300), (5, 2, 500), (7, 2, 700), (12, 2, 1200), (4, 5, 500), (6, 8, 900), (9, 4, 900))
FEW = (
    (1, 10, 60),
    (3, 5, 60),
    (3, 10, 60),
    (3, 10, 150),
    (3, 20, 100),
    (3, 20, 400),
    (3, 20, 1000),
)
APART = 5.0


def groups(n_groups: int, n_columns: int, n_rows: int, seed: int) -> np.ndarray:
    """Rows of groups of 20 or more, in a box that is as small as their distances let it be."""
    rng = np.random.default_rng(seed)
    counts = 20 + rng.multinomial(n_rows - 20 * n_groups, rng.dirichlet(np.full(n_groups, 5.0)))
    return np.concatenate([
        centre + rng.standard_normal((count, n_columns)) @ _root(n_columns, rng).T
        for centre, count in zip(_centres(n_groups, n_columns, rng), counts, strict=True)
    ])  # fmt: skip


def _root(n_columns: int, rng: np.random.Generator) -> np.ndarray:
    axes = np.linalg.qr(rng.standard_normal((n_columns, n_columns)))[0]
    return axes * rng.uniform(0.5, 1.0, n_columns)


def _centres(n_groups: int, n_columns: int, rng: np.random.Generator) -> list[np.ndarray]:
    centres: list[np.ndarray] = []
    side = 1.3 * APART * n_groups ** (1 / n_columns)
    while len(centres) < n_groups:
        centre = rng.uniform(0, side, n_columns)
        if all(np.linalg.norm(centre - other) > APART for other in centres):
            centres.append(centre)
        side *= 1.01
    return centres


def found_here(points: np.ndarray, seed: int, n_start: int) -> int:
    fit = BayesianGaussianMixture(n_components="auto", start_components=n_start, random_state=seed).fit(points)
    return int(fit.n_components_)


def found_along_axes(points: np.ndarray, seed: int) -> int:
    fit = BayesianGaussianMixture(n_components="auto", covariance_type="diag", random_state=seed).fit(points)
    return int(fit.n_components_)


def found_under_a_prior_along_axes(points: np.ndarray, seed: int) -> int:
    """A twentieth of the table's variances, and none of its correlations."""
    scale = np.diag(points.var(0)) * points.shape[1] / 20
    fit = BayesianGaussianMixture(n_components="auto", covariance_prior=scale, random_state=seed).fit(points)
    return int(fit.n_components_)


def found_there(points: np.ndarray, seed: int, prior: str, concentration: float | None) -> int:
    theirs = sklearn.mixture.BayesianGaussianMixture(
        n_components=min(30, len(points)), weight_concentration_prior_type=prior,
        weight_concentration_prior=concentration, max_iter=1000, random_state=seed,
    )  # fmt: skip
    return len(np.unique(theirs.fit(points).predict(points)))


WAYS: dict[str, Callable[[np.ndarray, int], int]] = {
    "mixtura, begun with 1": partial(found_here, n_start=1),
    "mixtura, begun with 30": partial(found_here, n_start=30),
    "scikit-learn, process": partial(found_there, prior="dirichlet_process", concentration=None),
    "scikit-learn, Dirichlet": partial(found_there, prior="dirichlet_distribution", concentration=None),
    "scikit-learn, Dirichlet, 1e-3": partial(found_there, prior="dirichlet_distribution", concentration=1e-3),
}
WAYS_FEW = {
    "mixtura": WAYS["mixtura, begun with 1"],
    "mixtura, prior along the axes": found_under_a_prior_along_axes,
    "mixtura, diag": found_along_axes,
    "scikit-learn, process": WAYS["scikit-learn, process"],
}


def lines(
    cases: tuple[tuple[int, int, int], ...], n_seeds: int, ways: dict[str, Callable[[np.ndarray, int], int]]
) -> Iterator[str]:
    """One row a case: how many of the seeds gave the true number, and the seconds of a fit over all cases."""
    yield f"| groups, columns, rows | {' | '.join(ways)} |"
    yield f"| --- |{' ---: |' * len(ways)}"
    spent, right = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    for case in cases:
        numbers: dict[str, list[int]] = {name: [] for name in ways}
        for seed in range(n_seeds):
            points = groups(*case, seed)
            for name, way in ways.items():
                begun = time.process_time()
                numbers[name].append(way(points, seed))
                spent[name] += time.process_time() - begun
        for name, found in numbers.items():
            right[name] += sum(number == case[0] for number in found)
        cells = [f"{sum(n == case[0] for n in found)} ({min(found)}–{max(found)})" for found in numbers.values()]
        yield f"| {', '.join(map(str, case))} | {' | '.join(cells)} |"
    total = n_seeds * len(cases)
    yield f"| all | {' | '.join(f'{count / total:.0%}' for count in right.values())} |"
    yield f"| seconds a fit | {' | '.join(f'{seconds / total:.2f}' for seconds in spent.values())} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="two cases, one seed: does it run at all?")
    parser.add_argument("--few", action="store_true", help="few rows in many columns")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    cases, ways = (FEW, WAYS_FEW) if arguments.few else (CASES, WAYS)
    for line in lines(cases[:2], 1, ways) if arguments.quick else lines(cases, arguments.seeds, ways):
        print(line, flush=True)


if __name__ == "__main__":
    main()
