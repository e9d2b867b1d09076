"""Passes over rows: the same few lines for every kind of density. Serial and pure; threads belong to the runners."""

import numpy as np

from mixtura._kernels import family
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.tiles import ROWS, best, fill, new_tile, normalise, round_up, weigh


@cached_kernel
def collect(points, weights, log_weights, density):
    """(N, D), (N,), (K,), density -> counts (K,), shifts (K, D), scatter, log-likelihood."""
    K = len(log_weights)
    tile, centre = new_tile(points, K), new_centre(points, density.means)
    terms, sums = family.terms(density, log_weights, centre), family.new_sums(density)
    log_likelihood = flaw(density)
    for start in range(0, len(points), ROWS):
        n = fill(tile, points, start, centre)
        weigh(tile, weights, start)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        for p in range(n):
            log_likelihood += tile.weights[p] * tile.evidence[p]
            tile.scale[p] *= tile.weights[p]
        family.accumulate(terms, tile, n, sums)
    return family.finish(sums, density), log_likelihood


@cached_kernel
def posterior(points, log_weights, density, responsibilities, log_evidence):
    """(N, D), (K,), density -> responsibilities (N, K), log evidence (N,)."""
    K = len(log_weights)
    tile, centre = new_tile(points, K), new_centre(points, density.means)
    terms = family.terms(density, log_weights, centre)
    for start in range(0, len(points), ROWS):
        n = fill(tile, points, start, centre)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        for p in range(min(n, len(points) - start)):
            log_evidence[start + p] = tile.evidence[p]
            for k in range(K):
                responsibilities[start + p, k] = tile.joint[k * tile.stride + p] * tile.scale[p]


@cached_kernel
def classify(points, log_weights, density, labels, probabilities, log_evidence):
    """(N, D), (K,), density -> labels (N,), their probabilities (N,), log evidence (N,)."""
    K = len(log_weights)
    tile, centre = new_tile(points, K), new_centre(points, density.means)
    terms = family.terms(density, log_weights, centre)
    for start in range(0, len(points), ROWS):
        n = fill(tile, points, start, centre)
        family.log_joint(terms, tile, n)
        best(tile, n, K)
        for p in range(min(n, len(points) - start)):
            labels[start + p] = np.int32(tile.work[p])
            probabilities[start + p] = tile.scale[p]
            log_evidence[start + p] = tile.evidence[p]


@kernel
def new_centre(points, means):
    """What is taken off points and means before any arithmetic, so that float32 keeps its digits far from zero."""
    K, D = means.shape
    centre = np.zeros(round_up(D, 4), points.dtype)
    for d in range(D):
        total = 0.0
        for k in range(K):
            total += means[k, d]
        centre[d] = total / K
    return centre


@kernel
def flaw(density):
    """NaN when a parameter is not finite, else 0: an infinite mean would only switch its component off."""
    total = density.means.sum() + density.whiteners.sum() + density.log_det.sum()
    return 0.0 * total
