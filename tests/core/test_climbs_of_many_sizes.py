"""Fits of different numbers of components climb side by side as each does by itself."""

import numpy as np
import pytest

from core.climbs import begun
from mixtura import climbing
from mixtura.acceleration import SmallGain
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.student import Student
from mixtura.statistics import leaves

FAMILIES = [Gaussian(name, 1e-6) for name in ("VVV", "EEE", "VVI", "EII", "VEV")] + [Student("VVV", "free", 1e-6)]


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("n_columns", [1, 2, 6])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{type(family).__name__}-{family.covariance}")
def test_they_take_the_same_steps(family, n_columns, missing):
    model, first, block = begun(family, 90, n_columns, 4, missing)
    starts = [first, *(model.reorder(first, np.arange(number)) for number in (1, 3))]
    run = climbing.AtHand(block)
    together = climbing.begin_climbs(model, starts, run)
    together.go(range(3), SmallGain(0.0), 7, lambda step: None)
    for number, start in enumerate(starts):
        alone = climbing.begin_climbs(model, [start], run)
        alone.go([0], SmallGain(0.0), 7, lambda step: None)
        found, expected = together.fit(number), alone.fit(0)
        assert found.trace == expected.trace and len(found.trace) == 7
        for one, other in zip(leaves(found.parameters), leaves(expected.parameters), strict=True):
            np.testing.assert_array_equal(one, other)
