"""Rows that might as well have been seen, and fits to them.

A weight of w is worth w equal rows, here as everywhere: resampling draws from all of these.
"""

from math import inf
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import climbing, em, race, starts
from mixtura.acceleration import SmallRemainder, default_tolerance
from mixtura.emissions.grouped import Grouped
from mixtura.errors import DataError
from mixtura.fitted import FittedMixture
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block
from mixtura.tables import read_rows
from mixtura.trials import PATIENCE

_MOST_STEPS = 1000
_PATIENT = 1e-3  # of the usual tolerance: fits that begin near their end must not stop where they begin


class Original(NamedTuple):
    """A fit and its rows, in the units in which it was made."""

    model: Mixture
    parameters: MixtureParameters
    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    centre: Float[ndarray, " D"]
    scale: Float[ndarray, " D"]

    @property
    def n_rows(self) -> int:
        """How many rows the weights stand for, one at least."""
        return max(1, round(float(self.weights.sum())))

    def labels(self, parameters: MixtureParameters, n_threads: int = 1) -> Int[ndarray, " N"]:
        """The component of each row under any parameters in these units."""
        parts = Local(n_threads).each(ArraySource(self.points), self.model.classify(parameters))
        return np.concatenate([found.labels for found in parts])

    def in_units_of_the_data(self, parameters: MixtureParameters) -> MixtureParameters:
        """Parameters of a fit in these units, as they are reported."""
        emission: Any = self.model.emission
        return parameters._replace(emission=emission.rescale(parameters.emission, self.centre, self.scale))


def original(fitted: FittedMixture, data: Any, weights: Any = None) -> Original:
    """A mixture with the rows of a table, back in the units of the fit.

    Raises
    ------
    DataError
        As `mixtura.classify`, and if the clusters are merged components, which no fit finds again, or
        rows were trimmed.
    """
    fitted = fitted.middle
    if isinstance(fitted.model.emission, Grouped):
        raise DataError(
            "The clusters of this model are groups of components, which fits to other rows would not find again: ask "
            "the model before merging."
        )
    if fitted.model.floor > -inf:
        raise DataError("This model was fitted to what trimming left of its rows, which is another part of other rows.")
    table = read_rows(fitted, data, weights)
    counts = np.ones(len(table.points)) if table.weights is None else table.weights
    known, D = fitted.scaling, table.points.shape[1]
    centre, scale = np.array(known.get("centre", np.zeros(D))), np.array(known.get("scale", np.ones(D)))
    emission: Any = fitted.model.emission
    parameters = fitted.parameters._replace(
        emission=emission.rescale(fitted.parameters.emission, -centre / scale, 1 / scale)
    )
    points = np.ascontiguousarray((table.points - centre) / scale)
    return Original(fitted.model.in_units(-centre / scale, 1 / scale), parameters, points, counts, centre, scale)


def draw_rows(origin: Original, rng: np.random.Generator) -> Float[ndarray, " N"]:
    """How often each row is drawn, of as many as there are, with replacement (Efron 1979)."""
    return rng.multinomial(origin.n_rows, origin.weights / origin.weights.sum()).astype(np.float64)


def search_again(origin: Original, block: Block, rng: np.random.Generator) -> MixtureParameters | None:
    """A fit from starts of its own; None if all of them collapsed."""
    source = _counted(block)
    n_components = len(origin.parameters.weights)
    if source.n_rows < n_components:
        return None
    stop = SmallRemainder(default_tolerance(source.total_weight))
    plan = race.Plan(n_components, starts.DIVERSE, True, _MOST_STEPS, stop, patience=PATIENCE)
    return _usable(race.run(origin.model, source, plan, runner=Local(), rng=rng).best)


def go_on(origin: Original, block: Block) -> MixtureParameters | None:
    """A fit from where the original ended; None if a component collapsed."""
    source = _counted(block)
    stop = SmallRemainder(_PATIENT * default_tolerance(source.total_weight))
    run = climbing.everything(source, Local())
    fits = climbing.fit_all(origin.model, [origin.parameters], run, stop=stop, max_iterations=_MOST_STEPS)
    return _usable(fits[0])


def _counted(block: Block) -> ArraySource:
    """The rows that count."""
    kept = block.weights > 0
    return ArraySource(np.ascontiguousarray(block.points[kept]), block.weights[kept])


def _usable(fit: em.Fit) -> MixtureParameters | None:
    if fit.outcome is em.Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return None if fit.outcome is em.Outcome.COLLAPSED else fit.parameters
