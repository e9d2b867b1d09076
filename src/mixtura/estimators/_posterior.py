"""The questions that a fitted `BayesianGaussianMixture` answers, from its attributes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.utils.validation import check_is_fitted

from mixtura import posterior
from mixtura.bayesian import BayesianMixture
from mixtura.criteria import Evidence
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.normal_wishart import NormalWishartParameters
from mixtura.estimators import _variational
from mixtura.estimators._attributes import attributes, each
from mixtura.estimators._base import generator, local
from mixtura.estimators._mixture import FittedAnswers
from mixtura.estimators._sources import asked_source
from mixtura.estimators._variational_prior import model_of
from mixtura.evidence import collect_evidence
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.posterior import Draws, Intervals, Predictive


class PosteriorAnswers(FittedAnswers):
    """What can be asked of a posterior besides what can be asked of a mixture."""

    def credible_intervals(self, level: float = 0.95) -> Intervals:
        """Equal-tailed credible intervals of all weights, means and covariances.

        Parameters
        ----------
        level : float, default=0.95
            The probability of each interval.

        Returns
        -------
        Intervals
            `weights` (K, 2), `means` (K, D, 2) and `covariances` (K, D, D, 2), lower ends first. They are those of the
            approximation, which takes components for independent: where these overlap, true intervals are wider.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import BayesianGaussianMixture
        >>> X = np.random.default_rng(0).normal(size=(100, 1))
        >>> BayesianGaussianMixture().fit(X).credible_intervals().means.round(1).tolist()  # 2 / sqrt(100) to both sides
        [[[-0.1, 0.3]]]
        """
        check_is_fitted(self)
        if not 0 < level < 1:
            raise ValueError(f"level is {level}; the probability of an interval lies between 0 and 1.")
        return posterior.intervals(self._model, self._parameters(), level)

    def sample_posterior(self, n_draws: int = 1) -> Draws:
        """Draw whole mixtures from the posterior.

        Parameters
        ----------
        n_draws : int, default=1
            How many, S.

        Returns
        -------
        Draws
            `weights` (S, K), `means` (S, K, D) and `covariances` (S, K, D, D).

        Raises
        ------
        ValueError
            If `n_draws` is less than one.
        """
        check_is_fitted(self)
        if n_draws < 1:
            raise ValueError(f"n_draws is {n_draws}; at least one mixture has to be drawn.")
        return posterior.draw(self._model, self._parameters(), n_draws, generator(self.random_state))

    def predictive(self) -> Predictive:
        """The density of a new row, averaged over the posterior: a mixture of Student's t distributions.

        `score_samples` of the estimator is scikit-learn's, a lower bound of this density's.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import BayesianGaussianMixture
        >>> X = np.random.default_rng(0).normal(size=(5, 1))
        >>> bayes = BayesianGaussianMixture().fit(X)
        >>> bool((bayes.predictive().score_samples(X) > bayes.score_samples(X)).all())
        True
        """
        check_is_fitted(self)
        return posterior.predictive(self._model, self._parameters())

    def predict_together(self, X: Any, Y: Any = None) -> Float[ndarray, "N M"]:
        """The probability that two rows come from the same component.

        Parameters
        ----------
        X, Y : array-like of shape (N, D) and (M, D)
            Every row of `X` with every row of `Y`, by default with all of `X`.

        Returns
        -------
        array of shape (N, M)
            A row is together with itself for certain, which only the rows of one table can be known to be.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import BayesianGaussianMixture
        >>> X = np.random.default_rng(0).normal(size=(40, 1)) + np.repeat([0, 20], 20)[:, None]
        >>> together = BayesianGaussianMixture(n_components="auto", random_state=0).fit(X).predict_together(X)
        >>> together[0, [0, 1, 39]].round(2).tolist()
        [1.0, 1.0, 0.0]
        """
        shares = self.predict_proba(X)
        if Y is not None:
            return np.asarray(shares @ self.predict_proba(Y).T)
        together = np.asarray(shares @ shares.T)
        np.fill_diagonal(together, 1.0)
        return together

    @property
    def _model(self) -> BayesianMixture:
        return model_of(vars(self), self)

    @property
    def _plain_model(self) -> Mixture:
        """The family of the mixture in the middle of the posterior."""
        return Mixture(Gaussian(self.covariance_type, 0.0))

    def _parameters(self) -> MixtureParameters:
        means = np.array(self.means_, dtype=np.float64)
        counts = np.asarray(self.mean_precision_, dtype=np.float64) - self.mean_precision_prior_
        covariances = each(self.covariances_, self.covariance_type, len(means))
        weights = np.array(self.weights_, dtype=np.float64)
        return MixtureParameters(weights, NormalWishartParameters(means, covariances, np.maximum(counts, 0.0)))

    def _take_order(self, order: ndarray) -> None:
        self._learn(self._model.reorder(self._parameters(), order))

    def _learn(self, parameters: MixtureParameters) -> None:
        shown = attributes(middle(parameters), self.covariance_type, self.means_.dtype)
        for name, value in (shown | _variational.posterior(self._model, parameters)).items():
            setattr(self, name, value)

    def _bound(self, function: Callable[..., Any]) -> partial[Any]:
        model, parameters = self._model, self._parameters()
        density = model.emission.density(parameters.emission)
        return partial(function, emission=model.emission, log_weights=model.log_weights(parameters), density=density)

    def _evidence(self, X: Any, sample_weight: Any) -> Evidence:
        """Of the mixture in the middle of the posterior, so that criteria compare with those of other mixtures."""
        classify = self._plain_model.classify(middle(self._parameters()))
        source = asked_source(self, X, sample_weight)
        return collect_evidence(classify, self._n_parameters(), source, local(self.n_jobs))

    def _seen(self, X: Any, sample_weight: Any) -> Evidence:
        """Of the predictive density, as `score_samples` has it, not of the mixture in the middle."""
        return super()._evidence(X, sample_weight)


def middle(parameters: MixtureParameters) -> MixtureParameters:
    """The Gaussian mixture in the middle of a posterior."""
    return parameters._replace(emission=parameters.emission.expected)
