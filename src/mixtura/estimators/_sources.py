"""What an estimator is given, as a source of blocks: an array, a data frame, or files that stay where they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura.estimators._base import check_points, check_weights, is_far, rows_of_a_fit, weighted_source
from mixtura.runners.anywhere import Anywhere
from mixtura.runners.contract import Measured, is_sampled
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.sources.engines import engine_of
from mixtura.sources.roles import Roles
from mixtura.statistics import Block


def is_source(X: Any) -> bool:
    """Whether it gives blocks; a frame of Spark Connect seems to have any attribute, and is asked for none."""
    return engine_of(X) is None and isinstance(X, Measured)


def training_source(estimator: Any, X: Any, sample_weight: Any) -> Measured:
    """The rows to fit; the estimator learns how many columns they have, and their names."""
    return far_rows_of_a_fit(estimator, X, sample_weight) if is_far(X) else rows_of_a_fit(estimator, X, sample_weight)


def far_rows_of_a_fit(estimator: Any, X: Any, sample_weight: Any = None) -> Measured:
    """The same of rows that are read block by block."""
    refuse_weights(sample_weight)
    far = X if is_source(X) else _learnt(X)
    for column in getattr(far, "columns", ()):
        if not column.is_plain:
            raise ValueError(
                f"Column {column.name!r} is not to be taken for a plain number: MixedMixture and mixtura.select take "
                "categories, counts and transforms."
            )
    learn_columns(estimator, far)
    return far


def learn_columns(estimator: Any, far: Measured) -> None:
    """Tell an estimator how many columns it is fitted to, and their names."""
    names = getattr(far, "names", None)
    estimator.n_features_in_ = far.n_columns
    vars(estimator).pop("feature_names_in_", None)
    if names is not None:
        estimator.feature_names_in_ = np.array(names, dtype=object)


def asked_source(estimator: Any, X: Any, sample_weight: Any = None) -> Measured:
    """The rows that a fitted estimator is asked about."""
    check_is_fitted(estimator)
    if not is_far(X):
        points = check_points(estimator, X, reset=False, may_have_holes=True)
        return weighted_source(points, check_weights(sample_weight, len(points)))
    return far_rows_asked(estimator, X, sample_weight, estimator.means_.shape[1])


def far_rows_asked(estimator: Any, X: Any, sample_weight: Any, n_columns: int) -> Measured:
    """Rows that are read block by block, of as many columns as the fit had."""
    refuse_weights(sample_weight)
    columns = getattr(estimator, "_columns", ())
    source = X if is_source(X) else _asked(X, _roles_of(estimator, columns))
    if source.n_columns != n_columns:
        raise ValueError(f"The rows have {source.n_columns} columns, but the fit was to {n_columns}.")
    for own, fitted in zip(getattr(source, "columns", ()), columns, strict=False):
        if own.levels != fitted.levels:
            raise ValueError(
                f"Column {own.name!r} has other levels than in the fit: open it by those of the fit, with "
                "Roles(levels=...), or give the name of the file."
            )
    return source


def first_rows(source: Measured) -> Any:
    """Rows in memory by which the others are judged: all of an array, those at hand of files."""
    if isinstance(source, ArraySource):
        return source.points
    return source.sample.points if is_sampled(source) else next(iter(source.blocks())).points


def weights_of(source: Measured) -> Float[ndarray, " N"]:
    """How much each row of a source counts."""
    return np.concatenate(list(Anywhere().each(source, _weights)))


def _weights(block: Block) -> Float[ndarray, " B"]:
    return block.weights


def at_hand(source: Measured) -> ArraySource:
    """The rows as an array, which a choice among several fits takes."""
    if isinstance(source, ArraySource):
        return source
    raise ValueError(
        "n_components and covariance_type are one each for rows that are read block by block: mixtura.select(source) "
        "chooses among several."
    )


def _learnt(X: Any) -> Measured:
    from mixtura.sources.streamed import stream

    return stream(str(X) if engine_of(X) is None else X, missing="model")


def _asked(X: Any, roles: Roles) -> Measured:
    from mixtura.sources.streamed import look_at, opened

    return look_at(opened(str(X) if engine_of(X) is None else X), roles, missing="model")


def _roles_of(estimator: Any, columns: Sequence[Column]) -> Roles:
    """How to read the columns that a fit was to."""
    return Roles(
        tuple(map(str, getattr(estimator, "feature_names_in_", ()))),
        counts=[column.name for column in columns if column.kind == "count"],
        transforms={column.name: column.transform for column in columns if column.transform != "none"},
        levels={column.name: column.levels for column in columns if column.kind == "category"},
    )


def refuse_weights(sample_weight: Any) -> None:
    """Raise a ValueError where there are some beside rows that are read block by block."""
    if sample_weight is not None:
        raise ValueError(
            "sample_weight goes with an array; weights of files are one of their columns: "
            "mixtura.stream(path, Roles(weight=...))."
        )
