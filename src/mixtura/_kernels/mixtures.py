"""Passes over rows: the same few lines for every kind of density. Serial and pure; threads belong to the runners."""

from mixtura._kernels import family
from mixtura._kernels.compile import cached_kernel, kernel
from mixtura._kernels.memory import zeros
from mixtura._kernels.sums import write_down
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
    weights_from,
    whole_quads,
)


@cached_kernel
def collect_each(points, weights, size, log_weights, density, answers):
    """(N D,), (N,), rows of a block, (K,), density -> (B, L): counts, moments and log-likelihood of every block.

    Of weights, those of one block do if all blocks have the same.
    """
    K, D = density.means.shape
    N = len(points) // D
    tile, centre = new_tile(points, D, K), new_centre(points, density.means)
    terms = family.terms(density, log_weights, centre)
    for b in range(len(answers)):
        first = b * size
        own = weights_from(weights, N, first, size)
        sums, log_likelihood = family.new_sums(density), 0.0
        for start in range(first, min(first + size, N), ROWS):
            n = fill(tile, points, N, start, centre)
            family.log_joint(terms, tile, n)
            normalise(tile, n, K)
            log_likelihood += weigh(tile, n, own, start - first)
            family.accumulate(terms, tile, n, sums)
        write_down(family.finish(sums, density), log_likelihood, answers, b)


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
