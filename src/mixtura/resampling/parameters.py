"""Standard errors and intervals of what a mixture says: weights, means, covariances."""

from collections.abc import Sequence
from functools import partial
from math import prod
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions._moments import matrices
from mixtura.errors import DataError, FitError, OptionError
from mixtura.fitted import AnyFitted, fitted_of
from mixtura.mixture import MixtureParameters
from mixtura.ordering import match
from mixtura.resampling.draws import DRAWS
from mixtura.resampling.information import Point, covariance_of_estimates
from mixtura.resampling.replicates import Original, go_on, original
from mixtura.runners.local import Local

CURVATURES = ("information", "sandwich")
METHODS = (*DRAWS, *CURVATURES)
Values = dict[str, ndarray]


class Uncertainty(NamedTuple):
    """How far estimates may be off. Each dict holds an array for each of "weights", "means" and "covariances".

    These have shapes (K,), (K, D) and (K, D, D), in units of the data, whatever the covariance model; where there is
    noise, so is its "noise_share". `replicates` are those of all fits, stacked, and empty where none were made.
    """

    method: str
    level: float
    estimates: Values
    errors: Values  # standard errors
    low: Values  # ends of the intervals
    high: Values
    replicates: Values
    n_failed: int

    def __repr__(self) -> str:
        return f"<Uncertainty: {self.method}, level: {self.level}, fits: {len(self.replicates.get('weights', ()))}>"


def uncertainty(
    fitted: AnyFitted,
    data: Any,
    weights: Any = None,
    *,
    method: str = "bootstrap",
    n_replicates: int | None = None,
    level: float = 0.95,
    seed: int = 0,
    n_threads: int = 1,
) -> Uncertainty:
    """Standard errors and intervals of all parameters of a Gaussian mixture.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        The rows it was fitted to; columns as for `classify`.
    weights : array of shape (N,), optional
        How much each row counts; by default the weights of the Table, or once.
    method : {"bootstrap", "weighted", "parametric", "jackknife", "information", "sandwich"}
        Fits to rows drawn with replacement, to rows with random weights, to rows drawn from the mixture, to all rows
        but some; or, without another fit, from how sharply the likelihood peaks, if the model is true or even if not.
    n_replicates : int, optional
        How many fits; by default 999, and for the jackknife as many as there are rows, 1000 at most.
    level : float
        What share of such intervals should hold the true value.
    seed : int
        Same seed, same result, whatever the number of threads.
    n_threads : int
        Fits that are made side by side.

    Returns
    -------
    Uncertainty
        Intervals are from quantiles of the replicates, or, for the last three methods, normal: of weights on the scale
        of log-odds, of variances on that of logarithms.

    Raises
    ------
    DataError
        As `classify`, if components are not Gaussian, or merged, and if cells are missing where the method is
        "information" or "sandwich".
    FitError
        If no replicate led to a usable mixture, or the likelihood has no peak where the fit ended.
    ValueError
        If an option is unknown or out of range, or the method asks for the likelihood of a fit that had a prior.

    Notes
    -----
    Replicates go on from where the fit ended, and their components are matched to its own. The first four methods are
    those of ``MclustBootstrap`` in R's mclust (O'Hagan, Murphy, Scrucca & Gormley 2019); for the others see Boldea &
    Magnus (2009).

    Examples
    --------
    >>> import numpy as np
    >>> import mixtura
    >>> rows = np.random.default_rng(0).normal(10, 2, (400, 1))
    >>> fitted = mixtura.assemble(mixtura.select(rows, n_components=[1], covariances=["full"]))
    >>> found = mixtura.uncertainty(fitted, rows, method="information")
    >>> bool(np.isclose(found.errors["means"][0, 0], rows.std() / 20))  # sd / sqrt(n)
    True
    """
    _check(method, n_replicates, level)
    origin = original(fitted_of(fitted), data, weights)
    if not hasattr(origin.parameters.emission, "covariances"):
        raise DataError(
            "Standard errors are those of components over columns of numbers, and some columns hold levels or counts: "
            "fit without these, or ask stability which clusters come back."
        )
    if method in CURVATURES:
        return _by_curvature(origin, method, level)
    number = DRAWS[method].usual_number(origin) if n_replicates is None else n_replicates
    return _by_replicates(origin, method, (number, n_threads), level, seed)


def _check(method: str, n_replicates: int | None, level: float) -> None:
    if method not in METHODS:
        raise ValueError(f"method={method!r} is unknown: use one of {', '.join(METHODS)}.")
    if n_replicates is not None and n_replicates < 2:
        raise ValueError(f"n_replicates is {n_replicates}; at least two fits are needed.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1.")


# --- by other fits ---------------------------------------------------------------------------------------------------


