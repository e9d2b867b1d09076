"""What is believed of components before a row is seen: pseudo-counts for the M-step, a log-density for the objective.

Fraley & Raftery (2007): Sigma_k is inverse-Wishart (dof, scale), and given it the mean is Gaussian about the prior's
with covariance Sigma_k / shrinkage. Up to a constant the log-density is

    -1/2 (dof + D + 2) log det Sigma_k - 1/2 tr Sigma_k^-1 (scale + shrinkage (m_k - mean)(m_k - mean)'),

which is what dof + D + 2 rows of that scatter would add to the expected log-likelihood. So the M-step of every
covariance model serves as it is. Variances along the axes are inverse-gamma (dof / 2, scale / 2) instead, one for each
column, or one in all for a sphere. Where components share one covariance, its prior counts once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura._kernels.densities import Moments
from mixtura.covariance import CovarianceModel
from mixtura.errors import DataError
from mixtura.statistics import Block, merge_all

Scale = float | tuple[float, ...] | tuple[tuple[float, ...], ...]


class RowMoments(NamedTuple):
    """What a prior takes from the rows, as nested tuples: their mean, covariance and weight."""

    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    total: float

    def in_units(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "RowMoments":
        """Those of (x - centre) / scale."""
        mean, covariance = (np.array(self.mean) - centre) / scale, self.covariance / (scale[:, None] * scale)
        return RowMoments(_nested(mean), _nested(covariance), self.total)


@dataclass(frozen=True)
class Prior:
    """Beliefs about a Gaussian mixture, in the units of its data; what is None is taken from the rows.

    Parameters
    ----------
    shrinkage : float
        How many rows the prior mean is worth; 0 is no prior on the means. mclust's default is 0.01.
    mean : sequence of D floats, optional
        Where components are believed to be: by default the mean of the rows.
    dof : float, optional
        How sure the scale is, in rows: by default D + 2, or 3 in one column.
    scale : float, D floats or a matrix of shape (D, D), optional
        The scatter that these rows would have, in squared units of the data. By default the covariance of the rows,
        divided by K^(2/D): as if the components shared out their volume. Models of spheres and of ellipses along the
        axes take the mean variance of the columns for it.
    concentration : float
        Of a Dirichlet prior on the mixing weights, at least 1, which is none: every component is given
        ``concentration - 1`` rows.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    The defaults are those of ``defaultPrior`` in R's mclust, from C. Fraley and A. E. Raftery, "Bayesian regularization
    for normal mixture estimation and model-based clustering", Journal of Classification 24 (2007), section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import GaussianMixture, Prior
    >>> X = np.array([[0.0], [0.1], [0.2], [7.0]])  # the last row alone has no variance
    >>> mixture = GaussianMixture(2, prior=Prior(scale=1.0), random_state=0).fit(X)
    >>> mixture.covariances_.ravel().round(3)
    array([0.117, 0.181])
    """

    shrinkage: float = 0.01
    mean: Sequence[float] | None = None
    dof: float | None = None
    scale: Any = None
    concentration: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (("shrinkage", 0), ("concentration", 1)):
            value = getattr(self, name)
            if not least <= value < np.inf:
                raise ValueError(f"The prior's {name} is {value}; it must be a number of at least {least}.")
        if self.dof is not None and not 0 < self.dof < np.inf:
            raise ValueError(f"The prior's dof is {self.dof}; it must be a positive number.")

    def resolve(self, rows: RowMoments, n_components: int, kind: str) -> "NormalInverseWishart":
        """The prior in numbers, for covariances of the `kind` of a `CovarianceModel`, by what is known of the rows."""
        mean, covariance, n_rows = np.array(rows.mean), np.array(rows.covariance), rows.total
        D = len(mean)
        return NormalInverseWishart(
            float(self.shrinkage),
            tuple(_checked("mean", mean if self.mean is None else self.mean, (D,)).tolist()),
            float((D + 2 if D > 1 else 3) if self.dof is None else self.dof),
            _nested(self._scale(covariance if n_rows > D else np.diag(np.diag(covariance)), n_components, kind)),
        )

    def in_units(self, centre: Float[ndarray, " D"], scale: Float[ndarray, " D"]) -> "Prior":
        """The same beliefs about (x - centre) / scale."""
        mean = None if self.mean is None else ((_checked("mean", self.mean, centre.shape) - centre) / scale).tolist()
        own: Any = None if self.scale is None else np.asarray(self.scale, dtype=np.float64)
        if own is not None:
            own = own / (scale[:, None] * scale if own.ndim == 2 else scale**2)
        return replace(self, mean=mean, scale=own)

    def _scale(self, covariance: Float[ndarray, "D D"], n_components: int, kind: str) -> ndarray:
        """Of the shape that the kind of covariances has."""
        D = len(covariance)
        if self.scale is None:
            own: ndarray = covariance * n_components ** (-2 / D)
            own = own if kind == "full" else np.array(np.trace(own) / D)
        else:
            own = np.array(self.scale, dtype=np.float64)
        own = own * np.ones(D) if own.ndim == 0 else own
        if kind == "full":
            matrix = _checked("scale", np.diag(own) if own.ndim == 1 else own, (D, D))
            _require_positive(np.linalg.eigvalsh((matrix + matrix.T) / 2))
            return matrix
        columns = _checked("scale", np.diag(own) if own.ndim == 2 else own, (D,))
        _require_positive(columns)
        return columns if kind == "diagonal" else np.array(columns.mean())


@dataclass(frozen=True)
class NormalInverseWishart:
    """A prior in numbers: `scale` is one number for spheres, one for each column, or a matrix, as covariances are."""

    shrinkage: float
    mean: tuple[float, ...]
    dof: float
    scale: Scale

    def check(self, kind: str, n_columns: int) -> None:
        """Raise ValueError unless the numbers fit covariances of the kind."""
        shape = {"full": (n_columns, n_columns), "diagonal": (n_columns,), "spherical": ()}[kind]
        if np.shape(self.mean) != (n_columns,) or self._scale.shape != shape:
            raise ValueError("its prior does not fit its columns and covariances")
        if not (0 <= self.shrinkage < np.inf and 0 < self.dof < np.inf):
            raise ValueError("its prior has a shrinkage or dof out of range")

    def with_rows(self, means: Float[ndarray, "K D"], moments: Moments) -> Moments:
        """The moments about `means` with `shrinkage` rows more in every component, that lie at the prior mean."""
        away = np.asarray(self.mean) - means
        return Moments(moments.shifts + self.shrinkage * away, moments.scatter + self.shrinkage * _outer(away, moments))

    def with_scatter(
        self, model: CovarianceModel, scatter: ndarray, counts: Float[ndarray, " K"]
    ) -> tuple[ndarray, Float[ndarray, " K"]]:
        """Scatters about the new means, and counts, with what is believed of covariances."""
        share = self._share(model, len(counts))
        once = 1.0 if model.scatter == "pooled" and len(scatter) < len(counts) else share
        rows = counts + share * self._rows(model.kind) + self._of_means
        return scatter + once * self._of_a_covariance(model.kind), rows

    def log_density(self, model: CovarianceModel, means: Float[ndarray, "K D"], covariances: ndarray) -> float:
        """Of these means and covariances, in nats, up to a constant."""
        with np.errstate(divide="ignore", invalid="ignore"):
            precisions, log_dets = _inverse(covariances, means.shape[1])
            beliefs = (precisions * self._of_a_covariance(model.kind)).reshape(len(means), -1).sum(1)
            beliefs *= means.shape[1] if model.kind == "spherical" else 1
            share = self._share(model, len(means))
            away = means - np.asarray(self.mean)
            squares = np.einsum("kd,kd->k", away, _times(precisions, away))
        terms = (share * self._rows(model.kind) + self._of_means) * log_dets + share * beliefs
        return -0.5 * float((terms + self.shrinkage * squares).sum())

    @property
    def _of_means(self) -> float:
        """Rows that the prior on a mean adds to the count of its covariance."""
        return 1.0 if self.shrinkage else 0.0

    @cached_property
    def _scale(self) -> ndarray:
        return np.array(self.scale, dtype=np.float64)

    def _share(self, model: CovarianceModel, n_components: int) -> float:
        return 1 / n_components if model.is_shared else 1.0

    def _of_a_covariance(self, kind: str) -> ndarray:
        """What the prior adds to a scatter of this kind; that of spheres is divided by the number of columns."""
        return self._scale / len(self.mean) if kind == "spherical" else self._scale

    def _rows(self, kind: str) -> float:
        D = len(self.mean)
        return {"full": self.dof + D + 1, "diagonal": self.dof + 2, "spherical": (self.dof + 2) / D}[kind]


def log_dirichlet(weights: Float[ndarray, " K"], concentration: float) -> float:
    """Log-density of a symmetric Dirichlet prior, in nats, up to a constant."""
    return 0.0 if concentration == 1 else (concentration - 1) * float(np.log(weights).sum())


def row_moments(blocks: Callable[[], Iterable[Block]]) -> RowMoments:
    """Those of the rows of `blocks()`; a single one has no covariance, and zeros are taken for it.

    Raises
    ------
    DataError
        If cells are missing.
    """
    total, sums = merge_all((float(w.sum()), np.einsum("n,nd->d", w, x, dtype=np.float64)) for x, w in blocks())
    mean = sums / total
    if np.isnan(mean).any():
        column = int(np.isnan(mean).argmax()) + 1
        raise DataError(
            f"Column {column} has missing cells, and a prior needs rows without: leave these rows out, on the "
            "command line with --missing drop."
        )
    scatter = merge_all(((x - mean) * w[:, None]).T @ (x - mean) for x, w in blocks())
    return RowMoments(_nested(mean), _nested(scatter / max(total - 1, 1.0)), total)


def _outer(away: Float[ndarray, "K D"], moments: Moments) -> ndarray:
    """The scatter of one row so far away, in the shape that the moments have."""
    if moments.scatter.ndim == 1:
        return (away**2).sum(1)
    if moments.scatter.ndim == 2:
        return away**2
    outer = away[:, :, None] * away[:, None, :]
    return outer if len(moments.scatter) == len(away) else outer.sum(0, keepdims=True)


def _inverse(covariances: ndarray, n_columns: int) -> tuple[ndarray, Float[ndarray, " K"]]:
    """Precisions, and log-determinants of the covariances; NaN where one is not positive definite."""
    if covariances.ndim == 3:
        signs, log_dets = np.linalg.slogdet(covariances)
        sound = np.where((signs > 0)[:, None, None], covariances, np.eye(n_columns))
        return np.linalg.inv(sound), np.where(signs > 0, log_dets, np.nan)
    log_dets = np.log(covariances)
    return 1 / covariances, n_columns * log_dets if covariances.ndim == 1 else log_dets.sum(1)


def _times(precisions: ndarray, vectors: Float[ndarray, "K D"]) -> Float[ndarray, "K D"]:
    if precisions.ndim == 3:
        return np.einsum("kde,ke->kd", precisions, vectors)
    return (precisions if precisions.ndim == 2 else precisions[:, None]) * vectors


def _checked(name: str, value: Any, shape: tuple[int, ...]) -> ndarray:
    array = np.array(value, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"The prior's {name} has shape {array.shape}; {shape} finite numbers are needed.")
    return array


def _require_positive(values: ndarray) -> None:
    if values.min() < 0:
        raise ValueError("The prior's scale is not positive definite: no rows have such a scatter.")


def _nested(array: ndarray) -> Any:
    """An array as nested tuples, which compare and hash."""
    values = array.tolist()
    return tuple(tuple(row) if isinstance(row, list) else row for row in values) if isinstance(values, list) else values
