"""The highest log-likelihood that anybody has found for each case, kept in `best_known.json`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from optima.cases import CASES, Case
from optima.judge import Solution, height

_SAME = 1e-3  # nats: rounding, on another machine
FILE = Path(__file__).with_name("best_known.json")


class Best(NamedTuple):
    """A log-likelihood in nats, who found it, and how long was searched.

    `single` is the log-likelihood of one Gaussian: where it differs, the data are not those that were searched.
    `n_runs` of brute force were made in all, and `n_agree` of them ended within 0.05 nats of the best, whose smallest
    component has `fewest_rows`.
    """

    log_likelihood: float
    found_by: str
    single: float
    n_runs: int = 0
    n_agree: int = 0
    fewest_rows: float = 0.0


def read() -> dict[str, Best]:
    """By name of the case; empty where nothing was ever searched."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {name: Best(**fields) for name, fields in kept.items()}


def write(bests: Mapping[str, Best]) -> None:
    """Keep them, in the order of the cases."""
    rounded = {
        name: {key: round(value, 5) if isinstance(value, float) else value for key, value in best._asdict().items()}
        for name in CASES
        if (best := bests.get(name))
    }
    FILE.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def single(case: Case) -> float:
    """The log-likelihood of one Gaussian with the moments of the rows."""
    covariance = np.cov(case.points.T, bias=True).reshape(1, case.points.shape[1], -1)
    return height(case, Solution(np.ones(1), case.points.mean(0)[None], covariance))


def of(case: Case, bests: Mapping[str, Best]) -> Best:
    """What is known of a case.

    Raises
    ------
    ValueError
        If the rows are not those that were searched.
    """
    now = single(case)
    best = bests.get(case.name, Best(float("-inf"), "nobody", now))
    if abs(best.single - now) > _SAME:
        raise ValueError(
            f"The rows of {case.table!r} are not those that the best known values were found for: one Gaussian has a "
            f"log-likelihood of {now:.5f} here, and had {best.single:.5f}. Remove its cases from {FILE.name}, and "
            "search again with --brute-force."
        )
    return best
