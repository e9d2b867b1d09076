"""Stepwise EM: a fit that goes on with every batch of rows and keeps none (Cappé & Moulines 2009; Liang & Klein 2009).

Let S be the sums that an M-step needs, standing for T rows, and s those of a batch of weight w, collected under the
parameters so far. Then

    γ = w / T',    S' = (1 - γ) (T' / T) S + s,    parameters' = M-step of S',

which in averages a row is S' / T' = (1 - γ) S / T + γ s / w. A schedule says how many rows T' are remembered. Where it
is all that were seen, nothing is forgotten; where it is a number, rows count the less the older they are.
"""

from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np

from mixtura import em
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.statistics import MixtureStatistics, leaves, merge, times


@dataclass(frozen=True)
class Schedule:
    """How much a fit that goes on from batch to batch remembers.

    With t the weight of all rows so far, in units of the first batch, statistics stand for ``(t + delay) ** power``
    batches. So where all batches are as large, batch t has the step size ``(t + delay) ** -power``.

    Parameters
    ----------
    power : float, default=0.6
        More than a half, at most 1. With 1 nothing is ever forgotten, nor what batches said under early, poor
        parameters; the less it is, the sooner that is forgotten, and the more noise stays.
    delay : float, default=0
        At least 0. How many batches the beginning counts for besides.
    window : float, default=inf
        The most rows that statistics stand for: their sum of weights. A number makes the step size constant in the end,
        so that the mixture follows rows that drift; a row counts half as much once about 0.7 windows came after it.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    Cappé, O. & Moulines, E. (2009). On-line expectation-maximization algorithm for latent data models. Journal of the
    Royal Statistical Society B 71, 593-613.

    Liang, P. & Klein, D. (2009). Online EM for unsupervised models. NAACL, 611-619.

    Examples
    --------
    >>> from mixtura import Schedule
    >>> round(Schedule(power=0.75).remembered(seen=3200, unit=200))  # of 16 batches of 200 rows, as much as 8 hold
    1600
    >>> Schedule(window=500).remembered(seen=3200, unit=200)
    500.0
    """

    power: float = 0.6
    delay: float = 0.0
    window: float = inf

    def __post_init__(self) -> None:
        if not 0.5 < self.power <= 1:
            raise ValueError(f"power is {self.power}; a schedule converges for more than 0.5, up to 1.")
        if not 0 <= self.delay < inf:
            raise ValueError(f"delay is {self.delay}; it is a number of batches, 0 or more.")
        if not self.window > 0:
            raise ValueError(f"window is {self.window}; it is a number of rows above 0.")

    def remembered(self, seen: float, unit: float) -> float:
        """How many rows statistics stand for after so many rows, where the first batch had `unit`."""
        return float(min(unit * (seen / unit + self.delay) ** self.power, self.window))


class Memory(NamedTuple):
    """What is known after some batches: the parameters, and statistics about their places, that stand for some rows."""

    parameters: MixtureParameters
    statistics: MixtureStatistics
    remembered: float  # rows that the statistics stand for
    seen: float  # the weight of all rows so far
    unit: float  # that of the first batch
    n_batches: int

    @property
    def numbers(self) -> dict[str, float]:
        """All but parameters and statistics, by name."""
        return dict(zip(self._fields[2:], self[2:], strict=True))

    def at(self, model: Mixture, parameters: MixtureParameters) -> "Memory":
        """The same, with these parameters."""
        emission, counts, *rest = self.statistics.emission, self.statistics.counts, *self.statistics[2:]
        about = model.emission.recentre(emission, counts, self.parameters.emission, parameters.emission)
        return self._replace(parameters=parameters, statistics=MixtureStatistics(counts, about, *rest))


def recall(model: Mixture, parameters: MixtureParameters, total_weight: float) -> Memory | None:
    """What is known of rows that are gone by the parameters that they led to; None if these do not say enough."""
    counts = model.counts_of(parameters, total_weight)
    emission: Any = model.emission.implied(counts, parameters.emission)
    if emission is None:
        return None
    noise = 0.0 if model.noise is None else max(total_weight - float(counts.sum()), 0.0)
    statistics = MixtureStatistics(counts, emission, 0.0, noise)
    return Memory(parameters, statistics, total_weight, total_weight, total_weight, 1)


def begin(model: Mixture, parameters: MixtureParameters, run: em.Run, total_weight: float) -> Memory:
    """The first batch, to which the parameters were fitted."""
    return Memory(parameters, run(model.statistics(parameters)), total_weight, total_weight, total_weight, 1)


def step(model: Mixture, memory: Memory, run: em.Run, total_weight: float, schedule: Schedule) -> tuple[Memory, float]:
    """Go on with a batch of that weight, over which `run` runs -> also what its log-likelihood was before, in nats."""
    added = run(model.statistics(memory.parameters))
    seen, unit = memory.seen + total_weight, memory.unit or total_weight
    remembered = max(schedule.remembered(seen, unit), total_weight)
    kept = (remembered - total_weight) / memory.remembered if memory.remembered else 0.0
    together = merge(times(memory.statistics, kept), added)
    parameters = model.maximise(together, memory.parameters)
    after = Memory(memory.parameters, together, remembered, seen, unit, memory.n_batches + 1)
    return after.at(model, parameters), float(added.log_likelihood)


def is_sound(model: Mixture, parameters: MixtureParameters) -> bool:
    """Whether the parameters are those of a density."""
    found = (*leaves(parameters), *leaves(model.emission.density(parameters.emission)))
    return all(np.isfinite(array).all() for array in found)
