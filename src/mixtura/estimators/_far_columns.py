"""Columns of different kinds in rows that are read block by block."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.estimators._sources import is_source, learn_columns, refuse_weights
from mixtura.runners.contract import Measured, is_sampled
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.sources.engines import engine_of
from mixtura.sources.roles import Roles
from mixtura.streaming import rows_to_choose_on


def far_columns(estimator: Any, X: Any, sample_weight: Any) -> tuple[Measured, tuple[Column, ...]]:
    """The rows to fit, levels as their numbers, and what the columns are: of files and collections all of them."""
    from mixtura.sources.streamed import look_at, opened, require_variation

    refuse_weights(sample_weight)
    if is_source(X):
        _refuse_kinds(estimator)
        far: Any = X
    else:
        table = opened(str(X) if engine_of(X) is None else X)
        far = require_variation(look_at(table, _roles(estimator, table), missing="model"))
    learn_columns(estimator, far)
    names = getattr(far, "names", [f"x{d}" for d in range(far.n_columns)])
    return far, getattr(far, "columns", ()) or tuple(Column(name, "number") for name in names)


def rows_seen(source: Measured) -> tuple[Float[ndarray, "N D"], Float[ndarray, " N"] | None]:
    """Rows that tell of all others, and how much each counts."""
    if isinstance(source, ArraySource):
        return source.points, source.weights
    rows = rows_to_choose_on(source) if is_sampled(source) else next(iter(source.blocks()))
    return rows.points, rows.weights


def names_of(known: Sequence[str], wanted: Sequence[str | int] | None) -> list[str]:
    """The names of columns that are given by name or position."""
    found = []
    for one in wanted if wanted is not None else ():
        is_position = not isinstance(one, str) and -len(known) <= one < len(known)
        if not is_position and one not in known:
            raise ValueError(f"There is no column {one!r}: the table has {', '.join(known[:12])}.")
        found.append(known[one] if not isinstance(one, str) else one)
    return found


def _roles(estimator: Any, table: Any) -> Roles:
    """Every column by the kind that its cells have, unless the estimator says otherwise."""
    from mixtura.sources.far_kinds import names_of_words

    names = list(table.fields)
    counts = names_of(names, estimator.counts)
    words = [name for name in names_of_words(table) if name not in counts]
    categorical = dict.fromkeys([*words, *names_of(names, estimator.categorical)])
    return Roles(names, categorical=[*categorical], counts=counts, transforms=dict(estimator.transforms or {}))


def _refuse_kinds(estimator: Any) -> None:
    for name in ("categorical", "counts", "transforms"):
        if np.size(getattr(estimator, name) or ()):
            raise ValueError(
                f"{name} goes with the name of a file or a collection: what the columns of a source are is said where "
                "it is opened, mixtura.stream(path, Roles(...))."
            )
