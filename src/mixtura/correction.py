"""Passes over all rows that count for many: between two of them, a sample goes on in their place.

A pass tells by how much the sums over a sample, blown up to all rows, are wrong under the parameters of that pass. Steps
of EM on the sample, its sums corrected by this, lead to where steps over all rows would: exactly if the error stayed what
it is, and the error of the error is small where the steps are. It is the control variate of Johnson & Zhang (2013), as
Chen, Zhu, Teh & Zhang (2018) use it in EM. A fixed point of the corrected steps is one of EM on all rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mixtura import em
from mixtura._kernels.densities import Moments
from mixtura.emissions._moments import recentre
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import MixtureStatistics, merge, times

_MOST_STEPS, _STILL = 100, 1e-10  # on the sample; nats a row, of which a step moves its log-likelihood


@dataclass
class Corrected:
    """A model whose maximisation goes on over a sample; where that led lower, the next is a plain step of EM."""

    model: Mixture
    some: em.Run  # over the sample, whose weights stand for all rows
    total_weight: float
    _best: float = float("-inf")
    _plain: Any = field(default=None)  # one step of EM from the best parameters so far

    def statistics(self, parameters: MixtureParameters) -> Callable[..., Any]:
        """Those of the model."""
        return self.model.statistics(parameters)

    def objective(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> float:
        """That of the model."""
        return self.model.objective(statistics, parameters)

    def maximise(self, statistics: MixtureStatistics, parameters: MixtureParameters) -> MixtureParameters:
        """Many corrected steps on the sample after one over all rows."""
        objective = self.model.objective(statistics, parameters)
        if objective < self._best and self._plain is not None:
            fallen, self._plain = self._plain, None
            return fallen
        self._best = max(objective, self._best)
        self._plain = self.model.maximise(statistics, parameters)
        if not isinstance(statistics.emission, Moments):
            return self._plain
        error = merge(statistics, times(self.some(self.model.statistics(parameters)), -1.0))
        return self._go_on(error, parameters, self._plain)

    def _go_on(
        self, error: MixtureStatistics, origin: MixtureParameters, parameters: MixtureParameters
    ) -> MixtureParameters:
        before = -np.inf
        for _ in range(_MOST_STEPS):
            sums = self.some(self.model.statistics(parameters))
            step = parameters.emission.means - origin.emission.means
            there = error._replace(emission=recentre(error.emission, error.counts, step))
            objective = float(self.model.objective(sums, parameters))
            after = self._step(merge(sums, there), parameters)
            if after is None or not np.isfinite(objective):
                return self._plain
            parameters = after
            if abs(objective - before) < _STILL * self.total_weight:
                break
            before = objective
        return parameters

    def _step(self, sums: MixtureStatistics, parameters: MixtureParameters) -> MixtureParameters | None:
        """The corrected step; None where corrections are so large that they lead nowhere."""
        if sums.counts.min() <= 0:
            return None
        with np.errstate(all="ignore"):
            after = self.model.maximise(sums, parameters)
            is_usable = np.isfinite(after.emission.means).all() and np.isfinite(self._widths(after)).all()
        return after if is_usable else None

    def _widths(self, parameters: MixtureParameters) -> Any:
        """NaN where a covariance is none."""
        density: Any = self.model.emission.density(parameters.emission)
        return density[-1]
