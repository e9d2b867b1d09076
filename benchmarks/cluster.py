"""Passes on a Dask cluster: what one costs beside its sums, and what a second worker is good for.

Run it with ``python benchmarks/cluster.py [--rows 4000000] [--quick]``; workers are processes of this machine with one
thread each. It prints

* the time of a pass over parts of one row: what it costs to send the parameters, to begin a task for each part, and to
  add up results, for several numbers of parts and of components; and the line through them;
* rows a second of a pass over rows x 8, for several numbers of components, with one worker and with two;
* what such a machine would need for a pass over up to 1e11 rows, by these numbers.

Every number is the best of five. Two workers help where there are two processors with nothing else to do.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dask.array
import numpy as np
from distributed import Client, LocalCluster

import mixtura
from mixtura import GaussianMixture
from mixtura.runners.anywhere import Anywhere

D, SIZES, PARTS = 8, (2, 8, 32), (8, 32, 128)
REPEATS = 5


def best(function: Callable[[], object], repeats: int = REPEATS) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


@contextmanager
def workers(number: int) -> Iterator[Client]:
    with (
        LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def rows(n_rows: int, n_parts: int) -> dask.array.Array:
    """Made by the workers, part by part: groups that overlap."""
    random = dask.array.random.default_rng(0)
    chunks = (-(-n_rows // n_parts), D)
    groups = random.integers(0, 4, (n_rows, 1), chunks=(chunks[0], 1))
    return random.normal(size=(n_rows, D), chunks=chunks) + 3.0 * groups


def sums(n_components: int) -> Callable[..., Any]:
    """What a pass of a fit of so many components does with a block."""
    points = np.random.default_rng(0).normal(size=(50 * n_components, D)) * 3
    fitted = GaussianMixture(n_components, init_params="random_from_data", random_state=0, max_iter=1).fit(points)
    fitted = fitted.to_fitted()
    return fitted.model.statistics(fitted.parameters)


def overheads(parts: tuple[int, ...]) -> Iterator[tuple[int, int, float]]:
    """For so many parts and components, the seconds of a pass over hardly any rows."""
    run = Anywhere()
    for n_parts in parts:
        source = mixtura.stream(rows(2 * n_parts, n_parts))
        for n_components in SIZES:
            function = sums(n_components)
            run(source, function)
            yield n_parts, n_components, best(lambda source=source, function=function: run(source, function))


def speeds(n_rows: int, n_parts: int) -> dict[int, float]:
    """By number of components, the seconds of a pass."""
    run, source = Anywhere(), mixtura.stream(rows(n_rows, n_parts))
    found = {}
    for n_components in SIZES:
        function = sums(n_components)
        run(source, function)
        found[n_components] = best(lambda function=function: run(source, function))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    arguments = parser.parse_args()
    n_rows, parts = (20_000, PARTS[:2]) if arguments.quick else (arguments.rows, PARTS)
    warnings.simplefilter("ignore")
    seconds = {}
    for number in (1, 2):
        with workers(number):
            if number == 1:
                table = list(overheads(parts))
                for n_parts, n_components, spent in table:
                    print(f"{n_parts:4} parts, {n_components:3} components: {1e3 * spent:7.1f} ms a pass", flush=True)
                counts, times = zip(*((n_parts, spent) for n_parts, _, spent in table), strict=True)
                a_part, a_pass = np.polyfit(counts, times, 1)
                print(f"a pass {1e3 * a_pass:.1f} ms, and {1e3 * a_part:.2f} ms for each part")
            seconds[number] = speeds(n_rows, 16)
    for n_components in SIZES:
        one, two = (seconds[number][n_components] for number in (1, 2))
        told = f"{n_rows} x {D}, {n_components:3} components: {n_rows / one / 1e6:6.2f} million rows/s with one worker,"
        print(f"{told} {n_rows / two / 1e6:6.2f} with two ({one / two:.2f} times)")
    print("a pass over N rows in P parts by W workers takes about:")
    for total, n_parts, n_workers in ((1e8, 400, 2), (1e9, 4_000, 16), (1e10, 10_000, 128), (1e11, 50_000, 1024)):
        a_row = (seconds[1][8] - 16 * a_part - a_pass) / n_rows
        spent = a_pass + a_part * n_parts + a_row * total / n_workers
        print(f"  N = {total:.0e}, P = {n_parts:6}, W = {n_workers:5}, 8 components: {spent:8.1f} s")


if __name__ == "__main__":
    main()
