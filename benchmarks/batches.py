"""What learning batch by batch is worth: its log-likelihood beside that of a fit to all rows, pass after pass.

Run it with ``python benchmarks/batches.py [--seeds 5] [--quick]``; it prints a table in Markdown. Rows are of five
Gaussian groups in three columns, whose centres are drawn `spread` standard deviations from the middle; both ways begin
with the fit of the first batch, so that nothing but the way of going on differs.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from mixtura import GaussianMixture, Schedule

GROUPS, COLUMNS = 5, 3
PASSES = (1, 2, 5, 10)


def rows(number: int, spread: float, seed: int) -> np.ndarray:
    """Rows of groups of different sizes and widths, in random order."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=spread, size=(GROUPS, COLUMNS))
    labels = rng.choice(GROUPS, number, p=rng.dirichlet(np.full(GROUPS, 5.0)))
    return centres[labels] + rng.standard_normal((number, COLUMNS)) * rng.uniform(0.5, 2, (GROUPS, COLUMNS))[labels]


def missing(points: np.ndarray, batch: int, schedule: Schedule) -> list[float]:
    """Nats a row that are missing to EM on all rows, after so many passes as `PASSES` says."""
    parts = np.split(points, range(batch, len(points), batch))
    online = GaussianMixture(GROUPS, random_state=0, schedule=schedule, order="none").partial_fit(parts[0])
    whole = GaussianMixture(
        GROUPS, weights_init=online.weights_, means_init=online.means_, precisions_init=online.precisions_
    )
    top, found = whole.fit(points).score(points), []
    for number in range(max(PASSES)):
        for part in parts[1:] if number == 0 else parts:
            online.partial_fit(part)
        if number + 1 in PASSES:
            found.append(float(top - online.score(points)))
    return found


def lines(n_rows: int, n_seeds: int) -> Iterator[str]:
    """The table: medians over the seeds, in thousandths of a nat a row."""
    yield f"| batches of | centres spread by | schedule | {' | '.join(f'{n} pass' for n in PASSES)} |"
    yield f"| ---: | ---: | --- | {' | '.join('---:' for _ in PASSES)} |"
    for batch in (n_rows // 100, n_rows // 20):
        for spread in (1.5, 4.0):
            for schedule in (Schedule(), Schedule(power=1)):
                found = [missing(rows(n_rows, spread, seed), batch, schedule) for seed in range(n_seeds)]
                cells = " | ".join(f"{1000 * value:.2f}" for value in np.median(found, axis=0))
                yield f"| {batch} | {spread:g} | power={schedule.power:g} | {cells} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="data sets of each kind")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one seed")
    args = parser.parse_args()
    for line in lines(2000 if args.quick else 20_000, 1 if args.quick else args.seeds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
