"""Passes over all rows that count for many: between two of them, a sample goes on in their place.

A pass tells by how much the sums over a sample, blown up to all rows, are wrong under the parameters of that pass.
Steps of EM on the sample, its sums corrected by this, lead to where steps over all rows would: exactly if the error
stayed what it is, and where steps are small it nearly does. This is the control variate of Johnson & Zhang (2013), as
Chen, Zhu, Teh & Zhang (2018) use it in EM. A fixed point of the corrected steps is one of EM on all rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mixtura import em
from mixtura._kernels.densities import Moments
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import MixtureStatistics, leaves, merge, times

_MOST_STEPS, _STILL = 100, 1e-10  # on the sample; nats a row, of which a step moves its log-likelihood
_FARTHEST = 1.25  # times as large or small as it is among all rows, a component is beyond what a correction is good for


class Course(NamedTuple):
    """What the passes so far have shown."""

    best: float = float("-inf")
    plain: MixtureParameters | None = None  # one step of EM from the best parameters so far
    n_steps: int = _MOST_STEPS


@dataclass
class Corrected:
    """A model whose maximisation goes on over a sample; where that led lower, the next is a plain step of EM."""

    model: Mixture
    some: em.Run  # over the sample, whose weights stand for all rows
    total_weight: float
    course: Course = Course()  # noqa: RUF009 (immutable)

    def statistics(self, parameters: MixtureParameters) -> Callable[..., Any]:
        """Those of the model."""
        return self.model.statistics(parameters)

    def objective(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> float:
        """That of the model."""
        return self.model.objective(statistics, parameters)

    def maximise(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> MixtureParameters:
        """Many corrected steps on the sample after one over all rows."""
        objective = self.model.objective(statistics, parameters)
        best, fallen, n_steps = self.course
        if objective < best and fallen is not None:
            self.course = Course(best, None, max(1, n_steps // 4))
            return fallen
        plain: MixtureParameters = self.model.maximise(statistics, parameters)
        self.course = Course(max(objective, best), plain, n_steps)
        if not isinstance(statistics.emission, Moments):
            return plain
        error = merge(statistics, times(self.some(self.model.statistics(parameters)), -1.0))
        return self._go_on(error, parameters, plain)

    def _go_on(
        self, error: MixtureStatistics, origin: MixtureParameters, plain: MixtureParameters
    ) -> MixtureParameters:
        """Corrected steps, as long as components stay near the size that they have among all rows."""
        before, emission, parameters = -np.inf, self.model.emission, plain
        for _ in range(self.course.n_steps):
            sums = self.some(self.model.statistics(parameters))
            moved = emission.recentre(error.emission, error.counts, origin.emission, parameters.emission)
            corrected = merge(sums, error._replace(emission=moved))
            shares = corrected.counts / (self.total_weight * plain.weights)
            if not (shares.min() > 1 / _FARTHEST and shares.max() < _FARTHEST):
                return parameters
            after = self.model.maximise(corrected, parameters)
            if not all(np.isfinite(array).all() for array in leaves(emission.density(after.emission))):
                return parameters  # corrected moments need not be those of any rows
            objective, parameters = self.model.objective(sums, parameters), after
            if abs(objective - before) < _STILL * self.total_weight:
                return parameters
            before = objective
        return parameters
