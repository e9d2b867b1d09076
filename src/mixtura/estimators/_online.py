"""`partial_fit`: batch after batch, of which none is kept."""

from functools import partial
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mixtura import online
from mixtura.errors import FitError
from mixtura.estimators import _parameters as rules
from mixtura.estimators._base import is_far, local
from mixtura.fitted import FittedMixture
from mixtura.online import Memory, Schedule
from mixtura.runners.contract import Measured
from mixtura.updating import advance, memory_of, remembering

SCHEDULE = rules.either(rules.NONE, rules.Rule(lambda value: isinstance(value, Schedule), "a mixtura.Schedule"))
_FEWEST = 2


class GoesOn:
    """What estimators of mixtures share that can go on with new rows.

    They say how rows become a source (`_batch`) and how parameters become attributes (`_learn`).
    """

    _memory: Memory | None

    def partial_fit(self: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Go on with a batch of rows, by one step of stepwise EM; the first batch is fitted as `fit` does.

        After `fit`, or in a loaded mixture, the rows before count by what the parameters say of them. How much is
        remembered, `schedule` says; components keep their numbers.

        Parameters
        ----------
        X : array-like of shape (N, D)
            New rows, as for `fit`. The first batch should be large enough to show all components.
        y : ignored
        sample_weight : array-like of shape (N,), optional
            How much each row counts.

        Returns
        -------
        self
            `lower_bound_` is the mean log-likelihood per row of this batch, in nats, before it was learnt from; of a
            posterior what a row adds to the bound.

        Raises
        ------
        ValueError
            If an option or the data cannot be used, the first batch has too few rows, or a component would collapse:
            then everything is as it was.

        Examples
        --------
        >>> import numpy as np
        >>> from mixtura import GaussianMixture
        >>> rng = np.random.default_rng(0)
        >>> mixture = GaussianMixture(n_components=2, random_state=0)
        >>> for _ in range(20):
        ...     batch = rng.normal(0, 1, (200, 1)) + rng.choice([0, 8], (200, 1), p=[0.3, 0.7])
        ...     mixture = mixture.partial_fit(batch)
        >>> mixture.n_samples_seen_, mixture.means_.round(0).tolist()
        (4000.0, [[8.0], [0.0]])
        """
        rules.check_parameters(self, self._rules)
        if not hasattr(self, "weights_"):
            return self._begin(X, sample_weight)
        source, schedule = self._batch(X, sample_weight), self.schedule or Schedule()
        try:
            after, log_likelihood = advance(self.to_fitted(), source, schedule, local(self.n_jobs))
        except FitError as error:
            raise ValueError(str(error)) from None
        self._remember(after)
        self.lower_bound_ = log_likelihood / source.total_weight
        self.lower_bounds_ = [*getattr(self, "lower_bounds_", ()), self.lower_bound_]
        return self

    @property
    def n_samples_seen_(self: Any) -> float:
        """The weight of all rows so far: their number where every row counts once."""
        check_is_fitted(self)
        return memory_of(self.to_fitted()).seen

    def _begin(self: Any, X: Any, sample_weight: Any) -> Any:
        self._refuse_few(X)
        self.fit(X, sample_weight=sample_weight)
        source: Measured = self._batch(X, sample_weight)
        fitted = self.to_fitted()
        run = partial(local(self.n_jobs), source)
        self._memory = online.begin(fitted.model, fitted.parameters, run, source.total_weight)
        return self

    def _refuse_few(self: Any, X: Any) -> None:
        shape = () if is_far(X) else np.shape(X)
        wanted = self.n_components if isinstance(self.n_components, int) else 1
        if shape and shape[0] < max(wanted, _FEWEST):
            raise ValueError(
                f"The first batch has {shape[0]} sample(s), while a minimum of {max(wanted, _FEWEST)} is required to "
                "begin: gather more (some hundreds show what components look like), then go on in batches of any size."
            )

    def _remember(self: Any, after: FittedMixture) -> None:
        """Take over the parameters, rounded to the type of the attributes, and what is known about these."""
        memory = after.memory
        self._learn(after.parameters)
        self._numbered_by, self._history = "none", after.history
        self._memory = memory and remembering(self.to_fitted(), memory).memory
