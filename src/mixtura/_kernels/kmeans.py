"""The passes of k-means: which centre is nearest, and the sums that move the centres."""

from mixtura._kernels.centres import label, measure, new_columns, new_middle
from mixtura._kernels.compile import cached_kernel
from mixtura._kernels.joining import about_centres, finish, join_all, join_own, new_sums, rows_of_a_tile
from mixtura._kernels.mixtures import new_centre
from mixtura._kernels.rounded import fill_rounded, label_rounded, new_rounded
from mixtura._kernels.sums import write_down
from mixtura._kernels.tiles import ROWS, fill, find_weights, hand_out, new_tile, weights_from


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
def collect_few_each(points, weights, size, centres, answers):
    """What `collect_nearest_each` gives, where sums are few."""
    D = centres.shape[1]
    N = len(points) // D
    rows = rows_of_a_tile(D)
    tile, middle = new_tile(points, D, 1, rows), new_middle(points, centres)
    columns = new_columns(centres, middle)
    for b in range(len(answers)):
        first = b * size
        own = weights_from(weights, N, first, size)
        sums, inertia = new_sums(points, centres, True), 0.0
        for start in range(first, min(first + size, N), rows):
            n = fill(tile, points, N, start, middle)
            find_weights(tile, n, own, start - first)
            inertia += join_all(columns, tile, n, points, start + rows, sums)
        write_down(finish(sums, columns, middle, centres), inertia, answers, b)


@cached_kernel
def collect_nearest_each(points, weights, size, centres, answers):
    """(N D,), (N,), rows of a block, (K, D) -> (B, L): counts, shifts and inertia of every block.

    Of weights, those of one block do if all blocks have the same.
    """
    D = centres.shape[1]
    N = len(points) // D
    rows = rows_of_a_tile(D)
    tile, middle = new_tile(points, D, 1, rows), new_middle(points, centres)
    columns = new_columns(centres, middle)
    for b in range(len(answers)):
        first = b * size
        own = weights_from(weights, N, first, size)
        sums, inertia = new_sums(points, centres, False), 0.0
        for start in range(first, min(first + size, N), rows):
            n = fill(tile, points, N, start, middle)
            label(columns, tile, n)
            find_weights(tile, n, own, start - first)
            inertia += join_own(tile, n, points, start, sums)
        moments = finish(sums, columns, middle, centres)
        write_down(moments, about_centres(inertia, moments, sums, centres), answers, b)


@cached_kernel
def collect_rounded_each(points, weights, size, centres, answers):
    """What `collect_nearest_each` gives, of float64 with three columns or more."""
    D = centres.shape[1]
    N = len(points) // D
    rows = rows_of_a_tile(D)
    tile, middle = new_tile(points, D, 1, rows), new_middle(points, centres)
    columns, rounded = new_columns(centres, middle), new_rounded(tile, centres, new_centre(points, centres))
    for b in range(len(answers)):
        first, doubts = b * size, 0
        own = weights_from(weights, N, first, size)
        sums, inertia = new_sums(points, centres, False), 0.0
        for start in range(first, min(first + size, N), rows):
            is_likely = doubts <= 3 + (start - first) // (4 * rows)  # where ties abound it would only take more time
            n = fill_rounded(rounded, points, N, start) if is_likely else 0
            if n == 0 or not label_rounded(rounded, n, tile.work):
                doubts += 1
                n = fill(tile, points, N, start, middle)
                label(columns, tile, n)
            find_weights(tile, n, own, start - first)
            inertia += join_own(tile, n, points, start, sums)
        write_down(finish(sums, columns, middle, centres), inertia, answers, b)


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
