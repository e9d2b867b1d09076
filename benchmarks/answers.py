"""How often a fit ends in the best optimum that is known: mixtura, and with --peers scikit-learn and R's mclust.

    python benchmarks/answers.py                         # mixtura on all cases, five seeds each
    python benchmarks/answers.py --peers                 # the others beside it; takes some minutes
    python benchmarks/answers.py --case iris/full/3      # one case; may be given several times
    python benchmarks/answers.py --tuned --misses        # what was missed where one may look, seed by seed
    python benchmarks/answers.py --ablate                # what each part of the mechanism is worth
    python benchmarks/answers.py --peers --each --markdown    # the section of benchmarks/RESULTS.md
    python benchmarks/answers.py --brute-force 20        # search 20 seconds for better optima of each case

A case is a data set, a covariance type and a number of components. One in three is held out: mechanism and constants
are chosen on the others. Data sets of R packages take part where Rscript and the package are there.
"""

import argparse
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from comparison.table import Effort, as_markdown, as_text
from optima import best_known, brute_force, scores
from optima.ablation import ABLATIONS
from optima.cases import CASES, Case, is_there
from optima.contenders import OURS, Contender, peers


def main() -> None:
    """Print what was asked for, or search."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.case, arguments.seeds = ["faithful/full/2", "iris/full/3"], 1
    warnings.simplefilter("ignore")  # fits that end at `max_iter` say so
    cases, left_out = chosen(arguments.case or CASES, arguments.tuned, arguments.held_out)
    if not cases:
        parser.error("of the cases that were asked for, none is left: leave out --tuned or --held-out, or install R")
    if arguments.brute_force:
        search(cases, arguments.brute_force)
        return
    contenders = ABLATIONS if arguments.ablate else peers() | OURS if arguments.peers else OURS
    measured = measure(cases, contenders, arguments.seeds)
    if arguments.misses:
        print(*scores.misses(measured, next(reversed(contenders))), sep="\n")
        return
    title = "What each part of a search is worth" if arguments.ablate else "The best known optimum"
    tables = [scores.shares(title, measured, left_out), *([scores.each(measured)] if arguments.each else [])]
    show = as_markdown if arguments.markdown else as_text
    print(*chain.from_iterable(show(table, Effort()) for table in tables), sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME", help="a case")
    parser.add_argument("--tuned", action="store_true", help="without the cases that are held out")
    parser.add_argument("--held-out", action="store_true", help="only the cases that are held out")
    parser.add_argument("--seeds", type=int, default=5, help="fits of each case (default 5)")
    parser.add_argument("--quick", action="store_true", help="two cases, one seed: does it run at all?")
    parser.add_argument("--peers", action="store_true", help="scikit-learn and mclust too")
    parser.add_argument("--ablate", action="store_true", help="mixtura without parts of its mechanism")
    parser.add_argument("--each", action="store_true", help="case by case too")
    parser.add_argument("--misses", action="store_true", help="gaps of mixtura in nats, seed by seed")
    parser.add_argument("--markdown", action="store_true", help="a page instead of text")
    parser.add_argument("--brute-force", type=float, metavar="SECONDS", help="for each case, to find better optima")
    return parser


def chosen(names: Iterable[str], is_tuned: bool, is_held_out: bool) -> tuple[list[Case], list[str]]:
    """The cases of these names that are asked for and whose data are there, and the data sets that are not."""
    cases = [CASES[name] for name in names]
    wanted = [case for case in cases if not (case.is_held_out and is_tuned) and (case.is_held_out or not is_held_out)]
    return [case for case in wanted if is_there(case)], sorted({case.table for case in wanted if not is_there(case)})


def search(cases: Sequence[Case], seconds: float) -> None:
    """Look for better optima case by case, and keep each as it is found."""
    bests = best_known.read()
    for case in cases:
        bests[case.name] = brute_force.improve(case, best_known.of(case, bests), seconds)
        best_known.write(bests)
        print(case.name, bests[case.name], flush=True)


def measure(cases: Sequence[Case], contenders: Mapping[str, Contender], n_seeds: int) -> list[scores.Score]:
    """Every case by every contender; progress goes to standard error."""
    bests, measured = best_known.read(), []
    for case in cases:
        print(f"\r\x1b[K{case.name}", end="", file=sys.stderr, flush=True)
        measured.append(scores.measure(case, contenders, best_known.of(case, bests), n_seeds))
    print(file=sys.stderr)
    return measured


if __name__ == "__main__":
    main()
