"""Many numbers of components times many covariance models: fit all, keep all, name the best."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from threading import TIMEOUT_MAX, Event, Timer
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.chances import is_over
from mixtura.covariance import MODELS
from mixtura.criteria import CRITERIA, OF_SELECTIONS
from mixtura.errors import FitError
from mixtura.folds import folds_for
from mixtura.options import Options, check_tails
from mixtura.powers import settled
from mixtura.replay import Replay
from mixtura.scaling import Scaling, choose_scaling, seen_mass
from mixtura.schedule import Order, fulfil, is_pruned
from mixtura.sources.array import ArraySource
from mixtura.sources.column import Column
from mixtura.statistics import Block
from mixtura.trials import Candidate, Setting, is_interrupted

FOUR = ("full", "tied", "diag", "spherical")


class Selection(NamedTuple):
    """All fits, in the order they were asked for, and the ranking by one criterion."""

    candidates: tuple[Candidate, ...]
    criterion: str
    ranking: tuple[int, ...]  # indices of the eligible candidates, best first
    scaling: Scaling
    n_rows: int
    is_complete: bool  # False when it was interrupted
    seed: int = 0
    options: Options = Options()
    features: tuple[str, ...] = ()  # names of the columns; those of an array are x0, x1, …
    shift: float = 0.0  # what log-likelihoods in the units of the fit are above those in the units of the data

    def __repr__(self) -> str:
        best = self.best.setting if self.ranking else None
        return f"<Selection: {self.criterion}, fits: {len(self.candidates)}, best: {best}>"

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

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the columns are, where some hold no numbers."""
        return self.options.columns

    @property
    def has_numbers(self) -> bool:
        """Whether there is something that covariances would shape."""
        return not self.columns or any(column.kind == "number" for column in self.columns)

    def table(self) -> list[dict[str, object]]:
        """One row a fit: what was asked, what came out, and whether it was eligible."""
        return [
            {
                "n_components": candidate.setting.n_components,
                "covariance": candidate.setting.covariance if self.has_numbers else "independent",
                "log_likelihood": candidate.evidence.log_likelihood,
                "n_free": candidate.evidence.n_free,
                **{name: candidate.criteria.get(name, np.nan) for name in CRITERIA},
                "outcome": candidate.search.best.outcome.name.lower(),
                "n_iterations": sum(record.n_iterations for record in candidate.search.records),
                "is_searched": candidate.is_searched,
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
    time_limit: float | None = None,
    resume: Selection | None = None,
    replay: Replay | None = None,
) -> Selection:
    """Fit every number of components under every covariance model, and rank the fits.

    Parameters
    ----------
    points : array of shape (N, D)
        Finite numbers; NaN where a cell is missing. Rows without weight or without any cell take no part.
    weights : array of shape (N,), optional
        How much each row counts.
    n_components, covariances
        What to try; every combination is fitted. Without `prune`, a fit does not depend on what else is tried.
    criterion : {"bic", "icl", "aic", "aicc", "caic", "sabic", "nec", "holdout", "cv"}
        Smaller is better; see `mixtura.criteria`. For "holdout" and "cv" every fit is made again without some rows.
    seed : int
        Same seed, same result, whatever the number of threads.
    options : Options
        Scaling, starts, stopping, threads; without `prune`, all fits are searched to their best, not only sketched.
    on_fit : callable
        Called with each candidate as it is done, in the order asked for; where sketches come first, again with each
        that is searched, the most promising first.
    time_limit : float, optional
        Seconds after which the search ends with the fits that are done, and those under way as they are.
    resume : Selection, optional
        An earlier one of the same rows, seed and options: the fits that it ended are not made again. So a search that
        was cut short goes on, to the result that it would have had, and a finished one can be widened.
    replay : Replay, optional
        The pieces of this very search that an earlier run had done, which is told of those that this one does.

    Returns
    -------
    Selection
        Ctrl-C ends it early with the fits that are done.

    Raises
    ------
    FitError
        If no fit is eligible.
    ValueError
        If a criterion, a covariance model or a scaling is unknown, or `resume` is of other rows, another seed or other
        options.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2))])
    >>> selection = select(points, n_components=range(1, 4), covariances=["spherical"])
    >>> selection.best.setting
    Setting(n_components=2, covariance='spherical')
    """
    _check(criterion, covariances, time_limit)
    check_tails(options)
    points, weights = that_count(points, np.ones(len(points)) if weights is None else weights)
    settings = _settings(n_components, covariances, options)
    options = options._replace(columns=settled(options.columns, points, weights, [k for k, _ in settings]))
    scaling = units(points, weights, options)
    source = ArraySource(scaling.apply(points), weights)
    known = _known_fits(resume, (scaling, len(points), seed, options), criterion) if resume else {}
    folds = folds_for(source.points, weights, criterion, np.random.default_rng(seed), options.n_folds)
    done: dict[Setting, Candidate] = {}
    order = Order(settings, criterion, seed, known, replay or Replay())
    with contextlib.suppress(KeyboardInterrupt), _bell(time_limit) as closing:
        for candidate in fulfil(order, source, scaling, options, folds, closing):
            done[candidate.setting] = candidate
            on_fit(candidate)
    candidates = [found for setting in settings if (found := done.get(setting) or known.get(setting))]
    is_complete = _is_complete(candidates, order, options, points.size)
    ranking = _rank(candidates, criterion)
    if not ranking:
        raise FitError(_why_none(candidates))
    features = tuple(f"x{d}" for d in range(points.shape[1]))
    shift = scaling.shift(seen_mass(Block(source.points, weights)))
    return Selection(
        tuple(candidates), criterion, ranking, scaling, len(points), is_complete, seed, options, features, shift
    )


def _settings(n_components: Iterable[int], covariances: Sequence[str], options: Options) -> list[Setting]:
    """All combinations; without numbers, there is nothing that covariances would shape."""
    is_shaped = not options.columns or any(column.kind == "number" for column in options.columns)
    return [Setting(k, own) for own, k in product(covariances if is_shaped else covariances[:1], n_components)]


def _is_complete(candidates: Sequence[Candidate], order: Order, options: Options, n_numbers: int) -> bool:
    """Whether every fit came to its end, and none is left that may win by a search."""
    if len(candidates) < len(order.settings) or any(map(is_interrupted, candidates)):
        return False
    return not is_pruned(order.settings, order.criterion, options) or is_over(candidates, order.criterion, n_numbers)


def that_count(points: ndarray, weights: ndarray) -> tuple[ndarray, ndarray]:
    """The rows that have weight and a cell, and their weights."""
    counts = weights > 0
    if np.isnan(points.min()):
        counts &= ~np.isnan(points).all(1)
    return (points, weights) if counts.all() else (points[counts], weights[counts])


def units(points: ndarray, weights: ndarray, options: Options) -> Scaling:
    """Of numbers as they are; categories and counts have no units, and transforms want those of the data."""
    if not options.columns:
        return choose_scaling(points, weights, options.scale)
    numbers = [d for d, column in enumerate(options.columns) if column.is_plain]
    scaling = Scaling(options.scale, np.zeros(points.shape[1]), np.ones(points.shape[1]))
    if numbers:
        _, scaling.centre[numbers], scaling.scale[numbers] = choose_scaling(points[:, numbers], weights, options.scale)
    return scaling


def _rank(candidates: Sequence[Candidate], criterion: str) -> tuple[int, ...]:
    """Fits without a remark, best first; where there are none, those that are only spikes."""
    values = [candidate.criteria.get(criterion, np.nan) for candidate in candidates]
    finite = [i for i in range(len(candidates)) if np.isfinite(values[i])]
    sound = [i for i in finite if not candidates[i].remark]
    return tuple(sorted(sound or finite, key=values.__getitem__))


@contextlib.contextmanager
def _bell(time_limit: float | None) -> Iterator[Event]:
    """An event that is set when the time is up."""
    event = Event()
    timer = Timer(time_limit, event.set) if time_limit is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        yield event
    finally:
        if timer:
            timer.cancel()


def _known_fits(
    earlier: Selection, made_of: tuple[Scaling, int, int, Options], criterion: str
) -> dict[Setting, Candidate]:
    """The fits of an earlier selection that came to their end and have the criterion."""
    scaling, n_rows, seed, options = made_of
    same_units = all(np.array_equal(a, b) for a, b in zip(earlier.scaling[1:], scaling[1:], strict=True))
    if earlier.n_rows != n_rows or not same_units:
        raise ValueError("The selection to resume is of other rows: without resume, all fits are made anew.")
    if earlier.seed != seed or earlier.options.of_fits != options.of_fits:
        raise ValueError(
            f"The selection to resume was made with seed={earlier.seed} and {earlier.options}: take the same, or leave "
            "resume out."
        )
    return {c.setting: c for c in earlier.candidates if criterion in c.criteria and not is_interrupted(c)}


def _check(criterion: str, covariances: Sequence[str], time_limit: float | None) -> None:
    if time_limit is not None and not 0 < time_limit <= TIMEOUT_MAX:
        raise ValueError(f"time_limit={time_limit} is no number of seconds that can be waited for.")
    if criterion not in OF_SELECTIONS:
        raise ValueError(f"criterion={criterion!r} is unknown: use one of {', '.join(OF_SELECTIONS)}.")
    unknown = [name for name in covariances if name not in MODELS]
    if unknown:
        raise ValueError(f"The covariance model {unknown[0]!r} is unknown: use one of {', '.join(MODELS)}.")


def _why_none(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "Interrupted before the first fit was done: there is nothing to keep."
    return f"None of the {len(candidates)} fits led to a usable mixture. {candidates[-1].remark}"
