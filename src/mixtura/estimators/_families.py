"""What estimators share whose columns need not be numbers: rows as codes, and what can be asked of a mixture."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from mixtura import em
from mixtura.criteria import Evidence
from mixtura.estimators._answers import Answers
from mixtura.estimators._base import check_weights, fill, generator, is_far, local, reference_means, weighted_source
from mixtura.estimators._elsewhere import of_mixture
from mixtura.estimators._given import Given
from mixtura.estimators._record import history, record, scaling_record
from mixtura.estimators._search import plan_starts, run, stopping_rule
from mixtura.evidence import collect_evidence
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.ordering import canonical_order, match
from mixtura.race import Plan, Search
from mixtura.runners.contract import Measured, Runner
from mixtura.runners.held import Held
from mixtura.runners.local import Local
from mixtura.sources.column import Column
from mixtura.sources.kinds import decode, encode, table_of
from mixtura.trials import Setting

_NOTHING = Given(None, None, None)
_NAMED = 3  # unknown levels in a warning


class FamilyAnswers(Answers):
    """What can be asked of a fitted mixture of any family.

    A fit leaves `_columns` (what each column is), `_model` and `_parameters`.
    """

    _columns: tuple[Column, ...]
    _model: Mixture
    _parameters: MixtureParameters

    def predict(self, X: Any) -> ndarray:
        """The most probable component of each row, from 0 on."""
        return self._answer(X, "classify", 0, dtype=np.int64)

    def predict_proba(self, X: Any) -> Float[ndarray, "N K"]:
        """The probability of each component for each row, shape (N, K)."""
        return self._answer(X, "posterior", 0, is_wide=True)

    def score_samples(self, X: Any) -> Float[ndarray, " N"]:
        """The log-density of each row, in nats, shape (N,); of categories and counts it is a log-probability."""
        return self._answer(X, "classify", 2)

    def sample(self, n_samples: int = 1) -> tuple[ndarray, ndarray]:
        """Draw rows from the mixture.

        Parameters
        ----------
        n_samples : int, default=1
            How many.

        Returns
        -------
        X : array of shape (n_samples, D)
            The rows, those of the first component first: numbers, and levels as text.
        y : array of shape (n_samples,)
            The component of each.

        Raises
        ------
        ValueError
            If `n_samples` is less than one.
        """
        check_is_fitted(self)
        if n_samples < 1:
            raise ValueError(f"n_samples is {n_samples}: at least one row can be drawn.")
        rng = generator(self.random_state)
        counts = rng.multinomial(n_samples, self._parameters.weights / self._parameters.weights.sum())
        points = self._model.emission.sample(self._parameters.emission, counts, rng)
        return decode(points, self._columns), np.repeat(np.arange(len(counts)), counts)

    def relabel_to(self, reference: Self) -> Self:
        """Number the components as in an earlier fit: each takes the number of the one it is most like, one to one.

        Parameters
        ----------
        reference : fitted estimator of the same kind
            The earlier fit, to the same columns and levels.

        Returns
        -------
        self
            Weights and everything else by component in the new order.

        Raises
        ------
        ValueError
            If the reference has other numbers of components, columns or levels.
        """
        check_is_fitted(self)
        check_is_fitted(reference)
        theirs = reference._model.emission.locations(reference._parameters.emission)
        own = self._model.emission.locations(self._parameters.emission)
        spread = np.sqrt(self._parameters.weights @ (own - self._parameters.weights @ own) ** 2)
        by = match(reference_means(theirs, own.shape), own, np.where(spread > 0, spread, 1.0))
        self._show(self._model.reorder(self._parameters, by))
        self._numbered_by = "none"
        return self

    def to_fitted(self) -> FittedMixture:
        """The mixture as a value: what `mixtura.save` writes."""
        check_is_fitted(self)
        return FittedMixture(
            model=self._model,
            parameters=self._parameters,
            features=tuple(column.name for column in self._columns),
            cluster_names=default_names(len(self.weights_)),
            order=self._numbered_by,
            scaling=scaling_record(len(self._columns)),
            history=self._history,
            levels={column.name: list(column.levels) for column in self._columns if column.kind == "category"},
            memory=self._memory,
        )

    def _batch(self, X: Any, sample_weight: Any) -> Measured:
        """The rows that count."""
        points = self._points(X)
        return weighted_source(points, check_weights(sample_weight, len(points)))

    def _learn(self, parameters: MixtureParameters) -> None:
        self._show(parameters)

    def _show(self, parameters: MixtureParameters) -> None:
        """Set what is held by component; families add what is theirs."""
        self._parameters = parameters
        self.weights_ = parameters.weights

    def _search(self, source: Measured, model: Mixture, runner: Runner) -> Search:
        begin, stop = plan_starts("auto", self.n_init, _NOTHING), self._stop(source.total_weight)
        plan = Plan(self._wanted().n_components, begin.kinds, begin.is_race, self.max_iter, stop)
        return run(model, source, begin, plan, generator(self.random_state), runner)

    def _keep(self, search: Search, source: Measured, model: Mixture, columns: Sequence[Column], runner: Held) -> None:
        """Set the attributes, or none of them where the fit failed; then raise what ended it early."""
        best = search.best
        if best.outcome is em.Outcome.COLLAPSED:
            raise ValueError(best.outcome.value)
        by = canonical_order(best.parameters.weights, model.emission.locations(best.parameters.emission), self.order)
        self._columns, self._model, self._numbered_by = tuple(columns), model, self.order
        self._memory = None
        self._show(model.reorder(best.parameters, by))
        for name, value in record(search, source, is_begun=self.max_iter > 0).items():
            setattr(self, name, value)
        self._history = history(self._wanted(), model, self._parameters, search, source, self._runner)
        self.n_parameters_ = model.n_free(self._parameters)
        runner.conclude(is_interrupted=best.outcome is em.Outcome.INTERRUPTED)
        if not self.converged_ and self.max_iter > 0:
            warnings.warn(f"{best.outcome.value} ({self.n_iter_} were taken.)", ConvergenceWarning, stacklevel=3)

    def _wanted(self) -> Setting:
        """What the fit is asked for, or is the best of those asked for."""
        return Setting(self.n_components, getattr(self, "covariance_type", "independent"))

    def _stop(self, total_weight: float) -> em.Stop:
        return stopping_rule(self.tol, total_weight)

    @property
    def _runner(self) -> Local:
        return local(self.n_jobs)

    @property
    def _n_features_out(self) -> int:
        return len(self.weights_)

    def _points(self, X: Any) -> Float[ndarray, "N D"]:
        """The rows as the fit saw them; a level it never saw is taken for missing, with a warning."""
        check_is_fitted(self)
        table = columns_of(self, X, reset=False)
        columns = [column._replace(name=name) for column, name in zip(self._columns, table.column_names, strict=True)]
        points, unknown = encode(table, columns)
        if unknown:
            told = "; ".join(f"{name}: {', '.join(map(repr, found[:_NAMED]))}" for name, found in unknown.items())
            warnings.warn(f"Levels that the fit never saw are taken for missing: {told}.", UserWarning, stacklevel=3)
        return points

    def _answer(self, X: Any, question: str, field: int, *, is_wide: bool = False, dtype: Any = None) -> Any:
        """One field, of a number or one for each component, of what the mixture answers about rows, of their type."""
        check_is_fitted(self)
        bound = getattr(self._model, question)(self._parameters)
        if is_far(X):
            return of_mixture(self, X, bound, field, self._columns)
        points = self._points(X)
        shape = (len(points), self._n_features_out) if is_wide else len(points)
        answer = np.empty(shape, dtype=dtype or points.dtype)
        fill(answer, points, lambda block: bound(block)[field], self._runner)
        return answer

    def _evidence(self, X: Any, sample_weight: Any) -> Evidence:
        source = self._batch(X, sample_weight)
        n_free = self._model.n_free(self._parameters)
        return collect_evidence(self._model.classify(self._parameters), n_free, source, self._runner)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        return tags


def rows_that_count(table: Any, weights: Float[ndarray, " N"] | None) -> tuple[Any, Float[ndarray, " N"] | None]:
    """A table without the rows of weight zero, which take no part, and the weights that are left."""
    if weights is None or weights.all():
        return table, weights
    return table.take(np.flatnonzero(weights)), weights[weights > 0]


def columns_of(estimator: Any, X: Any, *, reset: bool, min_rows: int = 1) -> Any:
    """The rows as an Arrow table; scikit-learn's errors for what is no table, or another one than in the fit."""
    is_plain = hasattr(X, "toarray") or (hasattr(X, "__array__") and not hasattr(X, "columns"))
    if is_plain or isinstance(X, (list, tuple)):
        X = check_array(X, dtype=None, ensure_all_finite=False, ensure_min_samples=min_rows)
    table = table_of(X)
    validate_data(estimator, table if isinstance(X, Mapping) else X, reset=reset, skip_check_array=True)
    if table.num_rows < min_rows:
        raise ValueError(f"Found array with {table.num_rows} sample(s) while a minimum of {min_rows} is required.")
    return table
