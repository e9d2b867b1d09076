"""Passes over rows: the same few lines for every kind of density. Serial and pure; threads belong to the runners."""

from mixtura._kernels import family
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.tiles import (
    ROWS,
    best,
    fill,
    hand_out,
    hand_out_responsibilities,
    new_tile,
    normalise,
    settle,
    weigh,
    whole_quads,
)


@cached_kernel
def collect(points, weights, log_weights, density):
    """(N D,), (N,), (K,), density -> counts (K,), shifts (K, D), scatter, log-likelihood."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K), new_centre(points, density.means)
    terms, sums = family.terms(density, log_weights, centre), family.new_sums(density)
    log_likelihood = 0.0
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, centre)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        log_likelihood += weigh(tile, n, weights, start)
        family.accumulate(terms, tile, n, sums)
    return family.finish(sums, density), log_likelihood


@cached_kernel
def posterior(points, log_weights, density, responsibilities, log_evidence):
    """(N D,), (K,), density -> responsibilities (N, K), log evidence (N,)."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K), new_centre(points, density.means)
    terms = family.terms(density, log_weights, centre)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, centre)
        family.log_joint(terms, tile, n)
        normalise(tile, n, K)
        settle(tile, n)
        hand_out(tile.evidence, n, start, log_evidence)
        hand_out_responsibilities(tile, n, start, responsibilities)


@cached_kernel
def classify(points, log_weights, density, labels, probabilities, log_evidence):
    """(N D,), (K,), density -> labels (N,), their probabilities (N,), log evidence (N,)."""
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K), new_centre(points, density.means)
    terms = family.terms(density, log_weights, centre)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, centre)
        family.log_joint(terms, tile, n)
        best(tile, n, K)
        hand_out(tile.work[0], n, start, labels)
        hand_out(tile.scale, n, start, probabilities)
        hand_out(tile.evidence, n, start, log_evidence)


@kernel
def new_centre(points, means):
    """What is taken off points and means before any arithmetic, so that float32 keeps its digits far from zero."""
    K, D = means.shape
    centre = zeros(points, (whole_quads(D),))
    for d in range(D):
        total = 0.0
        for k in range(K):
            total += means[k, d]
        centre[d] = total / K
    return centre
