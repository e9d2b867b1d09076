"""Gaussian mixtures of classes that are known: one component a class under one covariance model, or a mixture each."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import em, selection, starts
from mixtura.acceleration import SmallGain
from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.grouped import Grouped, GroupedParameters
from mixtura.errors import FitError
from mixtura.hints import Hinted, HintedSource
from mixtura.informed import Informed, InformedParameters, Known
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.runners.local import Local
from mixtura.statistics import Block
from mixtura.trials import Candidate

_LEADING = 3  # settings that are fitted again
_STILL, _MOST_STEPS = 1e-8, 100  # nats per row; steps of models that iterate


class Rows(NamedTuple):
    """Rows of known classes: the class of each is a number from 0 on."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    codes: Int[ndarray, " N"]

    @property
    def n_classes(self) -> int:
        return int(self.codes.max()) + 1

    @property
    def shares(self) -> Float[ndarray, " C"]:
        """The share of each class."""
        counts = np.bincount(self.codes, self.weights)
        return counts / counts.sum()

    def of(self, c: int) -> Block:
        """The rows of one class."""
        mine = self.codes == c
        return Block(np.ascontiguousarray(self.points[mine]), self.weights[mine])


class Part(NamedTuple):
    """The mixture of one class."""

    covariance: str
    parameters: MixtureParameters

    @property
    def n_components(self) -> int:
        return len(self.parameters.weights)


class Discriminant(NamedTuple):
    """Mixtures of all classes; `log_likelihood` is that of rows and classes together, in nats."""

    parts: tuple[Part, ...]
    log_likelihood: float
    n_free: int

    def bic(self, n_rows: float) -> float:
        """Smaller is better."""
        return -2 * self.log_likelihood + self.n_free * float(np.log(n_rows))

    @property
    def words(self) -> str:
        """What the mixtures are, one after the other, or once if they are alike."""
        said = [f"{part.covariance},{part.n_components}" for part in self.parts]
        return said[0] if len(set(said)) == 1 else " ".join(said)


def fit_shared(rows: Rows, covariance: str, ridge: Any) -> Discriminant | None:
    """One component a class, all under one covariance model; None where it collapsed.

    It is a mixture fitted with all labels known: the loop only serves covariance models that iterate.
    """
    C, total = rows.n_classes, float(rows.weights.sum())
    mixture = Mixture(Gaussian(covariance, ridge))
    nothing = np.zeros(C, dtype=bool)
    model = Informed(mixture, Known(False, nothing, nothing))
    agreement = np.where(rows.codes[:, None] == np.arange(C), 0.0, -np.inf)
    run = partial(Local(), HintedSource(None, Hinted(rows.points, rows.weights, agreement)))
    start = starts.parameters_from(mixture, Block(rows.points, rows.weights), rows.codes, C)
    begun = InformedParameters(*start, np.empty((0, 0)))
    fit = em.fit(model, begun, run, stop=SmallGain(_STILL * total), max_iterations=_MOST_STEPS)
    if fit.outcome is em.Outcome.COLLAPSED or not np.isfinite(fit.objective):
        return None
    means, covariances = fit.parameters.emission
    ones = [GaussianParameters(means[[c]], covariances[[c]]) for c in range(C)]
    parts = tuple(Part(covariance, MixtureParameters(np.ones(1), one)) for one in ones)
    return Discriminant(parts, fit.objective, mixture.n_free(fit.parameters.mixture))


def fit_each(rows: Rows, numbers: Sequence[int], covariances: Sequence[str], how: tuple[int, Options]) -> Discriminant:
    """A mixture for every class, its number of components and covariance model chosen by BIC; `how` is seed, options.

    Raises
    ------
    FitError
        If no mixture can be fitted to a class.
    """
    seed, options = how
    parts: list[Part] = []
    log_likelihood, n_free = 0.0, rows.n_classes - 1
    for c, share in enumerate(rows.shares):
        mine = rows.of(c)
        possible = [k for k in numbers if k < len(np.unique(mine.points, axis=0))]
        try:
            best = _choose(mine, possible or [1], covariances, (seed, options))
        except FitError as error:
            raise FitError(f"Class {c + 1} of {rows.n_classes} ({len(mine.points)} rows): {error}") from None
        parts.append(Part(best.setting.covariance, best.parameters))
        log_likelihood += best.evidence.log_likelihood + float(mine.weights.sum() * np.log(share))
        n_free += best.evidence.n_free
    return Discriminant(tuple(parts), log_likelihood, n_free)


def _choose(rows: Block, numbers: Sequence[int], covariances: Sequence[str], how: tuple[int, Options]) -> Candidate:
    """The best by BIC: of all from one start each, the first few are fitted again from many."""
    seed, options = how
    ask: dict[str, Any] = {"seed": seed}
    quick = selection.select(
        *rows, n_components=numbers, covariances=covariances, options=options._replace(n_init=1), **ask
    )
    leading = [quick.candidates[i] for i in quick.ranking[:_LEADING]]
    thorough = [
        selection.select(*rows, n_components=[k], covariances=[name], options=options, **ask).best
        for k, name in (one.setting for one in leading)
    ]
    return min([*thorough, *leading], key=lambda one: (bool(one.remark), one.criteria["bic"]))


def together(parts: Sequence[Part], priors: Float[ndarray, " C"]) -> tuple[Mixture, MixtureParameters]:
    """The mixture whose clusters are the classes."""
    D = parts[0].parameters.emission.means.shape[1]
    every: list[Any] = [part.parameters for part in parts]
    emission = GroupedParameters(
        np.repeat(np.arange(float(len(parts))), [part.n_components for part in parts]),
        np.concatenate([weights for weights, _ in every]),
        np.concatenate([emission.means for _, emission in every]),
        np.concatenate([matrices(emission.covariances, D) for _, emission in every]),
    )
    return Mixture(Grouped("full", 0.0)), MixtureParameters(priors, emission)
