"""The BIC of every model and number of groups beside that of R's `Mclust`, cell by cell.

Run it with ``python benchmarks/mclust_cells.py [--quick]``, where `Rscript` finds the packages mclust and MASS; it
prints a table in Markdown. The data are those of R and MASS, none of them in `mclust_choice.py`; each of our cells is
searched for by itself. BIC is scikit-learn's, smaller is better.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from mclust_choice import has_mclust

from mixtura import Options, select
from mixtura.trials import Setting

QUICK = ("morley", "women")
EQUAL = 0.05
SCRIPT = r"""
suppressMessages(library(mclust))
arguments <- commandArgs(TRUE)
folder <- arguments[1]; wanted <- arguments[-1]
sets <- list(crabs = MASS::crabs[, 4:8], geyser = MASS::geyser, Pima = MASS::Pima.tr[, 2:5], cats = MASS::cats[, 2:3],
             swiss = swiss[, 1:4], trees = trees, quakes = quakes[seq(1, 1000, 4), 1:3], attitude = attitude[, 1:3],
             stackloss = stackloss, airquality = na.omit(airquality)[, 1:4], beaver = beaver1$temp,
             rivers = log(rivers), morley = morley$Speed, women = women, warpbreaks = warpbreaks$breaks)
for (name in if (length(wanted)) wanted else names(sets)) {
  x <- as.matrix(sets[[name]])
  write.table(x, file.path(folder, paste0(name, ".csv")), sep = ",", row.names = FALSE, col.names = FALSE)
  bic <- -unclass(mclustBIC(x, G = 1:9, verbose = FALSE))
  for (K in 1:9) for (model in colnames(bic)) if (!is.na(bic[K, model]))
    cat(name, model, K, sprintf("%.9g", bic[K, model]), "\n")
}
"""

Cells = Mapping[Setting, float]


def cells_there(folder: Path, names: Sequence[str]) -> dict[str, Cells]:
    """What mclust makes of each table; each is a file in the folder afterwards."""
    script = folder / "cells.R"
    script.write_text(SCRIPT)
    command = ["Rscript", str(script), str(folder), *names]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[Setting, float]] = {}
    for name, model, number, bic in map(str.split, told.splitlines()):
        found.setdefault(name, {})[Setting(int(number), model)] = float(bic)
    return found


def cells_here(points: np.ndarray, theirs: Cells) -> Cells:
    """The same cells, in the units of the data."""
    models = list(dict.fromkeys(model for _, model in theirs))
    found = select(points, covariances=models, options=Options(scale="none", prune=False))
    return {candidate.setting: candidate.criteria.get("bic", np.inf) for candidate in found.candidates}


def lines(cases: Sequence[tuple[str, tuple[int, int], Cells, Cells]]) -> Iterator[str]:
    """One row a table: how many cells are lower than mclust's, equal and higher, and which are."""
    yield "| data | rows × columns | cells | lower | equal | higher | by |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    totals = np.zeros(4, dtype=int)
    for name, (n_rows, n_columns), theirs, ours in cases:
        gaps = {setting: ours[setting] - bic for setting, bic in theirs.items() if setting in ours}
        higher = {setting: gap for setting, gap in gaps.items() if gap > EQUAL}
        n_lower = sum(gap < -EQUAL for gap in gaps.values())
        counts = [len(gaps), n_lower, len(gaps) - n_lower - len(higher), len(higher)]
        totals += counts
        by = "; ".join(f"{model}, {number}: {gap:.1f}" for (number, model), gap in higher.items())
        yield f"| {name} | {n_rows} × {n_columns} | {' | '.join(map(str, counts))} | {by} |"
    yield f"| all | | {' | '.join(map(str, totals))} | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables: does it run at all?")
    if not has_mclust():
        sys.exit("This needs R and its packages mclust and MASS (r-cran-mclust in Debian).")
    with tempfile.TemporaryDirectory() as folder:
        theirs = cells_there(Path(folder), QUICK if parser.parse_args().quick else ())
        tables = {name: np.loadtxt(Path(folder) / f"{name}.csv", delimiter=",", ndmin=2) for name in theirs}
    for line in lines([(name, x.shape, theirs[name], cells_here(x, theirs[name])) for name, x in tables.items()]):
        print(line)


if __name__ == "__main__":
    main()
