"""mixtura and scikit-learn side by side, measured in one run.

    python benchmarks/compare.py                      # everything; takes most of an hour
    python benchmarks/compare.py --only iteration     # a part; may be given several times
    python benchmarks/compare.py --repeats 1          # rough, fast
    python benchmarks/compare.py --markdown > benchmarks/RESULTS.md

Close other programs first: every number is a stopwatch's. mixtura runs on two threads. scikit-learn runs twice, with
one thread for BLAS and OpenMP and with as many as it takes by itself; ratios are to the better of the two.
"""

import argparse
import warnings
from collections.abc import Callable, Iterable, Iterator

from comparison.table import Effort, Table, as_markdown, as_text

from comparison import answers, bounds, centres, fits, iteration, machine, models, precision, small, startup, threads

PARTS: dict[str, Callable[[Effort], Table]] = {
    "iteration": iteration.table,
    "threads": threads.table,
    "precision": precision.table,
    "bounds": bounds.table,
    "answers": answers.table,
    "fits": fits.table,
    "small": small.table,
    "models": models.table,
    "kmeans": centres.iteration,
    "kmeans-fits": centres.fits,
    "startup": startup.table,
}

HEAD = """\
# How fast it is

Made by `python benchmarks/compare.py --markdown > benchmarks/RESULTS.md`; run it to see what your own machine does.
Times are medians of {repeats}. mixtura runs on two threads, scikit-learn with one thread for BLAS and OpenMP ("1
thread") and with as many as it takes by itself ("its default"); ratios are to the better of the two.
"""

SMOKE = "A smoke run on few rows, once: it shows that everything runs, and times would mean nothing."


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS, help="a part")
    parser.add_argument("--repeats", type=int, default=5, help="measurements that each median is of (default 5)")
    parser.add_argument("--quick", action="store_true", help="few rows, once: does it run at all?")
    parser.add_argument("--markdown", action="store_true", help="a page instead of text")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats must be at least 1")
    warnings.simplefilter("ignore")  # fits of a few iterations have not converged, and say so
    effort = Effort(1 if arguments.quick else arguments.repeats, arguments.quick)
    for line in lines(arguments.only or PARTS, effort, as_markdown if arguments.markdown else as_text):
        print(line, flush=True)


def lines(names: Iterable[str], effort: Effort, show: Callable[[Table, Effort], Iterator[str]]) -> Iterator[str]:
    """All that is printed, as it is measured."""
    if effort.is_smoke:
        yield SMOKE
    else:
        yield HEAD.format(repeats=effort.repeats) if show is as_markdown else f"Medians of {effort.repeats}."
        yield from (f"- {line}" for line in machine.describe())
    for name in names:
        yield from show(PARTS[name](effort), effort)


if __name__ == "__main__":
    main()
