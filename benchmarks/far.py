"""Fits to rows on disk: what a pass over Parquet costs, and how many passes a default fit takes.

Run it with ``python benchmarks/far.py [--rows 5000000] [--quick]``; it writes rows x 8 of eight groups that overlap to
a temporary Parquet file (64 bytes a row) and prints

* rows a second of decoding alone, of the sums of one iteration alone (blocks in memory), and of a pass that does both,
  each the best of three; and the time of a pass over the larger of the two;
* passes of a default fit: one to look at the rows, those over all rows, one for the criteria; and what further passes
  of plain EM add to its log-likelihood, in nats a row;
* the most memory that the process held, beside that of the rows.

``--rows 100000000`` takes 6.4 GB where temporary files go (TMPDIR) and, for 12 further passes, some twenty minutes.

Threads: two. Close other programs first: every number but the passes is a stopwatch's.
"""

import argparse
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from mixtura import GaussianMixture, stream
from mixtura.runners.local import Local
from mixtura.sources.streamed import StreamedSource
from mixtura.statistics import Block

D, K, THREADS = 8, 8, 2
GROUP_ROWS, FURTHER = 250_000, 12


def write(path: Path, n_rows: int) -> None:
    rng = np.random.default_rng(0)
    means, widths = rng.normal(scale=1.5, size=(K, D)), rng.uniform(0.5, 2, (K, D))
    names = [f"c{d}" for d in range(D)]
    schema = pa.schema([(name, pa.float64()) for name in names])
    with parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, n_rows, GROUP_ROWS):
            labels = rng.integers(K, size=min(GROUP_ROWS, n_rows - start))
            points = means[labels] + rng.normal(size=(len(labels), D)) * widths[labels]
            writer.write_table(pa.table(dict(zip(names, points.T, strict=True)), schema))


def best(function: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


class Repeated:
    """A few blocks in memory, over and over: as many rows as a source has, without reading them."""

    def __init__(self, source: StreamedSource) -> None:
        self.some = [block for block, _ in zip(source.blocks(), range(8), strict=False)]
        self.times = source.n_rows // sum(len(block.points) for block in self.some)

    def blocks(self) -> Iterator[Block]:
        for _ in range(self.times):
            yield from self.some


def costs_of_a_pass(source: StreamedSource, mixture: GaussianMixture) -> Iterator[str]:
    fitted, runner = mixture.to_fitted(), Local(THREADS)
    function = fitted.model.statistics(fitted.parameters)
    decode = best(lambda: sum(len(block.points) for block in source.blocks()))
    repeated = Repeated(source)
    share = source.n_rows / (repeated.times * sum(len(block.points) for block in repeated.some))
    compute = share * best(lambda: runner(repeated, function))
    both = best(lambda: runner(source, function))
    for name, seconds in (("decoding", decode), ("sums", compute), ("a pass", both)):
        yield f"{name:>10}: {source.n_rows / seconds / 1e6:7.2f} million rows/s"
    yield f"{'':>10}  a pass takes {both / max(decode, compute):.2f} times the larger of the two"


def passes(source: StreamedSource) -> tuple[GaussianMixture, str]:
    start = time.perf_counter()
    mixture = GaussianMixture(K, random_state=0, n_jobs=THREADS).fit(source)
    seconds = time.perf_counter() - start
    further = GaussianMixture(
        K, means_init=mixture.means_, weights_init=mixture.weights_, precisions_init=mixture.precisions_,
        max_iter=FURTHER, tol=0.0, n_jobs=THREADS,
    ).fit(source)  # fmt: skip
    gain = further.lower_bound_ - mixture.lower_bound_
    told = f"{1 + mixture.n_iter_ + 1} passes in {seconds:.1f} s; {FURTHER} more of plain EM add {gain:.1e} nats a row"
    return mixture, told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    arguments = parser.parse_args()
    n_rows = 50_000 if arguments.quick else arguments.rows
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        write(path, n_rows)
        source = stream(path)
        mixture, told = passes(source)
        print(f"{n_rows} x {D}, {K} components, a sample of {len(source.sample.points)} rows")
        print(told)
        for line in costs_of_a_pass(source, mixture):
            print(line, flush=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"at most {peak:.0f} MB held, for rows of {n_rows * D * 8 / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