def _by_replicates(origin: Original, method: str, how: tuple[int, int], level: float, seed: int) -> Uncertainty:
    number, n_threads = how
    number = min(number, len(origin.points)) if method == "jackknife" else number
    jobs = list(enumerate(np.random.SeedSequence(seed).spawn(number)))
    found = list(Local(n_threads).map(partial(_replicate, origin, method, number), jobs))
    kept = [values for values in found if values is not None]
    if len(kept) < 2:
        raise FitError(f"Only {len(kept)} of {number} fits to other rows led to a mixture: use fewer components.")
    replicates = {name: np.array([values[name] for values in kept]) for name in kept[0]}
    estimates = _values(origin, origin.parameters)
    errors = {name: np.sqrt(DRAWS[method].variance(values)) for name, values in replicates.items()}
    if method == "jackknife":
        low, high = _normal_intervals(estimates, errors, level)
    else:
        low, high = (
            {name: np.quantile(values, end, axis=0) for name, values in replicates.items()}
            for end in ((1 - level) / 2, (1 + level) / 2)
        )
    return Uncertainty(method, level, estimates, errors, low, high, replicates, number - len(kept))


def _replicate(origin: Original, method: str, number: int, job: tuple[int, np.random.SeedSequence]) -> Values | None:
    which, stream = job
    found = go_on(origin, DRAWS[method].block(origin, which, number, np.random.default_rng(stream)))
    return None if found is None else _values(origin, aligned(origin, found))


def aligned(origin: Original, found: MixtureParameters) -> MixtureParameters:
    """The components in the order of those that they lie nearest to."""
    means = origin.parameters.emission.means
    return origin.model.reorder(found, match(means, found.emission.means, np.ones(means.shape[1])))


def _values(origin: Original, parameters: MixtureParameters) -> Values:
    """In the units of the data."""
    weights, (means, covariances) = origin.in_units_of_the_data(parameters)
    noise = {} if origin.model.noise is None else {"noise_share": np.array(1.0 - weights.sum())}
    return {"weights": weights, "means": means, "covariances": matrices(covariances, means.shape[1])} | noise


# --- by the likelihood -----------------------------------------------------------------------------------------------


def _by_curvature(origin: Original, method: str, level: float) -> Uncertainty:
    emission: Any = origin.model.emission
    if emission.prior is not None or origin.model.concentration != 1:
        raise OptionError(f'method="{method}" looks at the likelihood alone, but the fit had a prior: use "bootstrap".')
    if n_incomplete := int(np.isnan(origin.points).any(1).sum()):
        raise DataError(
            f'method="{method}" is for complete rows, and cells are missing in {n_incomplete:,} of '
            f'{len(origin.points):,}: use "bootstrap" or "jackknife", or fit to the complete rows alone.'
        )
    covariance, point = covariance_of_estimates(origin, method == "sandwich")
    estimates, errors = _values(origin, origin.parameters), _errors(point, covariance)
    low, high = _normal_intervals(estimates, errors, level)
    return Uncertainty(method, level, estimates, errors, low, high, {}, 0)


def _errors(point: Point, covariance: Float[ndarray, "P P"]) -> Values:
    """The delta method, and back to the units of the data."""
    by_share, by_mean, by_covariance = point.derivatives()
    ends = np.cumsum([0, *map(len, (by_share, by_mean, by_covariance))])
    shares, means, covariances = (
        _root(own, covariance[start:end, start:end])
        for own, start, end in zip((by_share, by_mean, by_covariance), ends[:-1], ends[1:], strict=True)
    )
    K, scale = len(means), point.origin.scale
    noise = {"noise_share": shares[-1]} if len(shares) > K else {}
    return {"weights": shares[:K], "means": means * scale, "covariances": covariances * scale[:, None] * scale} | noise


def _root(derivatives: Float[ndarray, "P ..."], covariance: Float[ndarray, "P P"]) -> ndarray:
    flat = derivatives.reshape(len(derivatives), prod(derivatives.shape[1:]))
    return np.sqrt(np.einsum("pv,pq,qv->v", flat, covariance, flat)).reshape(derivatives.shape[1:])


def _normal_intervals(estimates: Values, errors: Values, level: float) -> tuple[Values, Values]:
    """On the scale of log-odds for shares and of logarithms for variances, where these can end nowhere."""
    width = NormalDist().inv_cdf((1 + level) / 2)
    low, high = {}, {}
    for name, value in estimates.items():
        reach = width * errors[name]
        low[name], high[name] = value - reach, value + reach
        if name in ("weights", "noise_share"):
            low[name], high[name] = _of_shares(value, reach)
        if name == "covariances":
            for end, sign in ((low[name], -1), (high[name], 1)):
                _fill_diagonal(end, _diagonal(value) * np.exp(sign * _diagonal(reach) / _diagonal(value)))
    return low, high


def _of_shares(shares: ndarray, reach: ndarray) -> Sequence[ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        odds, reach = np.log(shares / (1 - shares)), reach / (shares * (1 - shares))
        ends = [1 / (1 + np.exp(-(odds + sign * reach))) for sign in (-1, 1)]
    return [np.where((shares > 0) & (shares < 1), end, shares) for end in ends]


def _diagonal(matrices: Float[ndarray, "K D D"]) -> Float[ndarray, "K D"]:
    return np.einsum("kdd->kd", matrices)


def _fill_diagonal(target: Float[ndarray, "K D D"], values: Float[ndarray, "K D"]) -> None:
    np.einsum("kdd->kd", target)[:] = values
