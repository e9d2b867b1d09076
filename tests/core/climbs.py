"""What tests of climbs begin with, and the two ways to go on from there."""

import numpy as np

from mixtura import climbing, em, starts
from mixtura.mixture import Mixture
from mixtura.sources.holes import by_pattern
from mixtura.statistics import Block, Incomplete


def begun(emission, n_rows=200, n_columns=2, n_components=3, missing=0.0):
    """A model, a start that is far from its optimum, and rows of unequal weight about a point far from zero."""
    rng = np.random.default_rng(n_rows)
    labels = rng.integers(n_components, size=n_rows)
    points = 100 + rng.normal(size=(n_rows, n_columns)) + 2 * labels[:, None]
    weights, drawn = rng.uniform(0, 2, n_rows), rng.permutation(labels)
    model = Mixture(emission)
    start = starts.parameters_from(model, Block(points, weights), drawn, n_components)
    if not missing:
        return model, start, Block(points, weights)
    points[rng.uniform(size=points.shape) < missing] = np.nan
    return model, start, by_pattern(Incomplete(points, weights))


def walk(model, parameters, block, stop, max_iterations):
    return em.fit(model, parameters, lambda function: function(block), stop=stop, max_iterations=max_iterations)


def climb(model, parameters, block, stop, max_iterations, **others):
    run = climbing.AtHand(block)
    (found,) = climbing.fit_all(model, [parameters], run, stop=stop, max_iterations=max_iterations, **others)
    return found
