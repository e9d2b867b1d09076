"""The passes of k-means: which centre is nearest, and the sums that move the centres."""

from mixtura._kernels.centres import label, measure, new_columns, new_middle
from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.joining import finish, join, new_sums
from mixtura._kernels.tiles import ROWS, fill, find_weights, hand_out, new_tile


@cached_kernel
def nearest(points, centres, labels, distances):
    """(N D,), (K, D) -> labels (N,), squared distances (N,)."""
    D = centres.shape[1]
    N = len(points) // D
    tile, middle = new_tile(points, D, 1), new_middle(points, centres)
    columns = new_columns(centres, middle)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        label(columns, tile, n)
        hand_out(tile.work[0], n, start, labels)
        hand_out(tile.evidence, n, start, distances)


@cached_kernel
def collect_nearest(points, weights, centres):
    """(N D,), (N,), (K, D) -> counts (K,), shifts (K, D), inertia."""
    D = centres.shape[1]
    N = len(points) // D
    tile, middle = new_tile(points, D, 1), new_middle(points, centres)
    columns, sums = new_columns(centres, middle), new_sums(points, centres)
    inertia = 0.0
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        find_weights(tile, n, weights, start)
        inertia += join(columns, tile, n, points, start, sums)
    counts, shifts = finish(sums, columns, middle, centres)
    return counts, shifts, inertia


@cached_kernel
def distances(points, centres, answers):
    """(N D,), (K, D) -> squared distances (K, N)."""
    K, D = centres.shape
    N = len(points) // D
    tile, middle = new_tile(points, D, K), new_middle(points, centres)
    columns = new_columns(centres, middle)
    for start in range(0, N, ROWS):
        n = fill(tile, points, N, start, middle)
        measure(columns, tile, n)
        for k in range(K):
            hand_out(tile.joint[k], n, start, answers[k])
