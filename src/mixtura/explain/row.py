"""Why one row belongs where it does, and what would change that.

The log-odds of the row's cluster k against another one j are, in nats,

    log (p_k / p_j) + sum_d (log f_k(x)_d - log f_j(x)_d):

what the sizes of the clusters say, and what each column says. Categories and counts are independent of the rest within
a cluster, so each says its own; the log-density of numbers is shared out among them as in `mixtura.explain.frames`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.explain.moves import changes
from mixtura.explain.records import RowExplanation
from mixtura.explain.said import said, told
from mixtura.explain.words import tell_row
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.sources.roles import shorten


def explain_row(fitted: AnyFitted, point: Sequence[Any] | ndarray | Mapping[str, Any]) -> RowExplanation:
    """Say why a row belongs to its cluster and not to the next one, and the change of one column that would move it.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        The mixture.
    point : sequence of D values, or dict
        The row as it stands in the data, in the order of the mixture's columns or by their names. A cell that is
        missing (None or NaN) says nothing.

    Returns
    -------
    RowExplanation
        `sizes` and `contributions`, one for each column, add up to `log_odds` (nats).

    Raises
    ------
    ValueError
        If the row has another number of values than the mixture has columns, one is infinite or no number, or a level
        is unknown.
    DataError
        If clusters are merged components: no sum over columns tells these apart.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.selection import select
    >>> points = np.concatenate([np.linspace(8, 12, 60), np.linspace(28, 32, 40)])[:, None]
    >>> fitted = assemble(select(points, n_components=[2], covariances=["tied"]), ["minutes"])
    >>> why = explain_row(fitted, np.array([17.0]))
    >>> why.label, why.second, why.change.label, round(why.change.value)
    (0, 1, 1, 20)
    """
    fitted = fitted_of(fitted)
    return explain_cells(fitted, _cells(fitted, point))


def explain_cells(fitted: FittedMixture, cells: Float[ndarray, " D"]) -> RowExplanation:
    """The same of a row that is encoded as tables are: levels by their numbers."""
    _check_merged(fitted)
    parts, deviations = said(fitted, cells)
    with np.errstate(divide="ignore"):
        sizes = np.log(fitted.parameters.weights)
    log_joint = sizes + parts.sum(1)
    label, *others = np.argsort(-log_joint, kind="stable").tolist()
    second = others[0] if others else label
    log_density = float(np.logaddexp.reduce(log_joint))
    explained = RowExplanation(
        values=tuple(told(fitted, d, value) for d, value in enumerate(cells.tolist())),
        label=label,
        second=second if others else None,
        probabilities=tuple(np.exp(log_joint - log_density).tolist()),
        log_density=log_density,
        log_odds=float(log_joint[label] - log_joint[second]),
        sizes=float(sizes[label] - sizes[second]),
        contributions=tuple((parts[label] - parts[second]).tolist()),
        deviations=tuple(None if np.isnan(value) else value for value in deviations[label].tolist()),
        changes=changes(fitted, cells, log_joint),
        sentence="",
    )
    return explained._replace(sentence=tell_row(explained, fitted.features, fitted.cluster_names))


def _check_merged(fitted: FittedMixture) -> None:
    if "merged" in fitted.history:
        raise DataError(
            "The clusters of this model are merged components, which no sum over columns tells apart: ask the model "
            "before merging why a row belongs to its component."
        )


def _cells(fitted: FittedMixture, point: Sequence[Any] | ndarray | Mapping[str, Any]) -> Float[ndarray, " D"]:
    if isinstance(point, Mapping):
        absent = [name for name in fitted.features if name not in point]
        if absent:
            raise ValueError(f"The row has no column {absent[0]!r}: give {shorten(fitted.features)}.")
        point = [point[name] for name in fitted.features]
    if np.ndim(point) != 1 or len(point) != len(fitted.features):
        raise ValueError(
            f"The row has shape {np.shape(point)}: give one value for each of {len(fitted.features)} columns."
        )
    return np.array([_cell(fitted, name, value) for name, value in zip(fitted.features, point, strict=True)])


def _cell(fitted: FittedMixture, name: str, value: Any) -> float:
    """A number, or the number of a level; NaN where it is missing."""
    levels = fitted.levels.get(name)
    if value is None or value != value:
        return float("nan")
    if levels is not None:
        from mixtura.sources.kinds import text_of  # loads Arrow

        if text_of(value) not in levels:
            raise ValueError(f"Column {name!r} has no level {value!r}: it has {shorten(levels)}.")
        return float(levels.index(text_of(value) or ""))
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"The row holds {value!r} in column {name!r}, which is no number.") from None
    if not np.isfinite(number):
        raise ValueError(f"The row has no finite value in column {name!r}: give one, or None where it is missing.")
    return number
