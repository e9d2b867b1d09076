"""Many numbers of components times many covariance models: fit all, keep all, name the best."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import MODELS
from mixtura.criteria import CRITERIA
from mixtura.errors import FitError
from mixtura.folds import Fold, split
from mixtura.scaling import Scaling, choose_scaling
from mixtura.sources.array import ArraySource
from mixtura.trials import Candidate, Options, Setting, fit_all, is_interrupted, stream

FOUR = ("full", "tied", "diag", "spherical")


class Selection(NamedTuple):
    """All fits, in the order they were asked for, and the ranking by one criterion."""

    candidates: tuple[Candidate, ...]
    criterion: str
    ranking: tuple[int, ...]  # indices of the eligible candidates, best first
    scaling: Scaling
    n_rows: int
    is_complete: bool  # False when it was interrupted
    features: tuple[str, ...] = ()  # names of the columns; those of an array are x0, x1, …

    @property
    def best(self) -> Candidate:
        """The eligible candidate with the smallest criterion."""
        return self.candidates[self.ranking[0]]

    @property
    def runner_up(self) -> Candidate | None:
        """The second best, if there is one."""
        return self.candidates[self.ranking[1]] if len(self.ranking) > 1 else None

    @property
    def difference(self) -> float:
        """By how much the criterion of the second best is larger; NaN if there is none."""
        return self._value(self.runner_up) - self._value(self.best) if self.runner_up else float("nan")

    def _value(self, candidate: Candidate) -> float:
        return candidate.criteria[self.criterion]

    def table(self) -> list[dict[str, object]]:
        """One row a fit: what was asked, what came out, and whether it was eligible."""
        return [
            {
                "n_components": candidate.setting.n_components,
                "covariance": candidate.setting.covariance,
                "log_likelihood": candidate.evidence.log_likelihood,
                "n_free": candidate.evidence.n_free,
                **{name: candidate.criteria.get(name, np.nan) for name in CRITERIA},
                "outcome": candidate.search.best.outcome.name.lower(),
                "n_iterations": sum(record.n_iterations for record in candidate.search.records),
                "remark": candidate.remark,
            }
            for candidate in self.candidates
        ]

    def to_frame(self, backend: str = "pandas") -> Any:
        """The table as a data frame.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            The library whose frame is returned; it must be installed.

        Raises
        ------
        MissingExtraError
            If that library is not installed.

        Examples
        --------
        >>> from mixtura import datasets, select
        >>> selection = select(datasets.load("faithful").data, n_components=[1, 2, 3], covariances=["tied"])
        >>> selection.to_frame("polars")["bic"].arg_min()
        2
        """
        from mixtura.sources.frames import make_frame  # loads Arrow

        rows = self.table()
        return make_frame({name: [row[name] for row in rows] for name in rows[0]}, backend)


def select(
    points: Float[ndarray, "N D"],
    weights: Float[ndarray, " N"] | None = None,
    *,
    n_components: Iterable[int] = range(1, 10),
    covariances: Sequence[str] = FOUR,
    criterion: str = "bic",
    seed: int = 0,
    options: Options = Options(),  # noqa: B008 (immutable)
    on_fit: Callable[[Candidate], None] = lambda candidate: None,
) -> Selection:
    """Fit every number of components under every covariance model, and rank the fits.

    Parameters
    ----------
    points : array of shape (N, D)
        Finite numbers.
    weights : array of shape (N,), optional
        How much each row counts.
    n_components, covariances
        What to try; every combination is fitted, from its own stream of random numbers, so a fit does not depend on
        the others.
    criterion : {"bic", "icl", "aic", "aicc", "caic", "sabic", "nec", "holdout", "cv"}
        Smaller is better; see `mixtura.criteria`. For "holdout" and "cv" every fit is made again without some rows.
    seed : int
        Same seed, same result, whatever the number of threads.
    options : Options
        Scaling, starts, stopping, threads.
    on_fit : callable
        Called with each candidate as it is done, in the order asked for.

    Returns
    -------
    Selection
        Ctrl-C ends it early with the fits that are done.

    Raises
    ------
    FitError
        If no fit is eligible.
    ValueError
        If a criterion, a covariance model or a scaling is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2))])
    >>> selection = select(points, n_components=range(1, 4), covariances=["spherical"])
    >>> selection.best.setting
    Setting(n_components=2, covariance='spherical')
    """
    _check_names(criterion, covariances)
    weights = np.ones(len(points)) if weights is None else weights
    scaling = _scaling(points, weights, options)
    if all(column.kind != "number" for column in options.columns) and options.columns:
        covariances = covariances[:1]  # there is nothing that they would shape
    source = ArraySource(scaling.apply(points), weights)
    settings = [Setting(k, covariance) for covariance in covariances for k in n_components]
    jobs = [(setting, stream(seed, setting)) for setting in settings]
    folds = _folds(source.points, weights, criterion, np.random.default_rng(seed), options.n_folds)
    candidates: list[Candidate] = []
    with contextlib.suppress(KeyboardInterrupt):
        for candidate in fit_all(jobs, source, scaling, options, folds):
            candidates.append(candidate)
            on_fit(candidate)
    is_complete = len(candidates) == len(settings) and not any(map(is_interrupted, candidates))
    ranking = _rank(candidates, criterion)
    if not ranking:
        raise FitError(_why_none(candidates))
    features = tuple(f"x{d}" for d in range(points.shape[1]))
    return Selection(tuple(candidates), criterion, ranking, scaling, len(points), is_complete, features)


def _scaling(points: ndarray, weights: ndarray, options: Options) -> Scaling:
    """Of numbers; categories and counts have no units."""
    if not options.columns:
        return choose_scaling(points, weights, options.scale)
    numbers = [d for d, column in enumerate(options.columns) if column.kind == "number"]
    own = choose_scaling(points[:, numbers], weights, options.scale) if numbers else None
    scaling = Scaling(options.scale, np.zeros(points.shape[1]), np.ones(points.shape[1]))
    if own is not None:
        scaling.centre[numbers], scaling.scale[numbers] = own.centre, own.scale
    return scaling


def _rank(candidates: Sequence[Candidate], criterion: str) -> tuple[int, ...]:
    """Fits without a remark, best first; where there are none, those that are only spikes."""
    values = [candidate.criteria.get(criterion, np.nan) for candidate in candidates]
    finite = [i for i in range(len(candidates)) if np.isfinite(values[i])]
    sound = [i for i in finite if not candidates[i].remark]
    return tuple(sorted(sound or finite, key=values.__getitem__))


def _folds(
    points: ndarray, weights: ndarray, criterion: str, rng: np.random.Generator, n_folds: int
) -> tuple[Fold, ...]:
    """The same for all fits, so that these are judged by the same rows; none where rows need not be left out."""
    if not CRITERIA[criterion].takes_a_fold:
        return ()
    folds = split(points, weights, n_folds, rng)
    return folds if CRITERIA[criterion].takes_all_folds else folds[:1]


def _check_names(criterion: str, covariances: Sequence[str]) -> None:
    if criterion not in CRITERIA:
        raise ValueError(f"criterion={criterion!r} is unknown: use one of {', '.join(CRITERIA)}.")
    unknown = [name for name in covariances if name not in MODELS]
    if unknown:
        raise ValueError(f"The covariance model {unknown[0]!r} is unknown: use one of {', '.join(MODELS)}.")


def _why_none(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "Interrupted before the first fit was done: there is nothing to keep."
    return f"None of the {len(candidates)} fits led to a usable mixture. {candidates[-1].remark}"
