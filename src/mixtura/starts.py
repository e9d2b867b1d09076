"""Where a fit begins.

A start is a partition (or a soft assignment) of a sample of rows; the emission family makes parameters of it, so the
same starts serve every family.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura import em
from mixtura.kmeans import CentreModel, seed
from mixtura.mixture import SPECK, Mixture, MixtureParameters
from mixtura.statistics import Block, merge_all

Assignment = ndarray  # labels (N,) or responsibilities (N, K)
Assign = Callable[[Float[ndarray, "N D"], Float[ndarray, " N"], int, np.random.Generator], Assignment]

_CHUNK = 1 << 20  # numbers in a chunk of responsibilities, 8 MB


class Candidate(NamedTuple):
    """A start: the name of its kind, and the parameters it begins from."""

    kind: str
    parameters: Any


# --- kinds of starts -------------------------------------------------------------------------------------------------


def kmeans(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator,
    max_iterations: int = 300,
) -> Assignment:  # fmt: skip
    """Labels by k-means from k-means++ seeds."""
    block = Block(points, weights)
    fit = em.fit(
        CentreModel(block),
        points[seed(points, weights, n_components, rng)].astype(float),
        lambda function: function(block),
        stop=lambda step: bool(np.array_equal(step.before, step.after)),
        max_iterations=max_iterations,
    )
    if fit.outcome is em.Outcome.INTERRUPTED:
        raise KeyboardInterrupt  # a start has no best so far
    return kernels.nearest(points, fit.parameters)[0]


def kmeans_plus_plus(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row joins the nearest k-means++ seed."""
    return kernels.nearest(points, points[seed(points, weights, n_components, rng)].astype(float))[0]


def random_rows(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row joins the nearest of K random rows."""
    rows = rng.choice(len(points), n_components, replace=(weights > 0).sum() < n_components, p=weights / weights.sum())
    return kernels.nearest(points, points[rows].astype(float))[0]


def random_responsibilities(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row is shared out at random."""
    shares = rng.uniform(size=(len(points), n_components))
    return shares / shares.sum(1, keepdims=True)


def standardised(assign: Assign) -> Assign:
    """The same start, seen where every column has variance one."""
    return lambda points, weights, *rest: assign(_standardise(points, weights), weights, *rest)


def whitened(assign: Assign) -> Assign:
    """The same start, seen where the total covariance is the identity: elongation of the whole table has no say."""
    return lambda points, weights, *rest: assign(_whiten(points, weights), weights, *rest)


def projected(assign: Assign) -> Assign:
    """The same start, seen in a random half of the whitened space's directions."""

    def assign_projected(points: ndarray, weights: ndarray, n_components: int, rng: np.random.Generator) -> Assignment:
        white = _whiten(points, weights)
        basis = np.linalg.qr(rng.standard_normal((white.shape[1], max(1, white.shape[1] // 2))))[0]
        return assign(np.ascontiguousarray(white @ basis), weights, n_components, rng)

    return assign_projected


STARTS: dict[str, Assign] = {
    "kmeans": kmeans,
    "k-means++": kmeans_plus_plus,
    "random": random_responsibilities,
    "random_from_data": random_rows,
    "whitened k-means++": whitened(kmeans_plus_plus),
    "standardised k-means": standardised(partial(kmeans, max_iterations=3)),
    "whitened random rows": whitened(random_rows),
    "projected k-means": projected(partial(kmeans, max_iterations=3)),
}
DIVERSE = ("whitened k-means++", "standardised k-means", "whitened random rows", "projected k-means")


def cycle(n_starts: int, kinds: Sequence[str] = DIVERSE) -> list[str]:
    """`n_starts` names, going round `kinds`."""
    return [kinds[i % len(kinds)] for i in range(n_starts)]


# --- from a start to parameters --------------------------------------------------------------------------------------


def draw(
    model: Mixture, sample: Block, n_components: int, kinds: Iterable[str], rng: np.random.Generator
) -> list[Candidate]:
    """One candidate for each kind named, from the rows of `sample`."""
    return [
        Candidate(kind, parameters_from(model, sample, STARTS[kind](*sample, n_components, rng), n_components))
        for kind in kinds
    ]


def parameters_from(
    model: Mixture, sample: Block, assignment: Assignment, n_components: int, pseudo_rows: float | None = None
) -> MixtureParameters:
    """Parameters of the mixture whose components are the parts of `assignment`.

    Every part is given `pseudo_rows` rows (D + 1 by default) spread like the whole sample, so that a part of one row
    still has a shape.
    """
    points, weights = sample
    extra = (points.shape[1] + 1 if pseudo_rows is None else pseudo_rows) / weights.sum()
    origin = model.emission.pooled(points, weights, n_components)
    density = model.emission.density(origin)
    counts, statistics = merge_all(
        (shares.sum(0), model.emission.accumulate(points[rows], shares, density))
        for rows, shares in _shares(assignment, weights, n_components, extra)
    )
    counts = counts + SPECK
    return MixtureParameters(counts / counts.sum(), model.emission.maximise(statistics, counts, origin))


def _shares(
    assignment: Assignment, weights: ndarray, n_components: int, extra: float
) -> Iterable[tuple[slice, Float[ndarray, "M K"]]]:
    size = max(1, _CHUNK // n_components)
    for start in range(0, len(weights), size):
        rows = slice(start, start + size)
        part = assignment[rows]
        shares = np.eye(n_components)[part] if part.ndim == 1 else part
        yield rows, (shares + extra) * weights[rows, None]


def subsample(blocks: Iterable[Block], size: int, rng: np.random.Generator) -> Block:
    """All rows that count if there are at most `size`, else so many, the heavier the likelier, in reading order.

    Priority sampling (Duffield, Lund & Thorup 2007): the rows with the largest weight / uniform number are kept, and
    stand for the others: a row lighter than the largest ratio left out, t, counts once, a heavier one weight / t times.
    """
    drawn: list[ndarray] = []  # points, weights, ratios
    threshold = 0.0
    for block in blocks:
        counts = block.weights > 0
        ratios = block.weights[counts] / rng.uniform(size=counts.sum())
        fresh = [block.points[counts], block.weights[counts], ratios]
        drawn = [np.concatenate(pair) for pair in zip(drawn, fresh, strict=True)] if drawn else fresh
        if len(drawn[2]) > size:
            order = np.argpartition(-drawn[2], size)
            threshold = max(threshold, drawn[2][order[size:]].max())
            drawn = [values[np.sort(order[:size])] for values in drawn]
    if not drawn or not len(drawn[1]):
        raise ValueError("There are no rows to draw from.")
    points, weights, _ = drawn
    return Block(np.ascontiguousarray(points), np.maximum(weights / threshold, 1.0) if threshold else weights)


def _centred(points: ndarray, weights: ndarray) -> ndarray:
    return points - weights @ points / weights.sum()


def _standardise(points: ndarray, weights: ndarray) -> ndarray:
    deviations = _centred(points, weights)
    variances = weights @ deviations**2 / weights.sum()
    return deviations / np.sqrt(np.where(variances > 0, variances, 1))


def _whiten(points: ndarray, weights: ndarray) -> ndarray:
    """Standardised first, so that columns of any scale count; directions without variance are dropped."""
    standard = _standardise(points, weights)
    values, vectors = np.linalg.eigh((standard * weights[:, None]).T @ standard / weights.sum())
    kept = values > values[-1] * 1e-10
    return np.ascontiguousarray(standard @ (vectors[:, kept] / np.sqrt(values[kept]))) if kept.any() else standard
