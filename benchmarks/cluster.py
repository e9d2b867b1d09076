"""Passes on a Dask cluster: what one costs beside its sums, and what a second worker is good for.

Run it with ``python benchmarks/cluster.py [--rows 4000000] [--quick]``; workers are processes of this machine with one
thread each, the scheduler runs beside the client. It prints

* what a pass over parts of two rows costs client and scheduler, for several numbers of parts, and the line through it:
  to send the parameters, to begin a task for each part, and to add up their results;
* rows a second of a pass over rows x 8, for several numbers of components, with one worker and with two;
* what a row costs, and from these constants how long passes over up to 1e11 rows would take.

Costs are seconds of a processor, which other work on the machine does not change; rows a second are by the clock, the
best of five, and mean something only where two processors have nothing else to do.
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
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

D, SIZES, PARTS = 8, (2, 8, 32), (8, 32, 128)
REPEATS = 5


def best(function: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    times = []
    for _ in range(REPEATS):
        start = clock()
        function()
        times.append(clock() - start)
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


def overhead(n_parts: int) -> float:
    """What a pass costs the process of client and scheduler, however few rows there are."""
    run, source, function = Anywhere(), mixtura.stream(rows(2 * n_parts, n_parts)), sums(SIZES[1])
    run(source, function)
    return best(lambda: run(source, function), time.process_time)


def cost_of_a_row(n_components: int, n_rows: int = 100_000) -> float:
    """What the sums of a row cost a worker."""
    source, function = ArraySource(np.random.default_rng(0).normal(size=(n_rows, D))), sums(n_components)
    Local()(source, function)
    return best(lambda: Local()(source, function), time.thread_time) / n_rows


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
                a_part, a_pass = np.polyfit(parts, [overhead(n_parts) for n_parts in parts], 1)
                print(f"a pass {1e3 * a_pass:.1f} ms, and {1e3 * a_part:.2f} ms for each part (parts: {parts})")
            seconds[number] = speeds(n_rows, 16)
    a_row = {n_components: cost_of_a_row(n_components) for n_components in SIZES}
    for n_components in SIZES:
        one, two = (n_rows / seconds[number][n_components] / 1e6 for number in (1, 2))
        told = (
            f"{n_components:3} components: a row {1e9 * a_row[n_components]:6.1f} ns; by the clock {one:6.2f} million"
        )
        print(f"{told} rows/s with one worker, {two:6.2f} with two ({two / one:.2f} times)")
    for total, n_parts, n_workers in ((1e8, 400, 2), (1e9, 4_000, 16), (1e10, 10_000, 128), (1e11, 50_000, 1024)):
        spent = [a_pass + a_part * n_parts + a_row[n_components] * total / n_workers for n_components in SIZES]
        told = ", ".join(f"{pass_:.1f} s" for pass_ in spent)
        print(f"{total:.0e} rows in {n_parts} parts, {n_workers} workers, {SIZES} components: {told} a pass")


if __name__ == "__main__":
    main()
