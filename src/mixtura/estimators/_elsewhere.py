"""Answers about rows on a cluster: collections like those of the rows, computed there, when they are asked for."""

from functools import partial
from typing import Any

import numpy as np

from mixtura.mixture import Classification, block_posterior
from mixtura.sources.engines import answer


def answer_there(estimator: Any, X: Any, bound: partial[Any], field: int) -> Any:
    """One field of what `bound` says of every row of a collection."""
    from mixtura.sources._questions import Question

    is_matrix = bound.func is block_posterior
    if is_matrix:
        n_components = len(estimator.weights_)
        noise = ["noise"] * (estimator._n_features_out - n_components)
        answers = tuple(f"probability_{name}" for name in [*range(n_components), *noise])
    else:
        answers = (_NAMES[field],)
    dtype = np.int64 if answers == ("label",) else np.float64
    features = tuple(map(str, getattr(estimator, "feature_names_in_", ())))
    return answer(X, Question(bound, field, answers, dtype, is_matrix), features, estimator.means_.shape[1])


_NAMES = ("label", *Classification._fields[1:])
