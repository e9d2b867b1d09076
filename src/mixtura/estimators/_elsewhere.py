"""Answers about rows that are not held: collections like theirs of those on a cluster, arrays of those in files."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from mixtura.estimators._base import local
from mixtura.estimators._sources import far_rows_asked
from mixtura.mixture import Classification, block_posterior
from mixtura.runners.contract import Measured
from mixtura.runners.local import Local
from mixtura.sources.column import Column
from mixtura.sources.engines import answer, engine_of

if TYPE_CHECKING:
    from mixtura.sources._questions import Question

_NAMES = ("label", *Classification._fields[1:])


def of_mixture(estimator: Any, X: Any, bound: partial[Any], field: int, columns: Sequence[Column] = ()) -> Any:
    """One field of what `bound` says of every row, of `columns` where these are not all plain numbers."""
    from mixtura.sources._questions import Question

    is_matrix = bound.func is block_posterior
    if is_matrix:
        n_components = len(estimator.weights_)
        noise = ["noise"] * (estimator._n_features_out - n_components)
        answers = tuple(f"probability_{name}" for name in [*range(n_components), *noise])
    else:
        answers = (_NAMES[field],)
    dtype = np.int64 if answers == ("label",) else np.float64
    kinds = () if all(column.is_plain for column in columns) else tuple(columns)
    n_columns = len(columns) or estimator.means_.shape[1]
    return answered(estimator, X, Question(bound, field, answers, dtype, is_matrix, kinds), n_columns)


def answered(estimator: Any, X: Any, question: "Question", n_columns: int) -> Any:
    """The answer about every row: of a collection when it is asked for, of files and sources at once."""
    features = tuple(map(str, getattr(estimator, "feature_names_in_", ())))
    if engine_of(X) is not None:
        return answer(X, question, features, n_columns)
    runner = local(estimator.n_jobs)
    if isinstance(X, Measured):
        said = runner.each(far_rows_asked(estimator, X, None, n_columns), question.of_block)
    else:
        said = _of_files(str(X), question, features, n_columns, runner)
    return np.concatenate(list(said))


def _of_files(
    data: str, question: "Question", features: tuple[str, ...], n_columns: int, runner: Local
) -> Iterator[ndarray]:
    """Of every row, also one that lacks all cells, in one pass."""
    from mixtura.sources._candidates import candidates
    from mixtura.sources._questions import require_number
    from mixtura.sources.prefetch import prefetched
    from mixtura.sources.roles import Roles
    from mixtura.sources.streamed import files

    found = files(data)
    if question.columns or features:
        names = question.chosen(list(found.fields.values()), features, n_columns, found.origin)
    else:  # of columns whose names are not known, those that hold numbers
        names = candidates(found, Roles()).names
        require_number(names, n_columns, found.origin)
    parts = prefetched(lambda: (part for batch in found.batches(names) for part in batch.parts()))
    return runner.map(partial(question.ask, names=names), parts)
