"""What an estimator is given, as a source of blocks: an array, a data frame, or files that stay where they are."""

from os import PathLike
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mixtura.estimators._base import check_points, check_weights, rows_of_a_fit, weighted_source
from mixtura.runners.contract import Measured, Sampled
from mixtura.sources.array import ArraySource
from mixtura.sources.engines import engine_of


def is_far(X: Any) -> bool:
    """Whether the rows are read block by block: files by name, sources, and collections on clusters."""
    return engine_of(X) is not None or isinstance(X, (str, PathLike, Measured))


def is_source(X: Any) -> bool:
    """Whether it gives blocks; a frame of Spark Connect seems to have any attribute, and is asked for none."""
    return engine_of(X) is None and isinstance(X, Measured)


def training_source(estimator: Any, X: Any, sample_weight: Any) -> Measured:
    """The rows to fit; the estimator learns how many columns they have, and their names."""
    return far_rows_of_a_fit(estimator, X, sample_weight) if is_far(X) else rows_of_a_fit(estimator, X, sample_weight)


def far_rows_of_a_fit(estimator: Any, X: Any, sample_weight: Any = None) -> Measured:
    """The same of rows that are read block by block."""
    _refuse_weights(sample_weight)
    far = X if is_source(X) else _opened(X, ())
    names = getattr(far, "names", None)
    estimator.n_features_in_ = far.n_columns
    vars(estimator).pop("feature_names_in_", None)
    if names is not None:
        estimator.feature_names_in_ = np.array(names, dtype=object)
    return far


def asked_source(estimator: Any, X: Any, sample_weight: Any = None) -> Measured:
    """The rows that a fitted estimator is asked about."""
    check_is_fitted(estimator)
    if not is_far(X):
        points = check_points(estimator, X, reset=False, may_have_holes=True)
        return weighted_source(points, check_weights(sample_weight, len(points)))
    return far_rows_asked(estimator, X, sample_weight, estimator.means_.shape[1])


def far_rows_asked(estimator: Any, X: Any, sample_weight: Any, n_columns: int) -> Measured:
    """Rows that are read block by block, of as many columns as the fit had."""
    _refuse_weights(sample_weight)
    source = X if is_source(X) else _opened(X, getattr(estimator, "feature_names_in_", ()))
    if source.n_columns != n_columns:
        raise ValueError(f"The rows have {source.n_columns} columns, but the fit was to {n_columns}.")
    return source


def first_rows(source: Measured) -> Any:
    """Rows in memory by which the others are judged: all of an array, those at hand of files."""
    if isinstance(source, ArraySource):
        return source.points
    return source.sample.points if isinstance(source, Sampled) else next(iter(source.blocks())).points


def at_hand(source: Measured) -> ArraySource:
    """The rows as an array, which a choice among several fits takes."""
    if isinstance(source, ArraySource):
        return source
    raise ValueError(
        "n_components and covariance_type are one each for rows that are read block by block: mixtura.select(source) "
        "chooses among several."
    )


def _opened(X: Any, features: Any) -> Measured:
    from mixtura.sources.roles import Roles
    from mixtura.sources.streamed import stream

    roles = Roles(tuple(map(str, features)))
    return stream(str(X) if engine_of(X) is None else X, roles, missing="model")


def _refuse_weights(sample_weight: Any) -> None:
    if sample_weight is not None:
        raise ValueError(
            "sample_weight goes with an array; weights of files are one of their columns: "
            "mixtura.stream(path, Roles(weight=...))."
        )
