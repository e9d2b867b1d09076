"""Fits that go on step by step, or in leaps: one by one, or all through each step at once where rows are few.

What Python does in a step takes longer than the arithmetic of a few hundred rows, so the components of several fits go
through it abreast, as those of one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import em, squarem
from mixtura.acceleration import Resumed
from mixtura.emissions.abreast import Abreast, See
from mixtura.emissions.passing import has_kernel
from mixtura.mixture import SPECK, Mixture, MixtureParameters
from mixtura.statistics import Block, cut, joined

_TOGETHER = 1 << 15  # log-densities of rows under components that go through a step at once


@dataclass
class Walks:
    """Fits by the loop, step by step, or in leaps."""

    model: em.Model
    run: em.Run
    fits: list[em.Fit]

    def go(self, which: Iterable[int], stop: em.Stop, n_steps: int, watch: em.Callback) -> None:
        """Take these fits on, to so many steps in all at most; an interrupt ends it."""
        for numbers in self._in_groups(list(which)):
            before = [self.fits[number] for number in numbers]
            courses = [self._course(fit, stop, n_steps, watch) for fit in before]
            for number, earlier, fit in zip(numbers, before, em.together(courses, self._look), strict=True):
                self.fits[number] = fit._replace(trace=earlier.trace + fit.trace)
            if self.is_interrupted:
                break

    def fit(self, number: int) -> em.Fit:
        """Where the fit of that number stands."""
        return self.fits[number]

    @property
    def heights(self) -> Float[ndarray, " M"]:
        """The last objective of each fit; minus infinity for one that collapsed."""
        collapsed = em.Outcome.COLLAPSED
        return np.array([float("-inf") if fit.outcome is collapsed else fit.objective for fit in self.fits])

    def weights(self, which: Int[ndarray, " L"]) -> Float[ndarray, "L K"]:
        """Those of the components where these fits stand."""
        return np.array([self.fits[number].parameters.weights for number in which])

    @property
    def is_interrupted(self) -> bool:
        return any(fit.outcome is em.Outcome.INTERRUPTED for fit in self.fits)

    @property
    def n_iterations(self) -> int:
        """Steps taken, by all."""
        return sum(len(fit.trace) for fit in self.fits)

    def _course(self, before: em.Fit, stop: em.Stop, n_steps: int, watch: em.Callback) -> em.Course:
        rule = Resumed(stop, before.trace) if before.trace else stop
        left = n_steps - len(before.trace)
        return squarem.course(self.model, before.parameters, stop=rule, max_iterations=left, callbacks=[watch])

    def _in_groups(self, which: Sequence[int]) -> Iterator[Sequence[int]]:
        return ([number] for number in which)

    def _look(self, wanted: Sequence[Any]) -> list[Any]:
        return [self.run(self.model.statistics(parameters)) for parameters in wanted]


@dataclass
class WalksAbreast(Walks):
    """The same over few rows, many fits at once."""

    model: "Told"
    rows: "Ready"

    def _in_groups(self, which: Sequence[int]) -> Iterator[Sequence[int]]:
        size = max(1, _TOGETHER // (len(self.rows.weights) * len(self.fits[0].parameters.weights)))
        return (which[start : start + size] for start in range(0, len(which), size))

    def _look(self, wanted: Sequence[MixtureParameters]) -> list[Any]:
        return step(self.model.mixture, self.rows, wanted)


class Ready(NamedTuple):
    """Rows as a family sees them again and again, and their weights."""

    family: Abreast
    see: See
    weights: Float[ndarray, " N"]


class Reached(NamedTuple):
    """The objective of parameters, and where the next step leads."""

    objective: float
    after: MixtureParameters


@dataclass(frozen=True)
class Told:
    """A mixture as a model whose statistics are `Reached` at once."""

    mixture: Mixture

    def statistics(self, parameters: MixtureParameters) -> Callable[[Block], Any]:
        """Those of the mixture; nobody asks for them where a step is taken abreast."""
        return self.mixture.statistics(parameters)

    def objective(self, statistics: Reached, parameters: MixtureParameters) -> float:
        return statistics.objective

    def maximise(self, statistics: Reached, parameters: MixtureParameters) -> MixtureParameters:
        return statistics.after

    def coordinates(self, parameters: MixtureParameters, like: MixtureParameters) -> ndarray | None:
        return self.mixture.coordinates(parameters, like)

    def at(self, coordinates: ndarray, like: MixtureParameters) -> MixtureParameters:
        return self.mixture.at(coordinates, like)


def abreast(model: em.Model, block: Block, start: MixtureParameters) -> Abreast | None:
    """The family of a mixture, if components of several fits can go through a step at once, and no kernel takes them.

    What is a mixture of another kind makes sums of its own.
    """
    if type(model) is not Mixture or model.noise is not None:
        return None
    family = model.emission
    if not isinstance(family, Abreast) or family.abreast(1) is None:
        return None
    return None if has_kernel(block, model.emission.density(start.emission)) else family


def step(mixture: Mixture, rows: Ready, wanted: Sequence[MixtureParameters]) -> list[Reached]:
    """One step of EM from all of these."""
    M, K = len(wanted), len(wanted[0].weights)
    family, together = rows.family.abreast(M), joined([parameters.emission for parameters in wanted])
    assert family is not None
    log_weights = np.concatenate([mixture.log_weights(parameters) for parameters in wanted])
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):  # a degenerate fit has an objective of NaN
        sight = rows.see(family.density(together))
        log_joint = np.ascontiguousarray((log_weights + sight.log_density()).T).reshape(M, K, -1)
        shares, log_evidence = _share_out(log_joint)
        shares *= rows.weights
        statistics = sight.accumulate(shares.reshape(M * K, -1).T)
        counts = shares.sum(2) + SPECK
        after = family.maximise(statistics, counts.ravel(), together)
    heights = (log_evidence @ rows.weights).tolist()
    return [
        Reached(
            heights[m] + mixture.log_prior(wanted[m]),
            MixtureParameters(mixture.share(counts[m]), cut(after, slice(m * K, (m + 1) * K))),
        )
        for m in range(M)
    ]


def _share_out(log_joint: Float[ndarray, "M K N"]) -> tuple[Float[ndarray, "M K N"], Float[ndarray, "M N"]]:
    """Responsibilities, and the logarithm of what they are shares of."""
    top = log_joint.max(1)
    shares = np.exp(log_joint - top[:, None])
    evidence = shares.sum(1)
    shares /= evidence[:, None]
    return shares, top + np.log(evidence)
