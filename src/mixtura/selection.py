"""Many numbers of components times many covariance models: fit all, keep all, name the best."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import em, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.covariance import MODELS
from mixtura.covariance.degenerate import flat_components, spurious_components
from mixtura.criteria import CRITERIA, Evidence
from mixtura.emissions.gaussian import Gaussian
from mixtura.errors import FitError
from mixtura.mixture import Classification, Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.scaling import Scaling, choose_scaling
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

RIDGE = 1e-6  # of a column's variance: what keeps a component from shrinking onto one row
PATIENCE = 8  # kicks in vain that end a fit's search: where one fit is poor, others are there to be chosen
FOUR = ("full", "tied", "diag", "spherical")


class Setting(NamedTuple):
    """What one fit of a selection is asked for."""

    n_components: int
    covariance: str


class Candidate(NamedTuple):
    """One fit of a selection, in the units of the data."""

    setting: Setting
    emission: Gaussian
    parameters: MixtureParameters
    evidence: Evidence
    criteria: dict[str, float]  # by name; smaller is better
    search: race.Search
    remark: str  # why it is not eligible; empty if it is


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

    def table(self) -> list[dict[str, object]]:
        """One row a fit: what was asked, what came out, and whether it was eligible."""
        return [
            {
                "n_components": candidate.setting.n_components,
                "covariance": candidate.setting.covariance,
                "log_likelihood": candidate.evidence.log_likelihood,
                "n_free": candidate.evidence.n_free,
                **candidate.criteria,
                "outcome": candidate.search.best.outcome.name.lower(),
                "n_iterations": sum(record.n_iterations for record in candidate.search.records),
                "remark": candidate.remark,
            }
            for candidate in self.candidates
        ]


class Options(NamedTuple):
    """How each fit of a selection is made."""

    scale: str = "standard"
    ridge: float = RIDGE  # in squared units of the scaled data
    n_init: int | None = None  # full runs from as many starts; by default a race of diverse starts
    max_iterations: int = 1000
    tolerance: float | None = None  # nats in total; by default a thousandth, more for many rows
    n_threads: int = 1


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
    criterion : {"bic", "icl", "aic"}
        Smaller is better.
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
    scaling = choose_scaling(points, weights, options.scale)
    source = ArraySource(scaling.apply(points), weights)
    settings = [Setting(k, covariance) for covariance in covariances for k in n_components]
    jobs = [(setting, _stream(seed, setting)) for setting in settings]
    candidates: list[Candidate] = []
    with contextlib.suppress(KeyboardInterrupt):
        for candidate in _fit_all(jobs, source, scaling, options):
            candidates.append(candidate)
            on_fit(candidate)
            if _is_interrupted(candidate):
                break
    is_complete = len(candidates) == len(settings) and not any(map(_is_interrupted, candidates))
    ranking = _rank(candidates, criterion)
    if not ranking:
        raise FitError(_why_none(candidates))
    features = tuple(f"x{d}" for d in range(points.shape[1]))
    return Selection(tuple(candidates), criterion, ranking, scaling, len(points), is_complete, features)


_Job = tuple[Setting, np.random.SeedSequence]
# Rows from which fits run side by side: below, Python's own work fills a step and threads wait for each other. From so
# many blocks on, each fit spreads its blocks over the threads instead.
_ENOUGH_ROWS, _MANY_BLOCKS = 4096, 8


def _stream(seed: int, setting: Setting) -> np.random.SeedSequence:
    """Random numbers of its own for every fit, whatever else is tried."""
    return np.random.SeedSequence(seed, spawn_key=(setting.n_components, *setting.covariance.encode()))


def _fit_all(jobs: Sequence[_Job], source: ArraySource, scaling: Scaling, options: Options) -> Iterator[Candidate]:
    has_many_blocks = len(list(islice(source.blocks(), _MANY_BLOCKS))) == _MANY_BLOCKS
    runner = Local(options.n_threads if has_many_blocks else 1)
    fit = partial(_fit_one, source=source, scaling=scaling, options=options, runner=runner)
    if options.n_threads == 1 or has_many_blocks or source.n_rows < _ENOUGH_ROWS:
        yield from map(fit, jobs)
        return
    with ThreadPoolExecutor(options.n_threads) as pool:
        futures = [pool.submit(fit, job) for job in jobs]
        try:
            for future in futures:
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _fit_one(job: _Job, source: ArraySource, scaling: Scaling, options: Options, runner: Local) -> Candidate:
    setting, stream = job
    emission = Gaussian(setting.covariance, options.ridge)
    plan = race.Plan(
        setting.n_components,
        kinds=starts.DIVERSE * 2 if options.n_init is None else starts.cycle(options.n_init),
        is_race=options.n_init is None,
        max_iterations=options.max_iterations,
        stop=SmallRemainder(options.tolerance or default_tolerance(source.total_weight)),
        patience=PATIENCE,
    )
    search = race.run(Mixture(emission), source, plan, runner=runner, rng=np.random.default_rng(stream))
    return _candidate(setting, emission, search, source, scaling, runner)


def _candidate(
    setting: Setting, emission: Gaussian, search: race.Search, source: ArraySource, scaling: Scaling, runner: Local
) -> Candidate:
    model, parameters = Mixture(emission), search.best.parameters
    scaled = collect_evidence(model.classify(parameters), model.n_free(parameters), source, runner)
    shift = source.total_weight * scaling.log_volume  # from the units of the fit to those of the data
    evidence = scaled._replace(log_likelihood=scaled.log_likelihood - shift)
    return Candidate(
        setting,
        emission,
        parameters._replace(emission=emission.rescale(parameters.emission, scaling.centre, scaling.scale)),
        evidence,
        {name: criterion(evidence) for name, criterion in CRITERIA.items()},
        search,
        _remark(setting, search, source.total_weight, emission.ridge),
    )


def collect_evidence(
    classify: Callable[[Block], Classification], n_free: int, source: ArraySource, runner: Local
) -> Evidence:
    """What criteria look at: one pass over the rows of `source`."""
    log_likelihood, map_entropy = runner(source, partial(_block_evidence, classify=classify))
    return Evidence(log_likelihood, n_free, source.total_weight, map_entropy)


def _block_evidence(block: Block, classify: Callable[[Block], Classification]) -> tuple[float, float]:
    """Log-likelihood, and -sum log of the largest responsibility."""
    _, probabilities, log_density = classify(block)
    logs = np.log(probabilities.astype(np.float64))
    return float(block.weights @ log_density.astype(np.float64)), -float(block.weights @ logs)


def _remark(setting: Setting, search: race.Search, total_weight: float, ridge: float) -> str:
    if search.best.outcome is em.Outcome.COLLAPSED:
        return search.best.outcome.value
    weights, (_, covariances) = search.best.parameters
    if len(flat_components(covariances, ridge)):
        return (
            "A component has no width in some direction but what the regularisation gives it: a column takes few "
            "values there, or columns determine each other."
        )
    spurious = spurious_components(weights * total_weight, covariances)
    if MODELS[setting.covariance].is_shared or not len(spurious):
        return ""
    fewest = (weights[spurious] * total_weight).min()
    return f"A component of {fewest:.3g} rows is a spike: flat in some direction, an accident of few rows."


def _is_interrupted(candidate: Candidate) -> bool:
    return candidate.search.best.outcome is em.Outcome.INTERRUPTED


def _rank(candidates: Sequence[Candidate], criterion: str) -> tuple[int, ...]:
    """Fits without a remark, best first; where there are none, those that are only spikes."""
    values = [candidate.criteria[criterion] for candidate in candidates]
    finite = [i for i in range(len(candidates)) if np.isfinite(values[i])]
    sound = [i for i in finite if not candidates[i].remark]
    return tuple(sorted(sound or finite, key=values.__getitem__))


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
