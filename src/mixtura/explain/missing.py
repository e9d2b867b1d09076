"""Which cells are missing: how many in each column, and which of them together."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from mixtura.explain.numbers import percent
from mixtura.explain.records import Missing, Pattern
from mixtura.explain.words import count, join, short

_MOST_PATTERNS, _MOST_COLUMNS = 8, 3


def describe_missing(names: Sequence[str], holes: Bool[ndarray, "N D"]) -> Missing:
    """Tell of the cells that are missing; a row without holes is of no pattern.

    Examples
    --------
    >>> describe_missing(["width", "height"], np.array([[True, False], [False, False], [True, False]])).sentence
    '33 % of the cells are missing, in 2 of 3 rows: 67 % of width.'
    """
    patterns, counts = np.unique(holes[holes.any(1)], axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shares = holes.mean(0)
    return Missing(
        columns=tuple(names),
        n_rows=int(counts.sum()),
        share=float(holes.mean()),
        shares=tuple(shares.tolist()),
        patterns=tuple(
            Pattern(tuple(np.flatnonzero(patterns[i]).tolist()), int(counts[i])) for i in order[:_MOST_PATTERNS]
        ),
        n_patterns=len(counts),
        sentence=_tell(names, shares, int(counts.sum()), holes),
    )


def _tell(names: Sequence[str], shares: ndarray, n_rows: int, holes: Bool[ndarray, "N D"]) -> str:
    emptiest = [d for d in np.argsort(-shares, kind="stable") if shares[d] > 0]
    named = [f"{percent(float(shares[d]))} of {short(names[d])}" for d in emptiest[:_MOST_COLUMNS]]
    more = [count(len(emptiest) - _MOST_COLUMNS, "more column")] if len(emptiest) > _MOST_COLUMNS else []
    where = f"in {n_rows:,} of {count(len(holes), 'row')}"
    return f"{percent(float(holes.mean()))} of the cells are missing, {where}: {join([*named, *more])}."
