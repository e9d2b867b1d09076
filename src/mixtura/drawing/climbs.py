"""EM runs step by step, for pictures: from starts of any kind to where they end, every parameter on the way kept."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from mixtura import climbing, em, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.errors import FitError
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.mixture import Classification, MixtureParameters
from mixtura.race import SAMPLE_ROWS
from mixtura.scaling import Scaling, seen_mass
from mixtura.statistics import Block


class Climb(NamedTuple):
    """One run: the parameters before each step, in the units of the data, and their log-likelihoods in nats."""

    kind: str
    steps: tuple[MixtureParameters, ...]
    log_likelihoods: tuple[float, ...]
    outcome: em.Outcome

    @property
    def first(self) -> int:
        """As of a `Course`: it begins at its start."""
        return 0

    @property
    def is_through(self) -> bool:
        """As of a `Course`: it went to its end."""
        return True

    def at(self, fitted: FittedMixture, step: int) -> FittedMixture:
        """The mixture as it was before a step."""
        return replace(fitted.middle, parameters=self.steps[step])


def climbs(
    fitted: FittedMixture, rows: Rows, kinds: Sequence[str], seed: int, max_iterations: int = 500
) -> list[Climb]:
    """A run from a start of each kind, with as many components and of the same shape as in the mixture.

    Raises
    ------
    FitError
        If all runs collapsed at once.
    ValueError
        If there is no such kind of start.
    """
    unknown = [kind for kind in kinds if kind not in starts.STARTS]
    if unknown:
        raise ValueError(f"The start {unknown[0]!r} is unknown: use one of {', '.join(starts.STARTS)}.")
    fitted = fitted.middle
    scaling, rng = _scaling(fitted), np.random.default_rng(seed)
    block = Block(scaling.apply(rows.points), np.ascontiguousarray(rows.weights))
    drawn = starts.draw(fitted.model, block, fitted.n_components, kinds, rng)
    found = [climb for candidate in drawn for climb in _climb(fitted, candidate, block, scaling, max_iterations)]
    if not found:
        raise FitError(f"Every start led to a mixture that has no density: {em.Outcome.COLLAPSED.value}")
    return found


def some_rows(rows: Rows, most: int = SAMPLE_ROWS) -> Rows:
    """At most so many rows, at even steps of the table, each counting for those it stands for."""
    n_rows = len(rows.points)
    if n_rows <= most:
        return rows
    kept = np.linspace(0, n_rows - 1, most).astype(int)
    labels = Classification(*(values[kept] for values in rows.classification))
    weights = rows.weights[kept] * (rows.weights.sum() / rows.weights[kept].sum())
    return Rows(rows.points[kept], weights, labels)


def _climb(
    fitted: FittedMixture, candidate: starts.Candidate, block: Block, scaling: Scaling, max_iterations: int
) -> Iterator[Climb]:
    """The run, or nothing where it collapsed before its first step."""
    passed: list[em.Step] = []
    (fit,) = climbing.fit_all(
        fitted.model,
        [candidate.parameters],
        climbing.AtHand(climbing.in_double(block)),
        stop=SmallRemainder(default_tolerance(block.weights.sum())),
        max_iterations=max_iterations,
        callbacks=[passed.append],
    )
    shift = scaling.shift(seen_mass(block))
    steps = tuple(_in_units_of_the_data(fitted, step.before, scaling) for step in passed)
    if steps:
        yield Climb(candidate.kind, steps, tuple(value - shift for value in fit.trace), fit.outcome)


def _scaling(fitted: FittedMixture) -> Scaling:
    """The units in which the mixture was fitted, which its regularisation is in."""
    known, n_columns = fitted.scaling, len(fitted.features)
    centre, scale = known.get("centre", np.zeros(n_columns)), known.get("scale", np.ones(n_columns))
    return Scaling(known.get("name", "none"), np.asarray(centre), np.asarray(scale))


def _in_units_of_the_data(fitted: FittedMixture, parameters: MixtureParameters, scaling: Scaling) -> MixtureParameters:
    emission: Any = fitted.model.emission
    return parameters._replace(emission=emission.rescale(parameters.emission, scaling.centre, scaling.scale))
