"""The compiled passes under the signatures of `reference`: arrays are made contiguous and protected, results allocated.

Kernels see data as read-only arrays: one compilation serves callers with and without write access, and no kernel can
write to data.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura._kernels import (  # densities register
    axes,  # noqa: F401
    climbing,
    full,  # noqa: F401
    heavy,  # noqa: F401
    heavy_holed,
    holed,  # noqa: F401
    incomplete,
    joining,
    kmeans,
    masked,
    mixtures,
    reference,
    reshaping,  # noqa: F401
    skipping,
    tied,  # noqa: F401
    whitening,
)
from mixtura._kernels import leaves as tree
from mixtura._kernels.conditional import in_full, of_kind
from mixtura._kernels.densities import (
    LITTLE,
    Ascent,
    Density,
    Diagonal,
    Ellipses,
    Full,
    Heavy,
    HeavyAscent,
    HeavyMoments,
    Moments,
    Spherical,
    Tied,
)
from mixtura._kernels.ledger import n_blocks, n_sums, nearest_of, sums_of
from mixtura._kernels.turning import Turned

COMPILED = (Full, Tied, Diagonal, Spherical, Heavy)
SKIPPING = (Full, Diagonal, Spherical)  # densities that `collect_neighbours` takes

Points = Float[ndarray, "N D"]
Weights = Float[ndarray, " N"]


def collect(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """The E-step of a block and its sums: counts, moments about the means, log-likelihood."""
    (row,) = collect_each(points, weights, len(points), log_weights, density)
    return sums_of(row, density)


def collect_each(
    points: Points, weights: Weights, size: int, log_weights: Float[ndarray, " K"], density: Density
) -> Float[ndarray, "B L"]:
    """What `collect` gives for every block of `size` rows, as a row of numbers: see `ledger`.

    `size` is a multiple of `WHOLE`, or all rows are one block. Of weights, those of one block do if all have the same.
    """
    answers = np.empty((n_blocks(len(points), size), n_sums(density)))
    arguments = _rows(points), _parameters(weights), size, _parameters(log_weights), _protected(density)
    _run(mixtures.collect_each, *arguments, answers)
    return answers


def collect_incomplete(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, " K"], Moments | HeavyMoments, float]:
    """What `collect` gives, expected over the cells that are missing: they are NaN."""
    points = points.astype(np.float64, copy=False)
    if isinstance(density, (Diagonal, Spherical)):
        return _collect_masked(points, weights, log_weights, density)
    groups = np.empty((incomplete.GROUPED + 1, points.shape[1] + incomplete.CELLS), np.int64)
    arguments = _rows(points), _parameters(weights), _parameters(log_weights)
    if not isinstance(density, Heavy):
        (counts, shifts, scatter), log_likelihood = _run(
            incomplete.collect_incomplete, *arguments, _protected(in_full(density)), groups
        )
        return counts, Moments(shifts, of_kind(scatter, density)), log_likelihood
    tails = Heavy(density.means, in_full(density.ellipses), density.dof)
    (counts, mass, shifts, scatter, evenness), log_likelihood = _run(
        heavy_holed.collect_heavy_incomplete, *arguments, _protected(tails), groups
    )
    moments = Moments(shifts, of_kind(scatter, density.ellipses))
    return counts, HeavyMoments(mass, moments, evenness), log_likelihood


def _collect_masked(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Diagonal | Spherical
) -> tuple[Float[ndarray, " K"], Moments, float]:
    """Spheres as ellipses along the axes."""
    means, whiteners, log_det = density
    along = Diagonal(means, np.broadcast_to(whiteners.reshape(len(means), -1), means.shape), log_det)
    arguments = _rows(points), _parameters(weights), _parameters(log_weights), _protected(along)
    (counts, shifts, scatter), log_likelihood = _run(masked.collect_masked, *arguments)
    return counts, Moments(shifts, scatter if whiteners.ndim == 2 else scatter.sum(1)), log_likelihood


def collect_neighbours(
    points: Points, weights: Weights, log_weights: Float[ndarray, " K"], density: Ellipses
) -> tuple[Float[ndarray, " K"], Moments, float]:
    """What `collect` gives, in less time where rows that follow each other lie close together."""
    arguments = _rows(points), _parameters(weights), _parameters(log_weights), _protected(density)
    (counts, shifts, scatter), log_likelihood = _run(skipping.collect_neighbours, *arguments, _room_for(log_weights))
    return counts, Moments(shifts, scatter), log_likelihood


def active_share(points: Points, log_weights: Float[ndarray, " K"], density: Ellipses) -> float:
    """The share of the components that `collect_neighbours` has to look at, on average over its tiles."""
    arguments = _rows(points), _parameters(log_weights), _protected(density), _room_for(log_weights)
    share: float = _run(skipping.active_share, *arguments)
    return share


def leaves(points: Points) -> Int[ndarray, " N"]:
    """An order of the rows in which neighbours follow each other: tile by tile of `collect_neighbours`."""
    N, D = points.shape
    order, parts = np.arange(N, dtype=np.int32), np.empty((64, 2), np.int64)  # of half the length, one after the other
    room = tree.Room(np.empty(N, np.float32), np.empty(D), np.empty(D), np.empty(D), parts)
    tree.leaves(_rows(points), order, room)
    return order


def climb(
    turned: Turned,
    ascents: Ascent | HeavyAscent,
    which: Int[ndarray, "L 2"],
    stop: tuple[float, bool, float, float, float],
    traces: Float[ndarray, "M S"],
    progress: Int[ndarray, "M 2"],
) -> None:
    """Steps of some fits of M, each from where it stands up to S of them; `which` are these, by row, and their sizes.

    A fit of K components has the first K in its arrays. Everything is float64. progress[m] is how many steps fit m has
    taken, and how that ended. Its ascent moves on in place; traces[m, step] becomes the log-likelihood before that
    step. `stop` is (tolerance, whether it is for all that is left to gain, a height, how many steps like the last a fit
    may lie below it before it is given up, and so many nats that it is not given up within).
    """
    _run(climbing.climb, turned, ascents, which, stop, traces, progress)


def posterior(
    points: Points, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Float[ndarray, "N K"], Float[ndarray, " N"]]:
    """How much each component explains of each row, and the log-density of the mixture there."""
    if _is_little(points, log_weights):
        return reference.posterior(points, log_weights, _protected(density))
    responsibilities = np.empty((len(points), len(log_weights)), points.dtype)
    log_evidence = np.empty(len(points), points.dtype)
    _run(
        mixtures.posterior, _rows(points), _parameters(log_weights), _protected(density), responsibilities, log_evidence
    )
    return responsibilities, log_evidence


def classify(
    points: Points, log_weights: Float[ndarray, " K"], density: Density
) -> tuple[Int[ndarray, " N"], Float[ndarray, " N"], Float[ndarray, " N"]]:
    """The most probable component of each row (the first of equals), its probability, the mixture's log-density."""
    if _is_little(points, log_weights):
        return reference.classify(points, log_weights, _protected(density))
    N = len(points)
    answers = np.empty(N, np.int32), np.empty(N, points.dtype), np.empty(N, points.dtype)
    _run(mixtures.classify, _rows(points), _parameters(log_weights), _protected(density), *answers)
    return answers


