"""Why one row belongs where it does, and what would change that.

The log-odds of the row's cluster k against another one j are, in nats,

    log (p_k / p_j) + sum_d (log f_k(x)_d - log f_j(x)_d):

what the sizes of the clusters say, and what each column says, with the log-density shared out among the columns as in
`mixtura.explain.frames`. Along one column the log-odds are a parabola, so the nearest value at which the row would go
elsewhere is a root that can be written down.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.explain.frames import column_log_densities
from mixtura.explain.kinds import has_kinds
from mixtura.explain.profiles import component_moments, overall_sds
from mixtura.explain.records import Change, RowExplanation
from mixtura.explain.words import tell_row
from mixtura.fitted import FittedMixture


def explain_row(fitted: FittedMixture, point: Float[ndarray, " D"]) -> RowExplanation:
    """Say why a row belongs to its cluster and not to the next one, and the change of one column that would move it.

    Parameters
    ----------
    fitted : FittedMixture
        The mixture.
    point : array of shape (D,)
        The values of the row, in the units of the data.

    Returns
    -------
    RowExplanation
        `sizes` and `contributions`, one for each column, add up to `log_odds` (nats).

    Raises
    ------
    ValueError
        If the row has another number of values than the mixture has columns, or one is not finite.
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
    _check_ellipses(fitted)
    point = _check_point(fitted, point)
    means, covariances = component_moments(fitted)
    with np.errstate(divide="ignore"):
        sizes = np.log(fitted.parameters.weights)
    parts = column_log_densities(point, means, covariances)
    log_joint = sizes + parts.sum(1)
    label, *others = np.argsort(-log_joint, kind="stable").tolist()
    second = others[0] if others else label
    log_density = float(np.logaddexp.reduce(log_joint))
    explained = RowExplanation(
        values=tuple(point.tolist()),
        label=label,
        second=second if others else None,
        probabilities=tuple(np.exp(log_joint - log_density).tolist()),
        log_density=log_density,
        log_odds=float(log_joint[label] - log_joint[second]),
        sizes=float(sizes[label] - sizes[second]),
        contributions=tuple((parts[label] - parts[second]).tolist()),
        deviations=tuple(((point - means[label]) / np.sqrt(np.diag(covariances[label]))).tolist()),
        changes=_changes(fitted, point, log_joint, label),
        sentence="",
    )
    return explained._replace(sentence=tell_row(explained, fitted.features, fitted.cluster_names))


def _changes(
    fitted: FittedMixture, point: Float[ndarray, " D"], log_joint: Float[ndarray, " K"], label: int
) -> tuple[Change | None, ...]:
    """For each column, by itself, the nearest value at which another cluster becomes the most probable one.

    With u = x - m_k, moving column d by t changes log f_k by -t (S_k^-1 u)_d - t² (S_k^-1)_dd / 2.
    """
    means, covariances = component_moments(fitted)
    inverses = np.linalg.inv(covariances)
    slopes = -np.einsum("kde,ke->kd", inverses, point - means)
    bends = -np.einsum("kdd->kd", inverses) / 2
    others = np.array([k for k in range(len(means)) if k != label and np.isfinite(log_joint[k])], dtype=int)
    if not len(others):
        return (None,) * len(point)
    steps = _nearest_root(
        bends[label] - bends[others], slopes[label] - slopes[others], (log_joint[label] - log_joint[others])[:, None]
    )
    first = np.abs(steps).argmin(0)
    spreads = overall_sds(fitted)
    return tuple(
        Change(d, float(point[d] + step), float(step / spreads[d]), int(others[k])) if np.isfinite(step) else None
        for d, (k, step) in enumerate(zip(first, steps[first, np.arange(len(point))], strict=True))
    )


def _nearest_root(a: ndarray, b: ndarray, c: ndarray) -> ndarray:
    """The root of a t² + b t + c that is smallest in size, without cancellation; infinite where there is none."""
    with np.errstate(all="ignore"):
        q = -(b + np.copysign(np.sqrt(b**2 - 4 * a * c), b)) / 2
        roots = np.stack(np.broadcast_arrays(q / a, c / q))
    roots = np.where(np.isfinite(roots), roots, np.inf)
    return np.take_along_axis(roots, np.abs(roots).argmin(0)[None], 0)[0]


def _check_ellipses(fitted: FittedMixture) -> None:
    if has_kinds(fitted):
        raise DataError(
            "Why a row belongs where it does is told for columns of numbers only, and this model has others: its "
            "clusters, and what they have in each column, are told for whole tables."
        )
    if "merged" in fitted.history:
        raise DataError(
            "The clusters of this model are merged components, which no sum over columns tells apart: ask the model "
            "before merging why a row belongs to its component."
        )


def _check_point(fitted: FittedMixture, point: Float[ndarray, " D"]) -> Float[ndarray, " D"]:
    values = np.asarray(point, dtype=float)
    if values.shape != (len(fitted.features),):
        raise ValueError(
            f"The row has shape {values.shape}: give one value for each of {len(fitted.features)} columns."
        )
    if not np.isfinite(values).all():
        name = fitted.features[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise ValueError(f"The row has no finite value in column '{name}': give all of them.")
    return values
