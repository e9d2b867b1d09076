"""What a mixture knows of the rows it has seen, in a model file: numbered arrays, and some numbers beside them."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura._conform import Whole
from mixtura.fitted import FittedMixture
from mixtura.online import Memory
from mixtura.statistics import Block, leaves, like

NUMBERS = Whole({"remembered": (int, float), "seen": (int, float), "unit": (int, float), "n_batches": int})


def sums_of(fitted: FittedMixture) -> dict[str, ndarray]:
    """The statistics, if they are of these parameters; what each of them means, its family knows."""
    if fitted.memory is None or not fitted.remembers:
        return {}
    return {f"memory.{i}": np.atleast_1d(array) for i, array in enumerate(leaves(fitted.memory.statistics))}


def numbers_of(fitted: FittedMixture) -> dict[str, Any]:
    """The numbers beside them, as an entry of the description."""
    return {} if fitted.memory is None or not fitted.remembers else {"memory": fitted.memory.numbers}


def take_sums(tensors: dict[str, ndarray]) -> list[ndarray]:
    """Take the statistics out of what a file holds; ValueError, in words, where some are missing."""
    names = {name for name in tensors if name.startswith("memory.")}
    ordered = [f"memory.{i}" for i in range(len(names))]
    if names != set(ordered):
        raise ValueError("what it remembers of its rows is not numbered 0, 1, …")
    return [tensors.pop(name) for name in ordered]


def with_memory(fitted: FittedMixture, numbers: dict[str, Any] | None, sums: list[ndarray]) -> FittedMixture:
    """The mixture with what a file says that it remembers; ValueError, in words, where that is of another mixture."""
    if numbers is None and not sums:
        return fitted
    model, parameters = fitted.in_units_of_fit
    wanted = model.statistics(parameters)(Block(np.zeros((1, len(fitted.features))), np.zeros(1)))
    if numbers is None or [np.atleast_1d(leaf).shape for leaf in leaves(wanted)] != [array.shape for array in sums]:
        raise ValueError("what it remembers of its rows does not fit its clusters and columns")
    if min(numbers["remembered"], numbers["seen"], numbers["unit"], numbers["n_batches"]) <= 0:
        raise ValueError("what it remembers of its rows is of no row")
    return replace(fitted, memory=Memory(parameters, like(wanted, iter(sums)), **numbers))
