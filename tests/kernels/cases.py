"""Densities, points and calls for the tests of kernels."""

import numpy as np

from mixtura._kernels import SKIPPING
from mixtura._kernels.densities import WHOLE, Diagonal, Full, Heavy, Spherical, Tied


def full(rng, K, D, centre=0.0):
    whiteners = np.tril(rng.normal(0, 0.3, (K, D, D))) + 1.5 * np.eye(D)
    log_det = np.log(np.abs(np.diagonal(whiteners, axis1=1, axis2=2))).sum(1)
    return Full(rng.normal(centre, 2, (K, D)), whiteners, log_det)


def tied(rng, K, D, centre=0.0):
    means, whiteners, log_det = full(rng, K, D, centre)
    return Tied(means, whiteners[:1], np.repeat(log_det[:1], K))


def diagonal(rng, K, D, centre=0.0):
    whiteners = rng.uniform(0.5, 1.5, (K, D))
    return Diagonal(rng.normal(centre, 2, (K, D)), whiteners, np.log(whiteners).sum(1))


def spherical(rng, K, D, centre=0.0):
    whiteners = rng.uniform(0.5, 1.5, K)
    return Spherical(rng.normal(centre, 2, (K, D)), whiteners, D * np.log(whiteners))


KINDS = {"full": full, "tied": tied, "diagonal": diagonal, "spherical": spherical}


def heavy(make):
    """Ellipses of a kind with tails from Cauchy's to next to Gaussian ones."""

    def with_tails(rng, K, D, centre=0.0):
        ellipses = make(rng, K, D, centre)
        return Heavy(ellipses.means, ellipses, np.exp(rng.uniform(0, np.log(200), K)))

    return with_tails


HEAVY = {f"heavy {name}": heavy(make) for name, make in KINDS.items()}


def calls(rng, N, D, K, dtype):
    """Arguments for every pass: (name, arguments), where every array is protected against writing."""
    points = rng.normal(0, 3, (N, D)).astype(dtype)
    weights, log_weights = rng.uniform(0, 2, N), np.log(rng.dirichlet(np.ones(K)))
    for make in (KINDS | HEAVY).values():
        density = make(rng, K, D)
        yield "collect", protected((points, weights, log_weights, density))
        yield "collect_each", protected((points, weights, WHOLE, log_weights, density))
        holed = np.where(rng.uniform(size=points.shape) < 0.3, np.nan, points)
        if isinstance(density, Heavy):
            yield "collect_incomplete", protected((holed, weights, log_weights, density))
        else:
            uneven = density._replace(log_det=density.log_det - rng.uniform(0, 1, K))  # as variational Bayes has it
            yield "collect_incomplete", protected((holed, weights, log_weights, uneven))
        if isinstance(density, SKIPPING):
            yield "collect_neighbours", protected((points, weights, log_weights, density))
            yield "active_share", protected((points, log_weights, density))
        yield "posterior", protected((points, log_weights, density))
        yield "classify", protected((points, log_weights, density))
    centres = rng.normal(0, 3, (K, D))
    yield "collect_nearest", protected((points, weights, centres))
    yield "collect_nearest_each", protected((points, weights, WHOLE, centres))
    yield "distances", protected((points, centres))
    yield "nearest", protected((points, centres))
    yield "leaves", protected((points,))
    yield "whiten", protected((covariances(rng, K, D),))


def covariances(rng, K, D):
    roots = rng.normal(0, 1, (K, D, D))
    return roots @ roots.transpose(0, 2, 1) + np.eye(D)


def protected(arguments):
    """The same arguments, read-only."""
    if isinstance(arguments, np.ndarray):
        arguments.flags.writeable = False
    if not isinstance(arguments, tuple):
        return arguments
    made = map(protected, arguments)
    return type(arguments)(*made) if hasattr(arguments, "_fields") else tuple(made)


def leaves(result):
    """The arrays and numbers of a result, however nested."""
    return [leaf for part in result for leaf in leaves(part)] if isinstance(result, tuple) else [np.asarray(result)]


def relative_error(result, expected):
    """The largest difference, relative to the largest number of each array."""
    errors = [0.0]
    for one, other in zip(leaves(result), leaves(expected), strict=True):
        if other.size:
            scale = np.abs(other).max()
            errors.append(np.abs(one.astype(float) - other.astype(float)).max() / (scale if scale else 1.0))
    return float(np.max(errors))  # NaN if one of them is
