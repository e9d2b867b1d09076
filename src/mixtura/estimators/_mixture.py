"""The questions that a fitted mixture answers, from its attributes `weights_`, `means_` and `precisions_cholesky_`."""

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura import projection
from mixtura.covariance import MODELS
from mixtura.criteria import Evidence
from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.noise import UniformNoise, log_noise
from mixtura.estimators._answers import Answers
from mixtura.estimators._attributes import density_of, parameters_of
from mixtura.estimators._base import (
    check_points,
    fill,
    generator,
    is_far,
    local,
    reference_means,
)
from mixtura.estimators._elsewhere import of_mixture
from mixtura.estimators._prior import concentration
from mixtura.estimators._record import scaling_record
from mixtura.estimators._sources import asked_source
from mixtura.evidence import collect_evidence
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import (
    Mixture,
    MixtureParameters,
    block_classification,
    block_draw,
    block_expectation,
    block_posterior,
)
from mixtura.ordering import match
from mixtura.projection import Projection
from mixtura.runners.contract import Measured
from mixtura.statistics import Block

_SHAPES = ("covariances_", "precisions_", "precisions_cholesky_")


class FittedAnswers(Answers):
    """What can be asked of a fitted Gaussian mixture."""

    _noise: UniformNoise | None = None

    @property
    def noise_share_(self) -> float:
        """The share of the rows that belong to no component: what `weights_` lack of one, 0 without noise."""
        return 0.0 if self._noise is None else 1.0 - float(np.sum(self.weights_, dtype=np.float64))

    def predict(self, X: Any) -> ndarray:
        """The most probable component of each row, from 0 on; -1 for noise.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import GaussianMixture
        >>> mixture = GaussianMixture(covariance_type="spherical")
        >>> mixture.weights_ = np.array([0.5, 0.5])  # a mixture that is known, not fitted
        >>> mixture.means_ = np.array([[0.0], [4.0]])
        >>> mixture.precisions_cholesky_ = np.ones(2)  # 1 / standard deviation
        >>> mixture.predict([[0.5], [3.0]])
        array([0, 1])
        """
        return self._answer(X, block_classification, 0, np.int64)

    def predict_proba(self, X: Any) -> Float[ndarray, "N K"]:
        """The probability of each component for each row, shape (N, K), and of noise, if there is any, as column K."""
        return self._answer(X, block_posterior, 0)

    def score_samples(self, X: Any) -> Float[ndarray, " N"]:
        """The log-density of each row, in nats, shape (N,)."""
        return self._answer(X, block_classification, 2)

    def sample(self, n_samples: int = 1) -> tuple[Float[ndarray, "N D"], ndarray]:
        """Draw rows from the mixture.

        Parameters
        ----------
        n_samples : int, default=1
            How many.

        Returns
        -------
        X : array of shape (n_samples, D)
            The rows, those of the first component first, noise last.
        y : array of shape (n_samples,)
            The component of each, -1 for noise.

        Raises
        ------
        ValueError
            If `n_samples` is less than one.
        """
        check_is_fitted(self)
        if n_samples < 1:
            raise ValueError(f"Invalid value for 'n_samples': {n_samples} . The sampling requires at least one sample.")
        return self._model.sample(self._parameters(), n_samples, generator(self.random_state))

    def impute(self, X: Any, n_draws: int | None = None) -> ndarray:
        """Fill the cells of rows that are missing, by what the mixture says of them given the cells that are there.

        Parameters
        ----------
        X : array-like of shape (N, D)
            Rows; NaN where a cell is missing.
        n_draws : int or None, default=None
            None gives expected values: the best guess of each cell, but rows that look more alike than they are. So
            many draws (by `random_state`) show how uncertain the guess is: for multiple imputation (Rubin 1987).

        Returns
        -------
        array of shape (N, D) or (n_draws, N, D)
            The rows without holes. A row without any cell gets the mean of the mixture, or a draw from it.

        Raises
        ------
        ValueError
            If `n_draws` is less than one.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import GaussianMixture
        >>> x = np.linspace(0, 1, 50)
        >>> line = GaussianMixture(random_state=0).fit(np.column_stack([x, 2 * x + np.sin(50 * x) / 10]))
        >>> line.impute([[0.5, np.nan], [np.nan, 0.4]]).round(1)
        array([[0.5, 1. ],
               [0.2, 0.4]])
        """
        points = self._points(X)
        if n_draws is None:
            return self._filled(points, self._bound(block_expectation))
        if n_draws < 1:
            raise ValueError(f"n_draws={n_draws} asks for no rows at all: use 1 or more, or None for expected values.")
        draw = self._bound(partial(block_draw, rng=generator(self.random_state)))
        return np.stack([self._filled(points, draw) for _ in range(n_draws)])

    def _filled(self, points: Float[ndarray, "N D"], function: Callable[[Block], ndarray]) -> Float[ndarray, "N D"]:
        """In one thread: draws follow each other."""
        answer = np.empty_like(points)
        fill(answer, points, function, local(1))
        return answer

    def relabel_to(self, reference: Any) -> Self:
        """Number the components as in an earlier fit: each takes the number of the one it lies nearest to, one to one.

        Parameters
        ----------
        reference : fitted GaussianMixture, FittedMixture or array of shape (K, D)
            The earlier fit, or its means.

        Returns
        -------
        self
            Weights, means, covariances and precisions in the new order.

        Raises
        ------
        ValueError
            If the reference has other numbers of components or columns.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import GaussianMixture
        >>> rng = np.random.default_rng(0)
        >>> X = np.concatenate([rng.normal(0, 1, (30, 1)), rng.normal(9, 1, (20, 1))])
        >>> mixture = GaussianMixture(n_components=2, random_state=0).fit(X)
        >>> mixture.relabel_to([[10.0], [1.0]]).weights_
        array([0.4, 0.6])
        """
        check_is_fitted(self)
        parameters = self._parameters()
        means = reference.parameters.emission.means if isinstance(reference, FittedMixture) else reference
        means = reference_means(getattr(means, "means_", means), parameters.emission.means.shape)
        order = match(means, parameters.emission.means, _spread(parameters))
        self._take_order(order)
        self._numbered_by = "none"
        return self

    def _take_order(self, order: ndarray) -> None:
        for name in ("weights_", "means_", *(() if MODELS[self._covariance].is_shared else _SHAPES)):
            setattr(self, name, getattr(self, name)[order])

    def discriminant_directions(self, n_directions: int | None = None, *, shapes: float = 0.0) -> Projection:
        """The directions in which the components differ most: see `mixtura.discriminant_directions`."""
        return projection.discriminant_directions(self.to_fitted(), n_directions, shapes=shapes)

    def to_fitted(self) -> FittedMixture:
        """The mixture as a value: what `mixtura.save` writes and reports show."""
        check_is_fitted(self)
        parameters = self._parameters()
        n_columns = parameters.emission.means.shape[1]
        names = getattr(self, "feature_names_in_", [f"x{d}" for d in range(n_columns)])
        return FittedMixture(
            model=self._model,
            parameters=parameters,
            features=tuple(map(str, names)),
            cluster_names=default_names(len(parameters.weights)),
            order=getattr(self, "_numbered_by", "none"),
            scaling=scaling_record(n_columns),
            history=getattr(self, "_history", {}),
            memory=self._memory,
        )

    @property
    def _covariance(self) -> str:
        """The covariance type: what was fitted, else what is asked for."""
        asked: str = self.covariance_type
        return self._setting.covariance if hasattr(self, "_setting") else asked

    @property
    def _emission(self) -> Gaussian:
        ridge = getattr(self, "_ridge", 0.0) if isinstance(self.reg_covar, str) else float(self.reg_covar)
        return Gaussian(self._covariance, ridge, getattr(self, "_prior", None))

    @property
    def _model(self) -> Mixture:
        return Mixture(self._emission, bool(self.equal_weights), concentration(self.prior), self._noise)

    @property
    def _n_features_out(self) -> int:
        return len(self.weights_) + (self._model.noise is not None)

    def _parameters(self) -> MixtureParameters:
        return parameters_of(vars(self), self._covariance)

    def _n_parameters(self) -> int:
        return self._model.n_free(self._parameters())

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        check_is_fitted(self)
        return check_points(self, X, reset=False, may_have_holes=True)

    def _bound(self, function: Callable[..., Any]) -> partial[Any]:
        """The function of a block, under the attributes as they are now."""
        weights = np.array(self.weights_, dtype=np.float64)
        with np.errstate(divide="ignore"):
            log_weights = np.log(weights)
        density = density_of(self.means_, self.precisions_cholesky_, self._covariance)
        extra = {} if self._noise is None else {"log_noise": log_noise(weights, self._noise)}
        return partial(function, emission=self._emission, log_weights=log_weights, density=density, **extra)

    def _answer(self, X: Any, function: Callable[..., Any], field: int, dtype: Any = None) -> Any:
        """One field of what `function` says of every row; a collection of a cluster's for one of those."""
        check_is_fitted(self)
        bound = self._bound(function)
        if is_far(X):
            return of_mixture(self, X, bound, field)
        points = self._points(X)
        shape = (len(points), self._n_features_out) if function is block_posterior else (len(points),)
        answer = np.empty(shape, dtype=dtype or points.dtype)
        fill(answer, points, lambda block: bound(block)[field], local(self.n_jobs))
        return answer

    def _batch(self, X: Any, sample_weight: Any) -> Measured:
        """The rows that count."""
        return asked_source(self, X, sample_weight)

    def _evidence(self, X: Any, sample_weight: Any) -> Evidence:
        source = self._batch(X, sample_weight)
        return collect_evidence(self._bound(block_classification), self._n_parameters(), source, local(self.n_jobs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        settings = self.get_params(deep=False)  # of which some need rows without holes
        tags.input_tags.allow_nan = settings.get("prior") is None and settings.get("outliers", "none") == "none"
        return tags


def _spread(parameters: MixtureParameters) -> Float[ndarray, " D"]:
    """The standard deviation of each column under the mixture."""
    weights, (means, covariances, *_) = parameters
    variances = np.diagonal(matrices(covariances, means.shape[1]), axis1=1, axis2=2)
    return np.sqrt(weights @ (variances + (means - weights @ means) ** 2))
