"""Fits judged against the best that is known, and the tables that tell of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from comparison.table import LABEL, SHARE, TIME, Table

from optima.best_known import Best
from optima.cases import Case
from optima.contenders import Contender
from optima.judge import NEAR, height

_HEIGHT, _ROWS = "{:.3f}", "{:.1f}"

SHARES = """\
{n_cases} cases from {n_tables} data sets, {n_seeds} seeds each; {n_held_out} of them are held out: nobody looks at
these while mechanism and constants are chosen. A fit has reached the optimum if the log-likelihood of all rows is
within 0.05 nats of the best known one and no component is a spike: shares of fits that did, among the tuned cases and
among those held out. Gaps are nats below the best known; those of failed fits and of spikes are infinite. Times are the
processor's, in one thread."""
RAISED = "This run found more than was known for {}: against that it is judged."
LEFT_OUT = "Left out, because their data are those of R packages that are not here: {}."
EACH = """\
Agreed: how many runs of brute force ended at the best known value. Fewest rows: of the smallest component there. Below
the fits: how many of the seeds got there."""


class Score(NamedTuple):
    """What became of one case: nats below the best known (infinite for no answer) and milliseconds, of every seed."""

    case: Case
    gaps: dict[str, np.ndarray]  # by contender
    milliseconds: dict[str, np.ndarray]
    best: Best
    is_raised: bool  # whether one of these fits is higher than anything known before


def measure(case: Case, contenders: Mapping[str, Contender], best: Best, n_seeds: int) -> Score:
    """Fit a case from every seed, by every contender; a fit before the first warms up."""
    heights, times = {}, {}
    for words, fit in contenders.items():
        fit(case, 0)
        solutions = [fit(case, seed) for seed in range(n_seeds)]
        heights[words] = np.array([height(case, found) if found else -np.inf for found in solutions])
        times[words] = np.array([found.milliseconds if found else np.nan for found in solutions])
    highest = max(best.log_likelihood, *(values.max() for values in heights.values()))
    gaps = {words: highest - values for words, values in heights.items()}
    return Score(case, gaps, times, best, highest > best.log_likelihood + NEAR)


def shares(title: str, scores: Sequence[Score], left_out: Sequence[str] = ()) -> Table:
    """A row for each contender, all cases taken together; the note names the data sets that were left out."""
    columns = [
        ("fit", LABEL),
        ("tuned", SHARE),
        ("held out", SHARE),
        ("median gap", TIME),
        ("ninth decile", TIME),
        ("median ms", TIME),
        ("mean ms", TIME),
    ]
    return Table(title, _note(scores, left_out), columns, _share_rows(scores))


def _note(scores: Sequence[Score], left_out: Sequence[str]) -> str:
    notes = [_counts(scores)]
    raised = [score.case.name for score in scores if score.is_raised]
    if raised:
        notes.append(RAISED.format(", ".join(raised)))
    if left_out:
        notes.append(LEFT_OUT.format(", ".join(left_out)))
    return " ".join(notes)


def _counts(scores: Sequence[Score]) -> str:
    return SHARES.format(
        n_cases=len(scores),
        n_tables=len({score.case.table for score in scores}),
        n_seeds=len(next(iter(scores[0].gaps.values()))),
        n_held_out=sum(score.case.is_held_out for score in scores),
    )


def _share_rows(scores: Sequence[Score]) -> Iterator[tuple[str | float, ...]]:
    tuned, held_out = ([score for score in scores if score.case.is_held_out is held] for held in (False, True))
    for words in scores[0].gaps:
        gaps = np.concatenate([score.gaps[words] for score in scores])
        times = np.concatenate([score.milliseconds[words] for score in scores])
        deciles = np.quantile(gaps, [0.5, 0.9], method="inverted_cdf")
        yield words, _reached(tuned, words), _reached(held_out, words), *deciles, np.nanmedian(times), np.nanmean(times)


def _reached(scores: Sequence[Score], words: str) -> float:
    return float(np.mean([score.gaps[words] <= NEAR for score in scores])) if scores else float("nan")


def each(scores: Sequence[Score]) -> Table:
    """A row for each case."""
    facts = [("held out", LABEL), ("best known", _HEIGHT), ("agreed", LABEL), ("fewest rows", _ROWS)]
    columns = [("case", LABEL), ("N × D", LABEL), *facts, *((words, LABEL) for words in scores[0].gaps)]
    return Table("Case by case", EACH, columns, map(_case_row, scores))


def _case_row(score: Score) -> tuple[str | float, ...]:
    case, best = score.case, score.best
    N, D = case.points.shape
    reached = (f"{(gaps <= NEAR).sum()} of {len(gaps)}" for gaps in score.gaps.values())
    agreed = f"{best.n_agree} of {best.n_runs}"
    facts = "yes" if case.is_held_out else "", best.log_likelihood, agreed, best.fewest_rows
    return case.name, f"{N} × {D}", *facts, *reached


def misses(scores: Iterable[Score], words: str) -> Iterator[str]:
    """A line for each case that a contender does not always reach: the gaps, seed by seed."""
    for score in scores:
        gaps = score.gaps[words]
        if (gaps > NEAR).any():
            shown = "  ".join(f"{gap:8.3f}" for gap in gaps)
            yield f"{score.case.name:28s} {'held out' if score.case.is_held_out else '':8s} {shown}"