def collect_nearest(
    points: Points, weights: Weights, centres: Float[ndarray, "K D"], is_rare: bool = False
) -> tuple[Float[ndarray, " K"], Float[ndarray, "K D"], float]:
    """Sums over the rows nearest to each centre: counts and deviations from the centre; all squared distances.

    `is_rare` says that there will be few calls.
    """
    if is_rare and _is_little(points, centres):
        return reference.collect_nearest(points, weights, centres)
    (row,) = collect_nearest_each(points, weights, len(points), centres)
    return nearest_of(row, centres)


def collect_nearest_each(
    points: Points, weights: Weights, size: int, centres: Float[ndarray, "K D"]
) -> Float[ndarray, "B L"]:
    """What `collect_nearest` gives for every block of `size` rows, as a row of numbers.

    Size and weights are those of `collect_each`.
    """
    answers = np.empty((n_blocks(len(points), size), centres.size + len(centres) + 1))
    arguments = _rows(points), _parameters(weights), size, _parameters(centres)
    _run(_joining(points, centres), *arguments, answers)
    return answers


def _joining(points: Points, centres: Float[ndarray, "K D"]) -> Callable[..., Any]:
    K, D = centres.shape
    is_rounded = points.dtype == np.float64 and D > 2
    kernel: Callable[..., Any] = kmeans.collect_rounded_each if is_rounded else kmeans.collect_nearest_each
    n_numbers, few = K * (1 + D), joining.FEW_IF_ROUNDED if is_rounded and K > 3 else joining.FEW
    if n_numbers <= few:
        kernel = kmeans.collect_few_each
    return kernel


def nearest(points: Points, centres: Float[ndarray, "K D"]) -> tuple[Int[ndarray, " N"], Float[ndarray, " N"]]:
    """The centre nearest to each row (the first of equals) and its squared distance."""
    if _is_little(points, centres):
        return reference.nearest(points, centres)
    answers = np.empty(len(points), np.int32), np.empty(len(points), points.dtype)
    _run(kmeans.nearest, _rows(points), _parameters(centres), *answers)
    return answers


def distances(points: Points, centres: Float[ndarray, "K D"]) -> Float[ndarray, "K N"]:
    """The squared distance of every row to every centre."""
    if _is_little(points, centres):
        return reference.distances(points, centres)
    answers = np.empty((len(centres), len(points)), points.dtype)
    _run(kmeans.distances, _rows(points), _parameters(centres), answers)
    return answers


def whiten(covariances: Float[ndarray, "K D D"]) -> tuple[Float[ndarray, "K D D"], Float[ndarray, " K"]]:
    """Lower triangular W with W Σ Wᵀ = I, and log det W; NaN for a matrix that is not positive definite."""
    if covariances.shape[-1] > whitening.MANY_COLUMNS:
        return whitening.whiten_wide(covariances)
    answers: tuple[ndarray, ndarray] = _run(whitening.whiten, _parameters(covariances))
    return answers


def _is_little(points: Points, components: ndarray) -> bool:
    return points.size * len(components) < LITTLE


def _run(kernel: Callable[..., Any], *arguments: Any) -> Any:
    """Call a kernel. Ctrl-C while Numba makes Python objects of the results would else look like a fault of Numba's."""
    try:
        return kernel(*arguments)
    except SystemError as error:
        if _is_caused_by_interrupt(error):
            raise KeyboardInterrupt from None
        raise


def _is_caused_by_interrupt(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _room_for(log_weights: Float[ndarray, " K"]) -> Int[ndarray, " K"]:
    """Of the active components; made here because kernels compile faster the fewer types of array they make."""
    return np.empty(len(log_weights), np.int64)


def _rows(points: Points) -> Points:
    view = np.ascontiguousarray(points).reshape(-1)
    view.flags.writeable = False
    return view


def _parameters(array: Float[ndarray, "..."]) -> Float[ndarray, "..."]:
    view = np.ascontiguousarray(array, np.float64).view()
    view.flags.writeable = False
    return view


def _protected(density: Any) -> Any:
    """Its arrays; those of a density within it, too."""
    return type(density)(*(_protected(part) if isinstance(part, tuple) else _parameters(part) for part in density))
