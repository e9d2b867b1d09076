"""What a choice among mclust's fourteen models and one to nine groups takes, beside R's `Mclust(data, G=1:9)`.

Run it with ``python benchmarks/mclust_choice.py [--repeats 3] [--quick]``, where `Rscript` finds the package mclust; it
prints a table in Markdown. Seconds are of the processor, the fewest of some repeats in the same run; the data are
those of mclust and R. BIC is scikit-learn's, smaller is better.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mixtura import Options, select
from mixtura.covariance import FOURTEEN

QUICK = ("faithful", "acidity")
SCRIPT = r"""
suppressMessages(library(mclust))
arguments <- commandArgs(TRUE)
folder <- arguments[1]; repeats <- as.integer(arguments[2]); wanted <- arguments[-(1:2)]
for (name in c("diabetes", "thyroid", "banknote", "acidity", "EuroUnemployment", "cross", "wreath", "chevron"))
  data(list = name, package = "mclust")
data(Baudry_etal_2010_JCGS_examples, package = "mclust")
sets <- list(iris = iris[, 1:4], faithful = faithful, diabetes = diabetes[, -1], thyroid = thyroid[, -1],
             banknote = banknote[, -1], cross = cross[, -1], Baudry_4.1 = ex4.1, wreath = wreath,
             chevron = chevron[, -1], EuroUnemployment = EuroUnemployment, acidity = acidity,
             galaxies = MASS::galaxies / 1000, precip = precip)
for (name in if (length(wanted)) wanted else names(sets)) {
  x <- as.matrix(sets[[name]])
  write.table(x, file.path(folder, paste0(name, ".csv")), sep = ",", row.names = FALSE, col.names = FALSE)
  seconds <- Inf
  for (i in seq_len(repeats)) {
    gc()
    seconds <- min(seconds, sum(system.time(found <- Mclust(x, G = 1:9, verbose = FALSE))[1:2]))
  }
  cat(sprintf('{"name": "%s", "seconds": %.9g, "model": "%s", "n_groups": %d, "bic": %.9g}\n',
              name, seconds, found$modelName, found$G, -found$bic))
}
"""


class Theirs(NamedTuple):
    """What mclust made of a table."""

    name: str
    seconds: float
    model: str
    n_groups: int
    bic: float


class Ours(NamedTuple):
    """What mixtura made of it, and how many of the fits were searched."""

    seconds: float
    model: str
    n_groups: int
    bic: float
    n_searched: int


def has_mclust() -> bool:
    """Whether R is there, and mclust in it."""
    if shutil.which("Rscript") is None:
        return False
    ask = "quit(status = !requireNamespace('mclust', quietly = TRUE))"
    return subprocess.run(["Rscript", "-e", ask], check=False, capture_output=True).returncode == 0


def choose_there(folder: Path, n_repeats: int, names: Sequence[str]) -> list[Theirs]:
    """Let R choose; each table is a file in the folder afterwards."""
    script = folder / "choose.R"
    script.write_text(SCRIPT)
    command = ["Rscript", str(script), str(folder), str(n_repeats), *names]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Theirs(**json.loads(line)) for line in told.splitlines()]


def choose_here(points: np.ndarray, n_repeats: int) -> Ours:
    """The same models and numbers, in the units of the data."""
    models = FOURTEEN if points.shape[1] > 1 else ("E", "V")
    seconds = math.inf
    for _ in range(n_repeats + 1):  # in the first one, kernels may have to be compiled
        begun = time.process_time()
        found = select(points, n_components=range(1, 10), covariances=models, options=Options(scale="none"))
        seconds = min(seconds, time.process_time() - begun)
    best = found.best
    n_searched = sum(candidate.is_searched for candidate in found.candidates)
    return Ours(seconds, best.setting.covariance, best.setting.n_components, best.criteria["bic"], n_searched)


def lines(cases: Sequence[tuple[Theirs, tuple[int, int], Ours]]) -> Iterator[str]:
    """One row a table, and the geometric mean of the ratios."""
    yield "| data | rows × columns | mclust ms | mixtura ms | ratio | mclust | mixtura | BIC less by | searched |"
    yield "| --- | ---: | ---: | ---: | ---: | --- | --- | ---: | ---: |"
    for theirs, (n_rows, n_columns), ours in cases:
        ratio, gain = theirs.seconds / ours.seconds, theirs.bic - ours.bic
        yield (
            f"| {theirs.name} | {n_rows} × {n_columns} | {1e3 * theirs.seconds:.0f} | {1e3 * ours.seconds:.0f} | "
            f"{ratio:.1f}× | {theirs.model}, {theirs.n_groups} | {ours.model}, {ours.n_groups} | {gain:.2f} | "
            f"{ours.n_searched} |"
        )
    ratios = [math.log(theirs.seconds / ours.seconds) for theirs, _, ours in cases]
    yield f"| geometric mean | | | | {math.exp(sum(ratios) / len(ratios)):.1f}× | | | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="two tables, once: does it run at all?")
    arguments = parser.parse_args()
    if not has_mclust():
        sys.exit("This needs R and its package mclust (r-cran-mclust in Debian).")
    n_repeats = 1 if arguments.quick else arguments.repeats
    with tempfile.TemporaryDirectory() as name:
        theirs = choose_there(Path(name), n_repeats, QUICK if arguments.quick else ())
        tables = [np.loadtxt(Path(name) / f"{one.name}.csv", delimiter=",", ndmin=2) for one in theirs]
        cases = [(one, x.shape, choose_here(x, n_repeats)) for one, x in zip(theirs, tables, strict=True)]
    for line in lines(cases):
        print(line)


if __name__ == "__main__":
    main()
